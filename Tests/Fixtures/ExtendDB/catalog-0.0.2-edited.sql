-- What a later release's edition of the same catalog version 0.0.2 has besides: three columns, and no new version.
ALTER TABLE tables ADD COLUMN table_class TEXT, ADD COLUMN sse_specification JSONB,
    ADD COLUMN on_demand_throughput JSONB;
