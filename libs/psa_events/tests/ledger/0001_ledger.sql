-- What the handlers of these tests do: one row for each effect.
CREATE TABLE ledger (
    tenant_id uuid NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id        uuid NOT NULL,
    position  bigint GENERATED ALWAYS AS IDENTITY,
    event_id  uuid NOT NULL,
    note      text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('ledger');
