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
                snapshot.name, String(snapshot.generation), snapshot.state, String(snapshot.tables.count),
                Quantities.count(snapshot.tables.reduce(0) { $0 + $1.items }),
                Quantities.bytes(snapshot.tables.reduce(0) { $0 + $1.bytes }), snapshot.createdAt,
            ])
        }
        return table.render()
    }

    package static func details(_ snapshot: SnapshotResource) -> String {
        var fields = FieldList()
        fields.add("name", snapshot.name)
        fields.add("id", snapshot.id)
        fields.add("state", snapshot.state)
        fields.add("reason", snapshot.reason)
        fields.add("generation", String(snapshot.generation))
        fields.add("account", snapshot.accountId)
        fields.add("region", snapshot.region)
        fields.add("created", snapshot.createdAt)
        fields.add("database", snapshot.database)
        fields.add("warm pool", snapshot.pool.map(PoolView.line))
        guard !snapshot.tables.isEmpty else { return fields.render() }
        var table = TextTable(["TABLE", "ITEMS", "BYTES"])
        for entry in snapshot.tables {
            table.add([entry.name, Quantities.count(entry.items), Quantities.bytes(entry.bytes)])
        }
        return fields.render() + "\n\n" + table.render()
    }
}
