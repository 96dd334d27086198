extension Migrations {
    static let records = """
        CREATE TABLE settings (
            name text PRIMARY KEY,
            value text NOT NULL
        );

        CREATE TABLE snapshots (
            id text PRIMARY KEY,
            name text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            deleted_at timestamptz
        );
        CREATE UNIQUE INDEX snapshots_live_name ON snapshots (name) WHERE deleted_at IS NULL;

        -- One filling of a snapshot. Its database's name follows from (snapshot_id, number).
        CREATE TABLE generations (
            snapshot_id text NOT NULL REFERENCES snapshots (id),
            number integer NOT NULL,
            state text NOT NULL,
            reason text,
            source text NOT NULL,
            cancel_requested boolean NOT NULL DEFAULT false,
            account_id text NOT NULL DEFAULT '',
            region text NOT NULL DEFAULT '',
            -- The body of a GetItem that must find its item, as JSON.
            probe_target text,
            -- [{"name", "items", "bytes"}]
            tables jsonb NOT NULL DEFAULT '[]',
            database_bytes bigint,
            items_done bigint NOT NULL DEFAULT 0,
            items_total bigint NOT NULL DEFAULT 0,
            bytes_done bigint NOT NULL DEFAULT 0,
            bytes_total bigint NOT NULL DEFAULT 0,
            items_per_second double precision NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            ready_at timestamptz,
            -- As in environments.
            attempts integer NOT NULL DEFAULT 0,
            next_attempt_at timestamptz,
            lease_owner text,
            lease_epoch bigint NOT NULL DEFAULT 0,
            lease_expires_at timestamptz,
            PRIMARY KEY (snapshot_id, number)
        );
        CREATE INDEX generations_due ON generations (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

        CREATE TABLE environments (
            id text PRIMARY KEY,
            name text NOT NULL,
            snapshot_id text NOT NULL,
            snapshot_name text NOT NULL,
            generation integer NOT NULL,
            incarnation integer NOT NULL DEFAULT 1,
            owner text NOT NULL DEFAULT '',
            labels jsonb NOT NULL DEFAULT '{}',
            phase text NOT NULL,
            reason text,
            attempts integer NOT NULL DEFAULT 0,
            next_attempt_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            ready_at timestamptz,
            ready_since timestamptz,
            expires_at timestamptz NOT NULL,
            deleted_at timestamptz,
            ttl_us bigint NOT NULL,
            port integer,
            region text NOT NULL DEFAULT '',
            account_id text NOT NULL DEFAULT '',
            access_key_id text,
            -- Encrypted, see SecretBox.
            secret_access_key bytea,
            role_password bytea,
            has_storage boolean NOT NULL DEFAULT false,
            server_pid integer,
            server_start_time bigint,
            cloning_ms bigint,
            sealing_ms bigint,
            starting_ms bigint,
            probing_ms bigint,
            total_ms bigint,
            -- Who works on it. The epoch rises with every claim; a worker whose epoch is not the row's may not write.
            lease_owner text,
            lease_epoch bigint NOT NULL DEFAULT 0,
            lease_expires_at timestamptz
        );
        CREATE UNIQUE INDEX environments_live_name ON environments (name) WHERE phase <> 'deleted';
        CREATE UNIQUE INDEX environments_port ON environments (port) WHERE port IS NOT NULL;
        CREATE INDEX environments_due ON environments (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
        CREATE INDEX environments_deadline ON environments (expires_at) WHERE phase NOT IN ('deleting', 'deleted');
        CREATE INDEX environments_name ON environments (name, created_at);

        -- What was about to be made or taken down, written before it was tried.
        CREATE TABLE intents (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            subject_kind text NOT NULL,
            subject_id text NOT NULL,
            effect text NOT NULL,
            -- Names of what it touches, as JSON.
            target jsonb NOT NULL DEFAULT '{}',
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            finished_at timestamptz
        );
        CREATE INDEX intents_open ON intents (subject_id) WHERE finished_at IS NULL;

        CREATE TABLE events (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            subject_kind text NOT NULL,
            subject_id text NOT NULL,
            kind text NOT NULL,
            message text NOT NULL
        );
        CREATE INDEX events_subject ON events (subject_id, id);

        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'events are only ever added';
        END $$;
        CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
            FOR EACH ROW EXECUTE FUNCTION refuse_change();

        CREATE TABLE tokens (
            id text PRIMARY KEY,
            name text NOT NULL,
            -- SHA-256 of the token.
            hash bytea NOT NULL UNIQUE,
            scope text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            expires_at timestamptz,
            revoked_at timestamptz
        );

        -- A row that nobody holds has something to tell: it is new, due, or settled. A worker's own steps stay quiet.
        CREATE FUNCTION announce() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('envctl', TG_ARGV[0] || ' ' || (to_jsonb(NEW)->>TG_ARGV[1]));
            RETURN NULL;
        END $$;
        CREATE TRIGGER environments_announce AFTER INSERT OR UPDATE ON environments
            FOR EACH ROW WHEN (NEW.lease_owner IS NULL OR NEW.phase = 'deleting')
            EXECUTE FUNCTION announce('environment', 'id');
        CREATE TRIGGER generations_announce AFTER INSERT OR UPDATE OF state, cancel_requested ON generations
            FOR EACH ROW EXECUTE FUNCTION announce('snapshot', 'snapshot_id');
        """
}
