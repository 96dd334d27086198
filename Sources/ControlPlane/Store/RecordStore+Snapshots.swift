import Environments
import Postgres

extension RecordStore {
    /// Records a snapshot that is to be imported. A snapshot whose last import failed gets its next generation.
    /// - Throws: `conflict` when the name is in use.
    func requestImport(
        id: SnapshotID, name: SnapshotName, source: String, by actor: Actor = .local
    ) async throws(ControlError) -> SnapshotRecord {
        try await storing("record the snapshot") {
            try await pool.transaction { connection in
                // The index lets one of two simultaneous requests through; the row lock orders those that follow.
                try await connection.query(
                    """
                    INSERT INTO snapshots (id, name) VALUES ($1, $2)
                    ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING
                    """, .text(id.text), .text(name.text))
                let owner = try await connection.query(
                    "SELECT id FROM snapshots WHERE name = $1 AND deleted_at IS NULL FOR UPDATE", .text(name.text))
                guard let owner = try owner.first?[0].string else {
                    throw ControlError(.unavailable, subject: name.text, "snapshot '\(name)' was just deleted")
                }
                let newest = try await connection.query(Self.newest(where: "s.id = $1"), .text(owner))
                var number = 1
                if let row = newest.first {
                    let existing = try SnapshotRow.decode(row).record
                    guard existing.state == .failed else { throw Self.nameTaken(existing) }
                    number = existing.generation + 1
                }
                return try await beginImport(owner, name, number, source, by: actor, on: connection)
            }
        }
    }

    /// Records a generation that is to be imported, in the caller's transaction.
    func beginImport(
        _ snapshot: String, _ name: SnapshotName, _ number: Int, _ source: String, by actor: Actor,
        on connection: PostgresConnection
    ) async throws -> SnapshotRecord {
        try await connection.query(
            """
            WITH made AS (
                INSERT INTO generations (snapshot_id, number, state, source, next_attempt_at)
                VALUES ($1, $2, 'importing', $3, clock_timestamp()) RETURNING *
            ), intended AS (
                INSERT INTO intents (subject_kind, subject_id, effect, target)
                SELECT 'snapshot', snapshot_id, 'import', jsonb_build_object('generation', number) FROM made
            )
            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
            SELECT 'snapshot', snapshot_id, $4, 'importing',
                'importing generation ' || number || ' from ' || source, $5, $6
            FROM made
            """, .text(snapshot), .int(number), .text(source), .text(name.text), .text(actor.name),
            .text(actor.source))
        guard let row = try await connection.query(Self.newest(where: "s.id = $1"), .text(snapshot)).first else {
            throw ControlError(.failed, subject: name.text, "the record of '\(name)' vanished")
        }
        return try SnapshotRow.decode(row).record
    }

    static func nameTaken(_ existing: SnapshotRecord) -> ControlError {
        let hint =
            switch existing.state {
            case .importing: "follow it with `envctl snapshot show \(existing.name)`, or cancel it"
            case .deleting: "try again in a moment"
            case .ready, .failed, .deleted:
                "`envctl snapshot refresh \(existing.name) --from-export DIR` makes its next generation; or choose another name"
            }
        return ControlError(
            .conflict, subject: existing.name.text,
            "snapshot '\(existing.name)' exists already (\(existing.state.rawValue))", hint: hint)
    }

    /// SQL for the newest generation of each live snapshot that fits.
    static func newest(where condition: String) -> String {
        """
        SELECT DISTINCT ON (s.name) \(SnapshotRow.columns)
        FROM snapshots s JOIN generations g ON g.snapshot_id = s.id
        WHERE s.deleted_at IS NULL AND \(condition) ORDER BY s.name, g.number DESC
        """
    }

    /// The newest generation of a live snapshot.
    func snapshot(_ name: SnapshotName) async throws(ControlError) -> SnapshotRecord? {
        try await snapshots(where: "s.name = $1", [.text(name.text)]).first?.record
    }

    /// The newest generation of every live snapshot, by name.
    func snapshots() async throws(ControlError) -> [SnapshotRecord] {
        try await snapshots(where: "true", []).map(\.record)
    }

    private func snapshots(
        where condition: String, _ parameters: [PostgresValue]
    ) async throws(ControlError) -> [ClaimedGeneration] {
        try await storing("read the snapshots") {
            try await pool.query(PostgresQuery(Self.newest(where: condition), parameters)).map(SnapshotRow.decode)
        }
    }

    /// One generation, whatever its state.
    func generation(_ snapshot: SnapshotID, _ number: Int) async throws(ControlError) -> ClaimedGeneration? {
        try await storing("read the snapshot") {
            try await pool.query(
                """
                SELECT \(SnapshotRow.columns) FROM snapshots s JOIN generations g ON g.snapshot_id = s.id
                WHERE s.id = $1 AND g.number = $2
                """, .text(snapshot.text), .int(number)
            ).first.map(SnapshotRow.decode)
        }
    }

    /// The size of a generation's database, in bytes; 0 when there is none.
    func databaseBytes(_ snapshot: SnapshotID, _ number: Int) async throws(ControlError) -> Int64 {
        try await storing("read the snapshot's size") {
            let rows = try await pool.query(
                "SELECT coalesce(database_bytes, 0) FROM generations WHERE snapshot_id = $1 AND number = $2",
                .text(snapshot.text), .int(number))
            return try rows.first?[0].int64 ?? 0
        }
    }

    /// The newest generation that can be cloned; nil when the snapshot is gone or has none.
    func newestReadyGeneration(_ snapshot: SnapshotID) async throws(ControlError) -> Int? {
        try await storing("read the snapshot") {
            try await pool.query(
                """
                SELECT max(g.number) FROM generations g JOIN snapshots s ON s.id = g.snapshot_id
                WHERE s.id = $1 AND s.deleted_at IS NULL AND g.state = 'ready'
                """, .text(snapshot.text)
            ).first?[0].orNil.map { try $0.int }
        }
    }

    /// Asks a running import to stop. False when none runs.
    func requestCancel(_ snapshot: SnapshotRecord, by actor: Actor) async throws(ControlError) -> Bool {
        try await storing("cancel the import") {
            let rows = try await pool.query(
                """
                WITH stopped AS (
                    UPDATE generations SET cancel_requested = true
                    WHERE snapshot_id = $1 AND state = 'importing' RETURNING snapshot_id, number
                ), noted AS (
                    INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
                    SELECT 'snapshot', snapshot_id, $2, 'cancelling', 'stopping the import of generation ' || number,
                        $3, $4
                    FROM stopped
                )
                SELECT 1 FROM stopped
                """, .text(snapshot.id.text), .text(snapshot.name.text), .text(actor.name), .text(actor.source))
            return !rows.isEmpty
        }
    }

    /// Starts the deletion of a snapshot: every generation of it is to be dropped.
    /// - Throws: `conflict` while it is being imported or copied.
    func requestDelete(_ snapshot: SnapshotRecord, by actor: Actor) async throws(ControlError) {
        try await storing("delete the snapshot") {
            // Clones that are asked for at the same moment lock the same rows; one of two that wait for each other is
            // undone whole and comes after the other.
            for _ in 0..<10 {
                do {
                    return try await beginDelete(snapshot, by: actor)
                } catch let error as PostgresError where error.sqlState == SQLState.deadlockDetected {
                    continue
                }
            }
            try await beginDelete(snapshot, by: actor)
        }
    }

    private func beginDelete(_ snapshot: SnapshotRecord, by actor: Actor) async throws {
        try await pool.transaction { connection in
            try await connection.query("SELECT 1 FROM snapshots WHERE id = $1 FOR UPDATE", .text(snapshot.id.text))
            let busy = try await connection.query(
                """
                SELECT name FROM environments
                WHERE snapshot_id = $1 AND phase IN ('requested', 'resetting', 'cloning') AND NOT pooled
                ORDER BY name LIMIT 1
                """, .text(snapshot.id.text))
            if let name = try busy.first?[0].string {
                throw ControlError(
                    .conflict, subject: snapshot.name.text,
                    "snapshot '\(snapshot.name)' is being cloned to '\(name)'", hint: "try again in a moment")
            }
            let importing = try await connection.query(
                "SELECT 1 FROM generations WHERE snapshot_id = $1 AND state = 'importing'",
                .text(snapshot.id.text))
            guard importing.isEmpty else {
                throw ControlError(
                    .conflict, subject: snapshot.name.text, "snapshot '\(snapshot.name)' is being imported",
                    hint: "cancel the import first")
            }
            try await connection.query(
                PostgresQuery(
                    Self.discardSQL(where: "t.snapshot_id = $1"),
                    [.text(snapshot.id.text), .text("the snapshot is deleted")]))
            try await connection.query(
                """
                WITH doomed AS (
                    UPDATE generations
                    SET state = 'deleting', attempts = 0, next_attempt_at = clock_timestamp()
                    WHERE snapshot_id = $1 AND state <> 'deleted' RETURNING snapshot_id, number
                ), intended AS (
                    INSERT INTO intents (subject_kind, subject_id, effect, target)
                    SELECT 'snapshot', snapshot_id, 'delete', jsonb_build_object('generation', number) FROM doomed
                )
                INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
                SELECT 'snapshot', snapshot_id, $2, 'deleting', 'dropping generation ' || number, $3, $4
                FROM doomed
                """, .text(snapshot.id.text), .text(snapshot.name.text), .text(actor.name), .text(actor.source))
        }
    }
}
