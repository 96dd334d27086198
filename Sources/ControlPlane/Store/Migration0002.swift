extension Migrations {
    static let lifetimes = """
        ALTER TABLE snapshots
            -- How many unclaimed environments are kept ready; NULL: as configured.
            ADD COLUMN pool_size integer,
            -- Why the last refill failed; NULL after one that succeeded.
            ADD COLUMN pool_reason text;

        ALTER TABLE environments
            -- The replica on whose machine its server runs; NULL until one took it up.
            ADD COLUMN host text,
            ADD COLUMN pooled boolean NOT NULL DEFAULT false,
            ADD COLUMN claimed_at timestamptz,
            -- Copies from this one to `incarnation` may exist.
            ADD COLUMN oldest_incarnation integer NOT NULL DEFAULT 1,
            -- 0: it is never put to sleep.
            ADD COLUMN idle_us bigint NOT NULL DEFAULT 0,
            ADD COLUMN last_request_at timestamptz,
            ADD COLUMN hibernated_at timestamptz,
            ADD COLUMN grace_ends_at timestamptz,
            -- The deadline that was warned of, so that each is warned of once.
            ADD COLUMN warned_for timestamptz,
            -- NULL: not protected. protected_until NULL: until lifted.
            ADD COLUMN protected_by text,
            ADD COLUMN protected_reason text,
            ADD COLUMN protected_until timestamptz,
            -- The size of its copy when it was made.
            ADD COLUMN storage_bytes bigint;
        UPDATE environments SET host = lease_owner WHERE lease_owner IS NOT NULL;

        -- Machines number their ports apart.
        DROP INDEX environments_port;
        CREATE UNIQUE INDEX environments_port ON environments (coalesce(host, ''), port) WHERE port IS NOT NULL;
        CREATE INDEX environments_pool ON environments (snapshot_id, generation, phase) WHERE pooled;
        CREATE INDEX environments_queue ON environments (created_at) WHERE phase = 'queued';
        CREATE INDEX environments_grace ON environments (grace_ends_at) WHERE phase = 'expiring';
        CREATE INDEX environments_owner ON environments (owner) WHERE phase <> 'deleted';

        -- What uses an environment at the moment (`envctl exec`): it neither expires nor is put to sleep meanwhile.
        CREATE TABLE holders (
            id text PRIMARY KEY,
            environment_id text NOT NULL REFERENCES environments (id),
            purpose text NOT NULL DEFAULT '',
            owner text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX holders_environment ON holders (environment_id, expires_at);

        -- The control planes that share these records.
        CREATE TABLE replicas (
            name text PRIMARY KEY,
            hostname text NOT NULL DEFAULT '',
            version text NOT NULL DEFAULT '',
            started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );

        -- Who did it, and from where. The transaction's number orders events by when they became visible, which their
        -- id does not: a reader that follows takes those below the oldest running transaction, in the order (xid, id).
        ALTER TABLE events
            ADD COLUMN actor text NOT NULL DEFAULT '',
            ADD COLUMN source text NOT NULL DEFAULT '',
            ADD COLUMN subject_name text NOT NULL DEFAULT '',
            ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
        CREATE INDEX events_order ON events (xid, id);
        CREATE FUNCTION announce_event() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('envctl', 'event ' || NEW.subject_id);
            RETURN NULL;
        END $$;
        CREATE TRIGGER events_announce AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION announce_event();

        CREATE TABLE webhooks (
            id text PRIMARY KEY,
            url text NOT NULL,
            -- Encrypted, see SecretBox.
            secret bytea NOT NULL,
            -- Kinds of events to send; empty: all.
            kinds text[] NOT NULL DEFAULT '{}',
            owner text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            -- Up to where events were put into the outbox.
            cursor_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
            cursor_id bigint NOT NULL DEFAULT 0,
            deleted_at timestamptz
        );
        CREATE TABLE deliveries (
            webhook_id text NOT NULL REFERENCES webhooks (id),
            event_id bigint NOT NULL REFERENCES events (id),
            attempts integer NOT NULL DEFAULT 0,
            next_attempt_at timestamptz,
            delivered_at timestamptz,
            given_up_at timestamptz,
            last_error text,
            lease_owner text,
            lease_expires_at timestamptz,
            PRIMARY KEY (webhook_id, event_id)
        );
        CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

        ALTER TABLE tokens
            ADD COLUMN owner text NOT NULL DEFAULT '',
            -- NULL: every snapshot.
            ADD COLUMN snapshots text[],
            -- Labels that environments made and used with it carry.
            ADD COLUMN labels jsonb NOT NULL DEFAULT '{}',
            ADD COLUMN created_by text NOT NULL DEFAULT '',
            ADD COLUMN last_used_at timestamptz;
        """
}
