-- What the service desk says after the fact: time taken back, tickets left out of SLA figures,
-- tickets merged into others or given to another customer.

-- The mark on an entry that does not count any more; it may be here before the entry is.
CREATE TABLE reversed_time_entries (
    tenant_id     uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    time_entry_id uuid        NOT NULL,
    reversal_id   uuid        NOT NULL,
    reversed_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, time_entry_id)
);
SELECT protect_tenant_table('reversed_time_entries');

ALTER TABLE sla_results
    ADD COLUMN excluded boolean NOT NULL DEFAULT false;
CREATE INDEX sla_results_excluded ON sla_results (tenant_id, ticket_id)
    WHERE excluded;

ALTER TABLE tickets
    ADD COLUMN merged_into_id    uuid,
    ADD COLUMN merged_sequence   bigint NOT NULL DEFAULT 0,
    ADD COLUMN customer_sequence bigint NOT NULL DEFAULT 0;
