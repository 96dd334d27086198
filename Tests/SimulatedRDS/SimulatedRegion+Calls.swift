package import Environments

extension SimulatedRegion {
    package mutating func list(only name: String? = nil) throws(AuroraFault) -> AuroraSighting {
        try enter("DescribeDBClusters")
        calls["DescribeDBInstances", default: 0] += 1
        // A question for one cluster is answered from where it is written.
        var shown = look(isWritten: name != nil)
        if let name {
            shown.clusters.removeAll { $0.identifier != name }
            shown.instances.removeAll { $0.cluster != name }
        }
        return shown
    }

    /// - Parameter name: nil: all.
    package mutating func describeClusters(_ name: String?) throws(AuroraFault) -> [AuroraCluster] {
        let action = "DescribeDBClusters"
        try enter(action)
        let clusters = look(isWritten: name != nil).clusters
        guard let name else { return clusters }
        guard let found = clusters.first(where: { $0.identifier == name }) else { throw noCluster(name, action) }
        return [found]
    }

    /// - Parameters:
    ///   - name: nil: all.
    ///   - cluster: those of this one alone.
    package mutating func describeInstances(
        _ name: String?, of cluster: String?
    ) throws(AuroraFault) -> [AuroraInstance] {
        let action = "DescribeDBInstances"
        try enter(action)
        let instances = look(isWritten: name != nil || cluster != nil).instances
            .filter { cluster == nil || $0.cluster == cluster }
        guard let name else { return instances }
        guard let found = instances.first(where: { $0.identifier == name }) else { throw noInstance(name, action) }
        return [found]
    }

    /// - Parameter name: nil: all.
    package mutating func describeSubnetGroups(_ name: String?) throws(AuroraFault) -> [String] {
        try enter("DescribeDBSubnetGroups")
        guard let name else { return subnetGroups.sorted() }
        try checkGroup(name, in: subnetGroups, "DBSubnetGroupNotFoundFault", "DescribeDBSubnetGroups")
        return [name]
    }

    /// - Parameter name: nil: all.
    package mutating func describeClusterParameterGroups(_ name: String?) throws(AuroraFault) -> [String] {
        try enter("DescribeDBClusterParameterGroups")
        guard let name else { return clusterParameterGroups.sorted() }
        try checkGroup(
            name, in: clusterParameterGroups, "DBParameterGroupNotFound", "DescribeDBClusterParameterGroups")
        return [name]
    }

    /// - Parameter form: nil: everything as the source has it.
    package mutating func restore(
        _ target: String, from source: String, tags: [String: String], form: RestoreForm? = nil
    ) throws(AuroraFault) {
        let action = "RestoreDBClusterToPointInTime"
        try enter(action)
        let mark = AuroraMark(tags: tags)
        if mark == nil { violations.append("\(target) was made without tags") }
        guard let origin = clusters[source] else { throw noCluster(source, action) }
        guard clusters[target] == nil else {
            throw AuroraFault(
                .adopt, code: "DBClusterAlreadyExistsFault", message: "there is a cluster \(target) already",
                action: action)
        }
        let form =
            form
            ?? RestoreForm(
                subnetGroup: origin.shown.subnetGroup, securityGroups: origin.shown.securityGroups,
                parameterGroup: origin.shown.parameterGroup, isCopyOnWrite: true)
        try check(form, target, action)
        guard origin.shown.status == .available, !origin.shown.members.isEmpty else { throw wrongState(source, action) }
        if clusters.count >= clusterQuota {
            throw AuroraFault(
                .quota, code: "DBClusterQuotaExceededFault", message: "\(clusterQuota) clusters are the most here",
                action: action)
        }
        if generator.chance(faults.noCapacity) {
            throw AuroraFault(
                .capacity, code: "InsufficientStorageClusterCapacity", message: "no storage is left", action: action)
        }
        let twins = clusters.values.compactMap(\.shown.mark).filter { $0.environment == mark?.environment }
        if twins.contains(where: { $0.incarnation == mark?.incarnation }) {
            violations.append("a second clone for \(mark?.environment.text ?? "-")")
        }
        var cluster = Cluster(shown: AuroraCluster(target, status: .busy("creating")), volume: origin.volume)
        let clones = clusters.values.count { $0.volume == origin.volume } - 1
        if clones >= AuroraCloneLimit.maximum || !form.isCopyOnWrite {
            fullCopies.append(target)
            volumes += 1
            cluster.volume = volumes
        }
        cluster.shown.arn = arn("cluster", target)
        cluster.shown.engine = origin.shown.engine
        cluster.shown.engineVersion = origin.shown.engineVersion
        cluster.shown.endpoint = host(target)
        cluster.shown.masterUser = origin.shown.masterUser
        cluster.shown.subnetGroup = form.subnetGroup
        cluster.shown.securityGroups = form.securityGroups
        cluster.shown.parameterGroup = form.parameterGroup
        cluster.shown.cloneGroup = cluster.volume == origin.volume ? origin.shown.cloneGroup : "group-\(volumes)"
        cluster.shown.tags = tags
        let end: AuroraStatus = generator.chance(faults.cloningFailed) ? .broken("cloning-failed") : .available
        cluster.schedule = way(to: end, within: 90...300)
        clusters[target] = cluster
        try leave(action)
    }

    private mutating func check(_ form: RestoreForm, _ target: String, _ action: String) throws(AuroraFault) {
        // AWS would take the VPC's and the engine's defaults.
        if form.subnetGroup == nil || form.securityGroups.isEmpty || form.parameterGroup == nil {
            violations.append("\(target) was made without its groups")
        }
        if let name = form.subnetGroup {
            try checkGroup(name, in: subnetGroups, "DBSubnetGroupNotFoundFault", action)
        }
        if let name = form.parameterGroup {
            try checkGroup(name, in: clusterParameterGroups, "DBClusterParameterGroupNotFound", action)
        }
    }

    private func checkGroup(
        _ name: String, in groups: Set<String>, _ code: String, _ action: String
    ) throws(AuroraFault) {
        guard !groups.contains(name) else { return }
        throw AuroraFault(.configuration, code: code, message: "there is no group \(name)", action: action)
    }

    /// - Parameter parameterGroup: nil: the engine's.
    package mutating func createInstance(
        _ name: String, in cluster: String, tags: [String: String], instanceClass: String = "db.serverless",
        parameterGroup: String? = nil
    ) throws(AuroraFault) {
        let action = "CreateDBInstance"
        try enter(action)
        guard let owner = clusters[cluster] else { throw noCluster(cluster, action) }
        if owner.shown.mark == nil { violations.append("an instance for \(cluster), which is not ours") }
        guard instances[name] == nil else {
            throw AuroraFault(
                .adopt, code: "DBInstanceAlreadyExists", message: "there is an instance \(name) already",
                action: action)
        }
        if let parameterGroup {
            try checkGroup(parameterGroup, in: instanceParameterGroups, "DBParameterGroupNotFound", action)
        }
        guard owner.shown.status == .available else { throw wrongState(cluster, action) }
        if instances.count >= instanceQuota {
            throw AuroraFault(
                .quota, code: "InstanceQuotaExceeded", message: "\(instanceQuota) instances are the most here",
                action: action)
        }
        if generator.chance(faults.noCapacity) {
            throw AuroraFault(
                .capacity, code: "InsufficientDBInstanceCapacity", message: "no machine is left", action: action)
        }
        var instance = Instance(shown: AuroraInstance(name, cluster: cluster, status: .busy("creating")))
        instance.shown.instanceClass = instanceClass
        instance.shown.parameterGroup = parameterGroup ?? "default.aurora-postgresql16"
        instance.shown.tags = tags
        let end: AuroraStatus = generator.chance(faults.instanceFailed) ? .broken("failed") : .available
        instance.schedule = way(to: end, within: 180...480)
        instances[name] = instance
        clusters[cluster]?.shown.members.append(name)
        try leave(action)
    }

    package mutating func setPassword(_ password: String, of cluster: String) throws(AuroraFault) {
        let action = "ModifyDBCluster"
        try change(cluster, action)
        guard clusters[cluster]?.shown.status == .available else { throw wrongState(cluster, action) }
        clusters[cluster]?.password = password
        clusters[cluster]?.shown.status = .busy("resetting-master-credentials")
        let way = self.way(to: .available, within: 10...60)
        clusters[cluster]?.schedule = way
        try leave(action)
    }

    package mutating func liftProtection(_ cluster: String) throws(AuroraFault) {
        try change(cluster, "ModifyDBCluster")
        clusters[cluster]?.shown.isProtected = false
        try leave("ModifyDBCluster")
    }

    package mutating func start(_ cluster: String) throws(AuroraFault) {
        try change(cluster, "StartDBCluster")
        guard clusters[cluster]?.shown.status == .stopped else { throw wrongState(cluster, "StartDBCluster") }
        clusters[cluster]?.shown.status = .busy("starting")
        let way = self.way(to: .available, within: 420...600)
        clusters[cluster]?.schedule = way
        for name in instances.keys.sorted() where instances[name]?.shown.cluster == cluster {
            instances[name]?.shown.status = .busy("starting")
            let way = self.way(to: .available, within: 420...600)
            instances[name]?.schedule = way
        }
        try leave("StartDBCluster")
    }

    /// `StopDBCluster`, as somebody with rights to it calls it.
    package mutating func stopByCall(_ cluster: String) throws(AuroraFault) {
        try enter("StopDBCluster")
        guard let found = clusters[cluster] else { throw noCluster(cluster, "StopDBCluster") }
        guard found.shown.status == .available else { throw wrongState(cluster, "StopDBCluster") }
        stop(cluster)
        try leave("StopDBCluster")
    }

    package mutating func deleteInstance(_ name: String) throws(AuroraFault) {
        let action = "DeleteDBInstance"
        try enter(action)
        guard let instance = instances[name] else { throw noInstance(name, action) }
        if instance.shown.mark == nil { violations.append("deleted the instance \(name), which is not ours") }
        switch instance.shown.status {
        case .deleting, .busy, .stopped:
            throw AuroraFault(
                .wait, code: "InvalidDBInstanceState", message: "\(name) is \(instance.shown.status.text)",
                action: action)
        case .available, .broken, .unknown: break
        }
        instances[name]?.shown.status = .deleting
        let end = now + seconds(120...360)
        instances[name]?.schedule = [(end, nil)]
        try leave(action)
    }

    package mutating func deleteCluster(_ name: String) throws(AuroraFault) {
        let action = "DeleteDBCluster"
        try change(name, action)
        guard let cluster = clusters[name] else { return }
        let live = instances.values.contains { $0.shown.cluster == name && $0.shown.status != .deleting }
        if live {
            violations.append("deleted \(name) before its instances")
            throw AuroraFault(
                .wait, code: "InvalidDBClusterStateFault", message: "\(name) still contains instances", action: action)
        }
        switch cluster.shown.status {
        case .available, .broken, .unknown: break
        case .stopped, .busy, .deleting: throw wrongState(name, action)
        }
        if cluster.shown.isProtected {
            throw AuroraFault(
                .fatal, code: "InvalidParameterCombination", message: "\(name) is protected from deletion",
                action: action)
        }
        let last = instances.values.filter { $0.shown.cluster == name }.flatMap { $0.schedule.map(\.at) }.max() ?? now
        let took = generator.chance(faults.stuckDeleting) ? seconds(7200...14_400) : seconds(60...120)
        clusters[name]?.shown.status = .deleting
        clusters[name]?.schedule = [(max(last, now) + took, nil)]
        try leave(action)
    }
}

extension SimulatedRegion {
    /// What a list shows now.
    ///
    /// - Parameter isWritten: whether the question is answered from where things are written.
    private mutating func look(isWritten: Bool) -> AuroraSighting {
        let truth = AuroraSighting(
            clusters: clusters.values.map(\.shown).sorted { $0.identifier < $1.identifier },
            instances: instances.values.map(\.shown).sorted { $0.identifier < $1.identifier })
        history = (history + [truth]).suffix(4)
        var shown = truth
        if !isWritten, generator.chance(faults.staleList) { shown = generator.pick(history) ?? truth }
        if generator.chance(faults.duplicates) {
            shown.clusters += shown.clusters.reversed()
            shown.instances += shown.instances
        }
        return shown
    }
}
