-- Assets, their history by effective day, and a copy of the customers.

-- Fed by events. `sequence` is the publisher's: an older event changes nothing.
CREATE TABLE customers (
    tenant_id uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id        uuid   NOT NULL,
    number    text   NOT NULL,
    name      text   NOT NULL,
    status    text   NOT NULL,
    sequence  bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('customers');

-- `state`, `managed` and `effective_on` are those of the newest period.
CREATE TABLE assets (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id           uuid        NOT NULL,
    number       text        NOT NULL,
    customer_id  uuid        NOT NULL,
    name         text        NOT NULL,
    asset_class  text        NOT NULL,
    serial       text,
    manufacturer text,
    model        text,
    state        text        NOT NULL,
    managed      boolean     NOT NULL,
    effective_on date        NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    version      integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE INDEX assets_by_age ON assets (tenant_id, created_at, id);
CREATE INDEX assets_by_update ON assets (tenant_id, updated_at, id);
CREATE INDEX assets_by_name ON assets (tenant_id, name, id);
CREATE INDEX assets_by_state ON assets (tenant_id, state, created_at, id);
CREATE INDEX assets_by_class ON assets (tenant_id, asset_class, created_at, id);
CREATE INDEX assets_by_serial ON assets (tenant_id, serial) WHERE serial IS NOT NULL;
CREATE INDEX assets_of_customer ON assets (tenant_id, customer_id, created_at, id);
SELECT protect_tenant_table('assets');

-- From `since` on, up to but without `until`, the asset was in this state; of two changes on one
-- day the second one counts. Only the end of the newest period is ever written again.
CREATE TABLE asset_periods (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid        NOT NULL,
    asset_id    uuid        NOT NULL,
    position    integer     NOT NULL,
    state       text        NOT NULL,
    managed     boolean     NOT NULL,
    since       date        NOT NULL,
    until       date        CHECK (until >= since),
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, asset_id, position),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);
CREATE UNIQUE INDEX asset_periods_one_open
    ON asset_periods (tenant_id, asset_id) WHERE until IS NULL;
SELECT protect_tenant_table('asset_periods');

DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE ON asset_periods FROM %1$I_app, %1$I_worker', current_schema());
    EXECUTE format('GRANT UPDATE (until) ON asset_periods TO %1$I_app', current_schema());
END
$$;
