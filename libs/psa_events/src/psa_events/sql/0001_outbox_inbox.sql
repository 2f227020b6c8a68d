-- Events out and in: each row is written in the transaction of its cause or effect.

CREATE TABLE event_sequences (
    tenant_id uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    subject   text   NOT NULL,
    last      bigint NOT NULL,
    PRIMARY KEY (tenant_id, subject)
);
SELECT protect_tenant_table('event_sequences');

CREATE TABLE outbox (
    tenant_id      uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id             uuid        NOT NULL,
    position       bigint      GENERATED ALWAYS AS IDENTITY,
    type           text        NOT NULL,
    subject        text        NOT NULL,
    sequence       bigint      NOT NULL,
    occurred_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    data           bytea       NOT NULL,
    traceparent    text,
    correlation_id text        NOT NULL,
    causation_id   text,
    actor          text        NOT NULL,
    published_at   timestamptz,
    PRIMARY KEY (tenant_id, id)
);
-- What still has to leave, in the order of one aggregate's events.
CREATE INDEX outbox_waiting ON outbox (position) WHERE published_at IS NULL;
CREATE INDEX outbox_by_age ON outbox (published_at) WHERE published_at IS NOT NULL;

CREATE TABLE inbox (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    event_id    uuid        NOT NULL,
    type        text        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX inbox_by_age ON inbox (tenant_id, received_at);
SELECT protect_tenant_table('inbox');

-- The relay serves every tenant: it may see and mark all rows, and change nothing else of them.
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
DO $$
DECLARE
    app    text := current_schema() || '_app';
    worker text := current_schema() || '_worker';
BEGIN
    EXECUTE format('CREATE POLICY own_tenant ON outbox FOR INSERT TO %I, %I'
                   ' WITH CHECK (tenant_id = current_setting(''app.tenant_id'')::uuid)', app, worker);
    EXECUTE format('CREATE POLICY relay_reads ON outbox FOR SELECT TO %I USING (true)', worker);
    EXECUTE format('CREATE POLICY relay_marks ON outbox FOR UPDATE TO %I USING (true)'
                   ' WITH CHECK (true)', worker);
    EXECUTE format('CREATE POLICY relay_forgets ON outbox FOR DELETE TO %I'
                   ' USING (published_at IS NOT NULL)', worker);
    EXECUTE format('GRANT DELETE ON inbox TO %I', worker);
    EXECUTE format('GRANT INSERT ON outbox TO %I, %I', app, worker);
    EXECUTE format('GRANT SELECT, UPDATE (published_at), DELETE ON outbox TO %I', worker);
END
$$;

-- Wakes the relay when the transaction commits.
CREATE FUNCTION wake_relay() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM pg_notify('psa_outbox_' || TG_TABLE_SCHEMA, '');
    RETURN NULL;
END
$$;
CREATE TRIGGER outbox_wakes_relay AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION wake_relay();
