-- The mark on booked time that does not count any more; it may be here before the entry is.
CREATE TABLE reversed_time (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid        NOT NULL,
    task_id     uuid        NOT NULL,
    reversal_id uuid        NOT NULL,
    reversed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('reversed_time');
