extension Migrations {
    static let lifetimes = """
        ALTER TABLE snapshots
            -- How many unclaimed environments are kept ready; NULL: as configured.
            ADD COLUMN pool_size integer,
            -- Why the last refill failed; NULL after one that succeeded.
            ADD COLUMN pool_reason text,
            -- Failed refills in a row, and when the last of them was noticed.
            ADD COLUMN pool_failures integer NOT NULL DEFAULT 0,
            ADD COLUMN pool_failed_at timestamptz;

        ALTER TABLE environments
            -- The replica on whose machine its server runs; NULL until one took it up.
            ADD COLUMN host text,
            ADD COLUMN pooled boolean NOT NULL DEFAULT false,
            ADD COLUMN claimed_at timestamptz,
            -- When it was let in from the queue; NULL: it never waited, or waits still.
            ADD COLUMN admitted_at timestamptz,
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
            ADD COLUMN storage_bytes bigint,
            -- When the lifetime rule's verdict on it can change next; NULL: never, unless an input changes. Triggers
            -- bring it forward when one does, so that nobody who writes an input has to know of the reaper.
            ADD COLUMN verdict_at timestamptz DEFAULT clock_timestamp();
        UPDATE environments SET host = lease_owner WHERE lease_owner IS NOT NULL;

        -- Machines number their ports apart.
        DROP INDEX environments_port;
        CREATE UNIQUE INDEX environments_port ON environments (coalesce(host, ''), port) WHERE port IS NOT NULL;
        -- Names are users'; a member of a pool has a made-up one that stands in nobody's way.
        DROP INDEX environments_live_name;
        CREATE UNIQUE INDEX environments_live_name ON environments (name) WHERE phase <> 'deleted' AND NOT pooled;
        CREATE INDEX environments_pool ON environments (snapshot_id, generation, phase) WHERE pooled;
        CREATE INDEX environments_served ON environments (owner, admitted_at) WHERE admitted_at IS NOT NULL;
        CREATE INDEX environments_queue ON environments (created_at) WHERE phase = 'queued';
        DROP INDEX environments_deadline;
        CREATE INDEX environments_verdict ON environments (verdict_at) WHERE phase NOT IN ('deleting', 'deleted');
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

        -- An input that can bring a verdict forward makes the row due for a new one. A later request or a longer hold
        -- only puts it off, which the reaper finds when the old instant comes.
        CREATE FUNCTION reconsider() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.verdict_at := clock_timestamp();
            RETURN NEW;
        END $$;
        CREATE TRIGGER environments_reconsider BEFORE UPDATE ON environments FOR EACH ROW WHEN (
            (OLD.phase, OLD.host, OLD.ready_at, OLD.expires_at, OLD.ttl_us, OLD.idle_us, OLD.grace_ends_at,
                OLD.warned_for, OLD.protected_by, OLD.protected_until, OLD.pooled, OLD.claimed_at, OLD.generation)
            IS DISTINCT FROM
            (NEW.phase, NEW.host, NEW.ready_at, NEW.expires_at, NEW.ttl_us, NEW.idle_us, NEW.grace_ends_at,
                NEW.warned_for, NEW.protected_by, NEW.protected_until, NEW.pooled, NEW.claimed_at, NEW.generation)
        ) EXECUTE FUNCTION reconsider();

        CREATE FUNCTION reconsider_held() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE environments SET verdict_at = clock_timestamp() WHERE id = OLD.environment_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER holders_released AFTER DELETE ON holders FOR EACH ROW EXECUTE FUNCTION reconsider_held();
        CREATE TRIGGER holders_shortened AFTER UPDATE ON holders FOR EACH ROW
            WHEN (NEW.expires_at < OLD.expires_at) EXECUTE FUNCTION reconsider_held();

        -- The members of a pool stand and fall with their snapshot's newest generation.
        CREATE FUNCTION reconsider_pooled() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE environments SET verdict_at = clock_timestamp()
            WHERE snapshot_id = NEW.snapshot_id AND pooled AND phase NOT IN ('deleting', 'deleted');
            RETURN NULL;
        END $$;
        CREATE TRIGGER generations_reconsider AFTER UPDATE OF state ON generations FOR EACH ROW
            WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION reconsider_pooled();

        -- What the reaper and the workers note for themselves is no news.
        DROP TRIGGER environments_announce ON environments;
        CREATE TRIGGER environments_announce
            AFTER INSERT OR UPDATE OF phase, reason, attempts, next_attempt_at, ready_at, ready_since, expires_at,
                port, host, labels, generation, incarnation, idle_us, grace_ends_at, protected_by, protected_reason,
                protected_until, pooled, claimed_at, lease_owner
            ON environments FOR EACH ROW WHEN (NEW.lease_owner IS NULL OR NEW.phase = 'deleting')
            EXECUTE FUNCTION announce('environment', 'id');

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
        CREATE INDEX events_name ON events (subject_name, xid, id);
        -- This once: the lines that were written without a name get theirs.
        ALTER TABLE events DISABLE TRIGGER events_append_only;
        UPDATE events SET subject_name = named.name
        FROM (SELECT id, name FROM environments UNION ALL SELECT id, name FROM snapshots) AS named
        WHERE named.id = subject_id;
        ALTER TABLE events ENABLE TRIGGER events_append_only;
        CREATE FUNCTION announce_event() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('envctl', 'event ' || NEW.subject_id);
            RETURN NULL;
        END $$;
        CREATE TRIGGER events_announce AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION announce_event();

        CREATE FUNCTION announce_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('envctl', 'token revoked');
            RETURN NULL;
        END $$;

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
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            attempts integer NOT NULL DEFAULT 0,
            next_attempt_at timestamptz,
            delivered_at timestamptz,
            given_up_at timestamptz,
            last_error text,
            lease_owner text,
            lease_expires_at timestamptz,
            PRIMARY KEY (webhook_id, event_id)
        );
        CREATE INDEX deliveries_due ON deliveries (webhook_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;

        ALTER TABLE tokens
            DROP COLUMN name,
            ADD COLUMN owner text NOT NULL DEFAULT '',
            -- NULL: every snapshot.
            ADD COLUMN snapshots text[],
            -- Labels that environments made and used with it carry.
            ADD COLUMN labels jsonb NOT NULL DEFAULT '{}',
            ADD COLUMN created_by text NOT NULL DEFAULT '',
            ADD COLUMN last_used_at timestamptz;
        -- Replicas remember tokens for some seconds; a revocation makes them forget.
        CREATE TRIGGER tokens_announce AFTER UPDATE OF revoked_at OR DELETE ON tokens
            FOR EACH STATEMENT EXECUTE FUNCTION announce_tokens();
        """
}
