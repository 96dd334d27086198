package import ControlPlaneAPI

/// How snapshots read to people.
package enum SnapshotView {
    package static func list(_ snapshots: [SnapshotResource]) -> String {
        guard !snapshots.isEmpty else {
            return "No snapshots. Make one: envctl snapshot import NAME --from-export DIR"
        }
        var table = TextTable(["NAME", "GENERATION", "STATE", "TABLES", "ITEMS", "BYTES", "CREATED"])
        for snapshot in snapshots {
            table.add([
                snapshot.name, String(snapshot.generation), state(snapshot), String(snapshot.tables.count),
                Quantities.count(snapshot.tables.reduce(0) { $0 + $1.items }),
                Quantities.bytes(snapshot.tables.reduce(0) { $0 + $1.bytes }), snapshot.createdAt,
            ])
        }
        return table.render()
    }

    /// With the generation that is cloned, where that is not the one that the state is about.
    private static func state(_ snapshot: SnapshotResource) -> String {
        guard let current = snapshot.currentGeneration, current != snapshot.generation else { return snapshot.state }
        return "\(snapshot.state), generation \(current) is cloned"
    }

    private static func add(_ aurora: AuroraResource, to fields: inout FieldList) {
        fields.add("cluster", "\(aurora.cluster)" + (aurora.region.map { " in \($0)" } ?? "") + ", live")
        fields.add("instances", aurora.instanceClass)
        if let minimum = aurora.minimumAcu, let maximum = aurora.maximumAcu {
            fields.add("capacity", "\(minimum) to \(maximum) ACU")
        }
        fields.add(
            "databases", [aurora.catalogDatabase, aurora.dataDatabase].compactMap(\.self).joined(separator: ", "))
        fields.add("master user", aurora.masterUser)
        fields.add("tls", aurora.tls.map { $0 + (aurora.caFile.map { " by \($0)" } ?? "") })
        if aurora.allowFullCopy == true { fields.add("full copies", "allowed beyond the clone limit") }
    }

    package static func details(_ snapshot: SnapshotResource) -> String {
        var fields = FieldList()
        fields.add("name", snapshot.name)
        fields.add("id", snapshot.id)
        fields.add("state", state(snapshot))
        fields.add("reason", snapshot.reason)
        fields.add("generation", String(snapshot.generation))
        fields.add("account", snapshot.accountId)
        fields.add("region", snapshot.region)
        fields.add("created", snapshot.createdAt)
        fields.add("database", snapshot.database)
        if let aurora = snapshot.aurora { add(aurora, to: &fields) }
        fields.add("warm pool", snapshot.pool.map(PoolView.line))
        guard !snapshot.tables.isEmpty else { return fields.render() }
        var table = TextTable(["TABLE", "ITEMS", "BYTES"])
        for entry in snapshot.tables {
            table.add([entry.name, Quantities.count(entry.items), Quantities.bytes(entry.bytes)])
        }
        return fields.render() + "\n\n" + table.render()
    }
}
