extension Migrations {
    static let aurora = """
        ALTER TABLE snapshots
            -- How its environments get their data: 'template' or 'aurora'.
            ADD COLUMN storage text NOT NULL DEFAULT 'template',
            -- The settings of a registered cluster; NULL: it was imported. They stay after the snapshot's deletion,
            -- since a cluster that was ever registered is never changed.
            ADD COLUMN aurora jsonb;
        ALTER TABLE environments ADD COLUMN storage text NOT NULL DEFAULT 'template';

        -- One clone at AWS: written before the call that makes it, kept after its end without its secret.
        CREATE TABLE aurora_clones (
            environment_id text NOT NULL REFERENCES environments (id),
            incarnation integer NOT NULL,
            -- Its identifier, and the cluster that it is made from with the settings of that moment.
            cluster text NOT NULL UNIQUE,
            region text NOT NULL,
            source text NOT NULL,
            settings jsonb NOT NULL,
            -- Encrypted, see SecretBox; NULL when the clone is gone.
            master_password bytea,
            password_set boolean NOT NULL DEFAULT false,
            -- Set when it was counted among its source's clones, under a lock: before the call that makes it.
            admitted_at timestamptz,
            -- Where its databases are, once they can be connected to.
            endpoint text,
            port integer,
            -- What the last look showed and since when, and the refusals in a row.
            status text NOT NULL DEFAULT '',
            status_since timestamptz NOT NULL DEFAULT clock_timestamp(),
            faults integer NOT NULL DEFAULT 0,
            started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            available_at timestamptz,
            gone_at timestamptz,
            PRIMARY KEY (environment_id, incarnation)
        );
        CREATE INDEX aurora_clones_live ON aurora_clones (region, source) WHERE gone_at IS NULL;
        """
}
