-- What every service's schema has: tenant protection, idempotency keys, audit, number series.

-- Reads the tenant of the transaction. Without one it raises: a forgotten tenant is an error,
-- never an empty list. Stable, not immutable: a generic plan must ask again each time.
CREATE FUNCTION current_tenant() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('app.tenant_id')::uuid;

-- Puts a table under the tenant's row-level security and lets both processes use it.
-- DELETE is granted by hand, to the few tables where something may disappear.
CREATE FUNCTION protect_tenant_table(table_name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    service text := current_schema();
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format(
        'CREATE POLICY own_tenant ON %I USING (tenant_id = current_setting(''app.tenant_id'')::uuid)'
        ' WITH CHECK (tenant_id = current_setting(''app.tenant_id'')::uuid)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO %I, %I',
                   table_name, service || '_app', service || '_worker');
END
$$;
REVOKE ALL ON FUNCTION protect_tenant_table(text) FROM PUBLIC;

CREATE TABLE idempotency_keys (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    user_id     uuid        NOT NULL,
    key         text        NOT NULL,
    route       text        NOT NULL,
    fingerprint bytea       NOT NULL,
    status      integer,
    headers     bytea,
    body        bytea,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (tenant_id, created_at);
SELECT protect_tenant_table('idempotency_keys');

DO $$
BEGIN
    EXECUTE format('GRANT DELETE ON idempotency_keys TO %I', current_schema() || '_worker');
END
$$;

CREATE TABLE audit_records (
    tenant_id     uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id            uuid        NOT NULL,
    occurred_at   timestamptz NOT NULL,
    action        text        NOT NULL,
    resource_type text        NOT NULL,
    resource_id   uuid        NOT NULL,
    actor_kind    text        NOT NULL,
    actor_id      uuid,
    actor_name    text        NOT NULL,
    ip            text,
    request_id    text        NOT NULL,
    before        jsonb,
    after         jsonb,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_records_of_resource
    ON audit_records (tenant_id, resource_type, resource_id, id);
SELECT protect_tenant_table('audit_records');

CREATE TABLE audit_seals (
    tenant_id uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    position  bigint NOT NULL,
    record_id uuid   NOT NULL,
    hash      bytea  NOT NULL,
    PRIMARY KEY (tenant_id, position),
    UNIQUE (tenant_id, record_id)
);
SELECT protect_tenant_table('audit_seals');

-- Records are written once; only the worker seals.
DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE ON audit_records, audit_seals FROM %1$I_app, %1$I_worker',
                   current_schema());
    EXECUTE format('REVOKE INSERT ON audit_seals FROM %I_app', current_schema());
END
$$;

CREATE TABLE number_series (
    tenant_id uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    series    text   NOT NULL,
    last      bigint NOT NULL,
    PRIMARY KEY (tenant_id, series)
);
SELECT protect_tenant_table('number_series');

-- A copy of what the auth service says of each tenant. The worker's timers go through all of
-- them, one transaction each, so it alone may see every row.
CREATE TABLE tenants (
    tenant_id     uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid PRIMARY KEY,
    slug          text   NOT NULL,
    name          text   NOT NULL,
    time_zone     text   NOT NULL,
    locale        text   NOT NULL,
    currency      text   NOT NULL,
    country       text   NOT NULL,
    federal_state text,
    company       jsonb  NOT NULL,
    sequence      bigint NOT NULL
);
SELECT protect_tenant_table('tenants');
DO $$
BEGIN
    EXECUTE format('CREATE POLICY worker_finds_tenants ON tenants FOR SELECT TO %I USING (true)',
                   current_schema() || '_worker');
END
$$;
