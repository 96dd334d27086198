import Environments
import Postgres

extension RecordStore {
    /// Records a cluster as a snapshot that can be cloned at once: what is cloned is its live data.
    /// - Throws: `conflict` when the name is in use.
    func register(
        id: SnapshotID, name: SnapshotName, source: AuroraSource, by actor: Actor
    ) async throws(ControlError) -> SnapshotRecord {
        try await storing("record the snapshot") {
            try await pool.query(
                """
                WITH s AS (
                    INSERT INTO snapshots (id, name, storage, aurora, pool_size) VALUES ($1, $2, 'aurora', $3::jsonb, 0)
                    ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING RETURNING *
                ), g AS (
                    INSERT INTO generations (snapshot_id, number, state, source, region, ready_at)
                    SELECT id, 1, 'ready', $4, $5, clock_timestamp() FROM s
                )
                INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
                SELECT 'snapshot', id, name, 'registered', 'registered ' || $4::text, $6, $7 FROM s
                """, .text(id.text), .text(name.text), .utf8(source.json),
                .text("aurora:\(source.region)/\(source.cluster)"),
                .text(source.tableRegion.isEmpty ? source.region : source.tableRegion), .text(actor.name),
                .text(actor.source))
            guard let record = try await snapshot(name), record.id == id else {
                throw ControlError(
                    .conflict, subject: name.text, "snapshot '\(name)' exists already",
                    hint: "choose another name, or `envctl snapshot delete \(name)` first")
            }
            return record
        }
    }

    /// Every cluster that was ever registered, also by snapshots that are deleted.
    func auroraSources() async throws(ControlError) -> [AuroraSource] {
        try await storing("read the registered clusters") {
            try await pool.query("SELECT aurora FROM snapshots WHERE aurora IS NOT NULL ORDER BY created_at")
                .map { try AuroraSource(json: try $0[0].bytes) }
        }
    }

    /// The settings of a snapshot's cluster, also of a deleted one.
    func auroraSource(of snapshot: SnapshotID) async throws(ControlError) -> AuroraSource? {
        try await storing("read the registered cluster") {
            try await pool.query("SELECT aurora FROM snapshots WHERE id = $1", .text(snapshot.text))
                .first?[0].orNil.map { try AuroraSource(json: try $0.bytes) }
        }
    }

    /// The clones that there are and their limits, as they are now.
    func auroraRoom(_ settings: AdmissionSettings) async throws(ControlError) -> AuroraRoom {
        try await storing("count the Aurora clones") {
            try await pool.withConnection { try await auroraRoom(settings, on: $0) }
        }
    }

    /// The same, for deciding on one more under the lock of `admissionLock`. An environment counts from its request on,
    /// and with both of its clones while a reset has two.
    ///
    /// - Parameter countsQueue: whether requests that wait in the queue count too, for those who come after them.
    func auroraRoom(
        _ settings: AdmissionSettings, countsQueue: Bool = false, on connection: PostgresConnection
    ) async throws -> AuroraRoom {
        let rows = try await connection.query(
            """
            SELECT s.aurora, (
                SELECT coalesce(sum(greatest(1, (
                    SELECT count(*) FROM aurora_clones a WHERE a.environment_id = e.id AND a.gone_at IS NULL))), 0)
                FROM environments e
                WHERE e.snapshot_id = s.id AND e.phase <> 'deleted' AND ($1 OR e.phase <> 'queued'))::bigint
            FROM snapshots s WHERE s.aurora IS NOT NULL
            """, .bool(countsQueue))
        var room = AuroraRoom(prices: settings.prices)
        for row in rows {
            let source = try AuroraSource(json: try row[0].bytes)
            for _ in 0..<(try row[1].int) { room.add(source) }
            room.others[AuroraVolume(source)] = settings.clonesOfOthers(source)
        }
        return room
    }

    func auroraClone(_ id: EnvironmentID, _ incarnation: Int) async throws(ControlError) -> AuroraCloneRow? {
        try await storing("read an Aurora clone") {
            try await pool.query(
                "SELECT \(AuroraCloneRow.columns) FROM aurora_clones a WHERE environment_id = $1 AND incarnation = $2",
                .text(id.text), .int(incarnation)
            ).first.map { try AuroraCloneRow.decode($0, secrets: secrets) }
        }
    }

    /// Those that are not known to be gone.
    func liveAuroraClones() async throws(ControlError) -> [AuroraCloneRow] {
        try await storing("read the Aurora clones") {
            try await pool.query(
                "SELECT \(AuroraCloneRow.columns) FROM aurora_clones a WHERE gone_at IS NULL ORDER BY cluster"
            ).map { try AuroraCloneRow.decode($0, secrets: secrets) }
        }
    }

    /// Records the intent to make a clone, with the master password that it will get; a second call finds the first's.
    func beginAuroraClone(
        _ id: EnvironmentID, _ incarnation: Int, cluster: String, source: AuroraSource, password: String
    ) async throws(ControlError) -> AuroraCloneRow {
        let sealed = try secrets.seal(password, purpose: AuroraCloneRow.purpose(cluster))
        try await storing("record an Aurora clone") {
            try await pool.query(
                """
                INSERT INTO aurora_clones
                    (environment_id, incarnation, cluster, region, source, settings, master_password)
                VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7) ON CONFLICT DO NOTHING
                """, .text(id.text), .int(incarnation), .text(cluster), .text(source.region), .text(source.cluster),
                .utf8(source.json), .bytea(sealed))
        }
        guard let row = try await auroraClone(id, incarnation) else {
            throw ControlError(.failed, subject: cluster, "the record of the clone \(cluster) vanished")
        }
        return row
    }

    /// Counts a clone among those of its source, in turn with every other replica, unless there is no room.
    ///
    /// - Parameter others: clones of the same volume that are in no record of ours.
    /// - Throws: `quota` with the limit's name.
    func admitAuroraClone(_ row: AuroraCloneRow, others: Int) async throws(ControlError) {
        try await storing("count the clones of \(row.source.cluster)") {
            try await pool.transaction { connection in
                try await connection.query(PostgresQuery("SELECT pg_advisory_xact_lock(7227003146)"))
                let counted = try await connection.query(
                    """
                    SELECT count(*) FROM aurora_clones
                    WHERE region = $1 AND source = $2 AND admitted_at IS NOT NULL AND gone_at IS NULL AND cluster <> $3
                    """, .text(row.source.region), .text(row.source.cluster), .text(row.cluster))
                try AuroraCloneLimit.admit(row.source, taken: (try counted.first?[0].int ?? 0) + others)
                try await connection.query(
                    "UPDATE aurora_clones SET admitted_at = coalesce(admitted_at, clock_timestamp()) WHERE cluster = $1",
                    .text(row.cluster))
            }
        }
    }

    /// Writes down what a look at a clone showed. Returns the row as it is now; `statusSince` moves when the status does.
    func noteAuroraClone(
        _ row: AuroraCloneRow, status: String, faults: Int
    ) async throws(ControlError) -> AuroraCloneRow {
        try await storing("record the status of a clone") {
            let rows = try await pool.query(
                """
                UPDATE aurora_clones a SET status = $2, faults = $3,
                    status_since = CASE WHEN status = $2 THEN status_since ELSE clock_timestamp() END
                WHERE cluster = $1 RETURNING \(AuroraCloneRow.columns)
                """, .text(row.cluster), .text(status), .int(faults))
            return try rows.first.map { try AuroraCloneRow.decode($0, secrets: secrets) } ?? row
        }
    }

    func noteAuroraPassword(_ row: AuroraCloneRow) async throws(ControlError) {
        try await storing("record that a clone has its own password") {
            try await pool.query("UPDATE aurora_clones SET password_set = true WHERE cluster = $1", .text(row.cluster))
        }
    }

    func noteAuroraEndpoint(_ row: AuroraCloneRow, _ endpoint: String, _ port: Int) async throws(ControlError) {
        try await storing("record a clone's endpoint") {
            try await pool.query(
                """
                UPDATE aurora_clones SET endpoint = $2, port = $3, available_at = coalesce(available_at, clock_timestamp())
                WHERE cluster = $1
                """, .text(row.cluster), .text(endpoint), .int(port))
        }
    }

    /// Nothing of it is left at AWS, and its secret goes.
    func noteAuroraGone(_ row: AuroraCloneRow) async throws(ControlError) {
        try await storing("record that a clone is gone") {
            try await pool.query(
                """
                UPDATE aurora_clones
                SET gone_at = coalesce(gone_at, clock_timestamp()), master_password = NULL, status = 'gone'
                WHERE cluster = $1
                """, .text(row.cluster))
        }
    }
}
