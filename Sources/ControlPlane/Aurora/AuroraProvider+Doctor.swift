import Environments

extension ControlPlane {
    /// Looks whether a cluster can be cloned, with calls that cannot change anything.
    ///
    /// - Parameter name: of a registered snapshot, or the identifier of a cluster.
    package func doctor(aurora name: String) async -> [DoctorCheck] {
        do throws(ControlError) {
            let runtime = try box.runtime()
            let source = try await source(named: name, try await runtime.store.snapshots())
            guard let aurora = runtime.effectors.aurora else {
                throw ControlError(.misconfigured, "this control plane clones no Aurora clusters")
            }
            var checks = await aurora.doctor(source)
            let prices = runtime.admission.prices
            checks.append(
                DoctorCheck(
                    "aurora-prices", prices == nil ? .warning : .ok,
                    prices == nil
                        ? "no prices are configured: costs are not shown, and there is no budget" : "configured",
                    hint: prices == nil ? "name a file with ENVCTL_AURORA_PRICES" : nil))
            return checks
        } catch {
            return [DoctorCheck("aurora", error)]
        }
    }

    /// A snapshot's name comes before a cluster's.
    private func source(
        named name: String, _ known: [SnapshotRecord]
    ) async throws(ControlError) -> AuroraSource {
        if let snapshot = known.first(where: { $0.name.text == name }) {
            guard let source = snapshot.aurora else {
                throw ControlError(
                    .invalidRequest, subject: name, "snapshot '\(name)' is not an Aurora snapshot: it was imported",
                    hint: "name a registered cluster; `envctl doctor` alone checks what imported snapshots need")
            }
            return source
        }
        if let source = known.lazy.compactMap(\.aurora).first(where: { $0.cluster == name }) { return source }
        guard let region = try await snapshots.defaultRegion() else {
            throw ControlError(
                .invalidRequest, subject: name,
                "'\(name)' is neither a snapshot nor a registered cluster, and no region is known to look for it in",
                hint: "set AWS_REGION for the control plane, or register the cluster with its region")
        }
        let source = AuroraSource(cluster: name, region: region)
        try source.check()
        return source
    }
}

extension AuroraProvider {
    func doctor(_ source: AuroraSource) async -> [DoctorCheck] {
        let seen: AuroraSighting
        let region: AuroraRegion
        do {
            region = try await regions.region(source.region)
            seen = try await region.view.sighting(notOlderThan: .zero)
        } catch let fault as AuroraFault {
            return [Self.check("aurora-identity", fault)]
        } catch {
            return [DoctorCheck("aurora-identity", PostgresAdmin.controlError(error, "reach AWS"))]
        }
        var checks = [DoctorCheck("aurora-identity", .ok, "AWS answers in \(source.region)")]
        guard let cluster = seen.cluster(source.cluster) else {
            checks.append(
                DoctorCheck(
                    "aurora-source", .problem, "there is no cluster \(source.cluster) in \(source.region)",
                    hint: "name the DB cluster identifier, and the region with AWS_REGION or at its registration"))
            return checks
        }
        checks.append(Self.source(cluster))
        checks.append(Self.version(cluster, source))
        checks.append(await clones(source, cluster, seen))
        checks.append(await groups(source, cluster, region))
        checks.append(Self.securityGroups(source, cluster))
        checks += await permissions(region)
        if let file = source.caFile {
            let isThere = ((try? PosixFile.readText(file)) ?? nil) != nil
            checks.append(
                DoctorCheck(
                    "aurora-tls", isThere ? .ok : .problem,
                    isThere ? "\(source.tls.rawValue) by \(file)" : "\(file) cannot be read",
                    hint: isThere ? nil : "put RDS's certificates there, readable for the control plane and its servers"
                ))
        }
        return checks
    }

    private static func check(_ name: String, _ fault: AuroraFault) -> DoctorCheck {
        switch AuroraReaction(fault) {
        case .refuse(let error): DoctorCheck(name, error)
        case .lookAgain(let what), .backOff(let what): DoctorCheck(name, .problem, what, hint: "try again in a moment")
        }
    }

    private static func source(_ cluster: AuroraCluster) -> DoctorCheck {
        if cluster.engine != "aurora-postgresql" {
            return DoctorCheck("aurora-source", .problem, "\(cluster.identifier) is \(cluster.engine)")
        }
        if cluster.members.isEmpty {
            return DoctorCheck(
                "aurora-source", .problem, "\(cluster.identifier) has no instance, and AWS clones none such",
                hint: "give it one; a paused db.serverless instance is enough")
        }
        let isFit = cluster.status == .available
        return DoctorCheck(
            "aurora-source", isFit ? .ok : .warning,
            "\(cluster.identifier) is \(cluster.status.text), \(cluster.engine) \(cluster.engineVersion)",
            hint: isFit ? nil : "clones wait until it is available")
    }

    /// From these minor versions on an instance can pause (Aurora User Guide, "Scaling to zero ACUs").
    private static let pausing = [13: 15, 14: 12, 15: 7, 16: 3]

    private static func version(_ cluster: AuroraCluster, _ source: AuroraSource) -> DoctorCheck {
        let parts = cluster.engineVersion.split(separator: ".").compactMap { Int($0) }
        guard source.isServerless, source.minimumACU == 0, let major = parts.first else {
            return DoctorCheck("aurora-version", .ok, cluster.engineVersion)
        }
        let minor = parts.count > 1 ? parts[1] : 0
        let pauses = major > 16 || pausing[major].map { minor >= $0 } ?? false
        return DoctorCheck(
            "aurora-version", pauses ? .ok : .warning,
            pauses
                ? "\(cluster.engineVersion), and idle clones pause" : "\(cluster.engineVersion) cannot pause at 0 ACU",
            hint: pauses ? nil : "upgrade the source, or register it with --min-acu 0.5")
    }

    private func clones(_ source: AuroraSource, _ cluster: AuroraCluster, _ seen: AuroraSighting) async -> DoctorCheck {
        do {
            let recorded = try await store.liveAuroraClones().filter { $0.source.cluster == source.cluster }
            let others = AuroraCloneLimit.others(of: cluster, in: seen, recorded: Set(recorded.map(\.cluster)))
            let taken = recorded.filter(\.isAdmitted).count + others
            let isFull = taken >= AuroraCloneLimit.maximum
            return DoctorCheck(
                "aurora-clones", isFull && !source.allowFullCopy ? .problem : isFull ? .warning : .ok,
                "\(taken) of \(AuroraCloneLimit.maximum) copy-on-write clones, \(others) of them not this installation's",
                hint: isFull ? "delete clones that nobody needs, or register another cluster" : nil)
        } catch {
            return DoctorCheck("aurora-clones", error)
        }
    }

    private func groups(_ source: AuroraSource, _ cluster: AuroraCluster, _ region: AuroraRegion) async -> DoctorCheck {
        let subnets = source.subnetGroup ?? cluster.subnetGroup
        let parameters = source.clusterParameterGroup ?? cluster.parameterGroup
        do {
            try await region.api.checkGroups(subnets: subnets, parameters: parameters)
            return DoctorCheck(
                "aurora-groups", .ok, "subnet group \(subnets ?? "-"), cluster parameter group \(parameters ?? "-")")
        } catch {
            return Self.check("aurora-groups", error)
        }
    }

    private static func securityGroups(_ source: AuroraSource, _ cluster: AuroraCluster) -> DoctorCheck {
        let ours = source.securityGroups
        guard ours.isEmpty || !Set(ours).isDisjoint(with: cluster.securityGroups) else {
            return DoctorCheck("aurora-security-groups", .ok, ours.joined(separator: ", "))
        }
        return DoctorCheck(
            "aurora-security-groups", .warning,
            "clones get security groups of production: whoever reaches it reaches them",
            hint: "register the cluster with --security-group and a group that admits the control plane's machine alone"
        )
    }

    /// Calls on a name of ours that nothing has: AWS says that it is not there, or that the call is not allowed.
    private func permissions(_ region: AuroraRegion) async -> [DoctorCheck] {
        let name = AuroraNames.own(installation) + "doctor"
        var missing: [String] = []
        var problem: DoctorCheck?
        let calls: [@Sendable (GuardedAurora) async throws -> Void] = [
            { try await $0.liftProtection(ofCluster: name) }, { try await $0.start(cluster: name) },
            { try await $0.deleteInstance(name) }, { try await $0.deleteCluster(name) },
        ]
        do {
            let guarded = try await region.guarded()
            for call in calls {
                do {
                    try await call(guarded)
                } catch let fault as AuroraFault {
                    if fault.kind == .identity { missing.append("rds:\(fault.action)") }
                }
            }
        } catch {
            problem = DoctorCheck("aurora-permissions", PostgresAdmin.controlError(error, "ask for permissions"))
        }
        if let problem { return [problem] }
        guard !missing.isEmpty else {
            return [DoctorCheck("aurora-permissions", .ok, "clones may be changed and deleted")]
        }
        // A right that hangs on a tag cannot be shown with a name that has none.
        return [
            DoctorCheck(
                "aurora-permissions", .warning, "not shown: \(missing.joined(separator: ", "))",
                hint:
                    "expected where rights hang on tags as `envctl aurora policy` writes them; else attach that policy")
        ]
    }
}
