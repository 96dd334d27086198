/// The configuration files of a private server, written by us at every start so that a newer version's settings
/// apply to data that an older one made.
struct PostgresSettings: Sendable, Hashable {
    var port: Int
    var socketDirectory: String
    /// nil: the machine's memory is unknown.
    var memoryBytes: Int?
    /// Off when another process holds the port at start: the Unix socket's name stays right and servers keep working.
    var listensOnLoopback: Bool
    /// Whether the server knows `recovery_init_sync_method` (PostgreSQL 14 and later).
    var supportsSyncFS = false

    /// 128 MiB as PostgreSQL's own default, more on larger machines: an eighth of the memory, at most 1 GiB. The rest
    /// of the data is in the page cache, which clones share with their template where the file system shares blocks.
    var sharedBuffersMiB: Int {
        guard let memoryBytes else { return 128 }
        return min(1024, max(128, memoryBytes / 8 / 1_048_576))
    }

    /// `postgresql.conf`.
    ///
    /// - No replica reads this server's log, so WAL is minimal: `COPY` into a table made in the same transaction
    ///   then writes none.
    /// - Autovacuum looks into every database once a nap, used or not, with a process of its own each time: at
    ///   PostgreSQL's minute a hundred sleeping environments cost 1.9 % of a core, at five minutes 0.4 % (measured,
    ///   PostgreSQL 15). Templates are frozen and analysed, so a clone is in no hurry for its first look.
    /// - Statements stay out of the log even when they fail, and errors are terse, because items and passwords are
    ///   in statements and details.
    var configuration: String {
        """
        # Written by envctl at every start; changes here are lost.
        cluster_name = 'envctl'
        listen_addresses = '\(listensOnLoopback ? "127.0.0.1" : "")'
        port = \(port)
        unix_socket_directories = '\(Self.quoted(socketDirectory))'
        unix_socket_permissions = 0700
        max_connections = 300
        superuser_reserved_connections = 10
        password_encryption = 'scram-sha-256'

        shared_buffers = \(sharedBuffersMiB)MB
        work_mem = 8MB
        maintenance_work_mem = 128MB
        max_locks_per_transaction = 256
        jit = off
        autovacuum_naptime = 5min

        fsync = on
        synchronous_commit = on
        wal_level = minimal
        max_wal_senders = 0
        max_wal_size = 4GB
        checkpoint_timeout = 15min
        \(recoverySync)

        logging_collector = on
        log_directory = '../logs/postgres'
        log_filename = 'postgres-%a.log'
        log_truncate_on_rotation = on
        log_rotation_age = 1d
        log_rotation_size = 0
        log_line_prefix = '%m [%p] %u@%d '
        log_timezone = 'UTC'
        log_checkpoints = off
        log_statement = 'none'
        log_min_error_statement = panic
        log_parameter_max_length_on_error = 0
        log_error_verbosity = terse

        timezone = 'UTC'
        datestyle = 'iso, ymd'
        lc_messages = 'C'
        default_text_search_config = 'pg_catalog.simple'

        """
    }

    /// After a crash PostgreSQL first makes sure that every file of every database is on disk, one by one: with hundreds
    /// of clones that takes minutes. Where the kernel can do it for a whole file system, it takes one call (measured:
    /// five databases, 7 s against 0.2 s).
    private var recoverySync: String {
        #if os(Linux)
            supportsSyncFS ? "recovery_init_sync_method = syncfs" : ""
        #else
            ""
        #endif
    }

    /// `pg_hba.conf`: a password always, and only from this machine.
    static let hostBasedAuthentication = """
        # Written by envctl at every start; changes here are lost.
        local all all               scram-sha-256
        host  all all 127.0.0.1/32  scram-sha-256
        host  all all ::1/128       scram-sha-256

        """

    private static func quoted(_ text: String) -> String {
        text.replacing("'", with: "''")
    }
}
