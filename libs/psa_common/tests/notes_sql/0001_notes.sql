-- What these tests read and write.
CREATE TABLE notes (
    tenant_id uuid NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id        uuid NOT NULL,
    text      text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, text) DEFERRABLE INITIALLY DEFERRED
);
SELECT protect_tenant_table('notes');
