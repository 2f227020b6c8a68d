-- Time: breaks, approval in two steps, reversals, timers, surcharges; travel and materials.

-- A reversing entry takes back what billing may have been told: it alone has negative minutes.
ALTER TABLE time_entries
    ADD COLUMN break_minutes integer     NOT NULL DEFAULT 0 CHECK (break_minutes BETWEEN 0 AND 1439),
    ADD COLUMN internal_note text        NOT NULL DEFAULT '',
    ADD COLUMN place         text        NOT NULL DEFAULT 'remote',
    ADD COLUMN entered_by    uuid,
    ADD COLUMN checked_at    timestamptz,
    ADD COLUMN checked_by    uuid,
    ADD COLUMN reason        text        NOT NULL DEFAULT '',
    ADD COLUMN invoice_id    uuid,
    ADD COLUMN reverses_id   uuid,
    ADD COLUMN surcharges    jsonb       NOT NULL DEFAULT '[]',
    DROP CONSTRAINT time_entries_minutes_check,
    ADD CONSTRAINT time_entries_minutes_check CHECK (
        CASE WHEN reverses_id IS NULL THEN minutes BETWEEN 1 AND 1440
             ELSE minutes BETWEEN -1440 AND -1 END),
    ADD CHECK (reverses_id <> id),
    ADD FOREIGN KEY (tenant_id, reverses_id) REFERENCES time_entries (tenant_id, id) NOT VALID;
CREATE UNIQUE INDEX time_entries_reversed_once ON time_entries (tenant_id, reverses_id)
    WHERE reverses_id IS NOT NULL;
CREATE INDEX time_entries_by_state ON time_entries (tenant_id, state, work_date, id);
CREATE INDEX time_entries_by_day ON time_entries (tenant_id, work_date, id);

-- One row a tenant; none means the defaults of the domain, which are those of the columns.
CREATE TABLE time_rules (
    tenant_id      uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    overlap        text    NOT NULL DEFAULT 'forbid',
    approval_tiers integer NOT NULL DEFAULT 1 CHECK (approval_tiers IN (1, 2)),
    own_approval   boolean NOT NULL DEFAULT true,
    locked_until   date,
    version        integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id)
);
SELECT protect_tenant_table('time_rules');

CREATE TABLE work_types (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    key        text        NOT NULL,
    label      text        NOT NULL,
    billable   text        NOT NULL,
    surcharges boolean     NOT NULL,
    active     boolean     NOT NULL DEFAULT true,
    version    integer     NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key)
);
SELECT protect_tenant_table('work_types');

CREATE TABLE surcharge_rules (
    tenant_id   uuid          NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid          NOT NULL,
    name        text          NOT NULL,
    weekdays    integer[]     NOT NULL,
    starts      time,
    ends        time,
    calendar_id uuid,
    factor      numeric(6, 4) NOT NULL CHECK (factor > 1 AND factor <= 10 AND factor <> 'NaN'),
    applies_to  text          NOT NULL,
    valid_from  date,
    valid_until date,
    active      boolean       NOT NULL DEFAULT true,
    version     integer       NOT NULL DEFAULT 1,
    created_at  timestamptz   NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id)
);
SELECT protect_tenant_table('surcharge_rules');

-- `runs` holds the finished stretches; the one under way is running_since.
CREATE TABLE timers (
    tenant_id     uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id            uuid        NOT NULL,
    user_id       uuid        NOT NULL,
    ticket_id     uuid,
    task_id       uuid,
    customer_id   uuid,
    work_type     text        NOT NULL,
    note          text        NOT NULL,
    runs          jsonb       NOT NULL DEFAULT '[]',
    running_since timestamptz,
    created_at    timestamptz NOT NULL,
    version       integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    CHECK (num_nonnulls(ticket_id, task_id) = 1),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id)
);
CREATE UNIQUE INDEX timers_one_runs ON timers (tenant_id, user_id) WHERE running_since IS NOT NULL;
CREATE INDEX timers_of_user ON timers (tenant_id, user_id, created_at, id);
CREATE INDEX timers_by_start ON timers (tenant_id, running_since) WHERE running_since IS NOT NULL;
SELECT protect_tenant_table('timers');

-- The way to a ticket is charged once a visit: ticket, day, technician.
CREATE TABLE travel (
    tenant_id   uuid          NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid          NOT NULL,
    ticket_id   uuid          NOT NULL,
    customer_id uuid          NOT NULL,
    user_id     uuid          NOT NULL,
    visit_date  date          NOT NULL,
    zone        text,
    km          numeric(7, 1) CHECK (km > 0 AND km <= 100000 AND km <> 'NaN'),
    minutes     integer       CHECK (minutes BETWEEN 1 AND 1440),
    billable    text          NOT NULL,
    note        text          NOT NULL,
    state       text          NOT NULL,
    reason      text          NOT NULL DEFAULT '',
    decided_at  timestamptz,
    decided_by  uuid,
    created_at  timestamptz   NOT NULL,
    version     integer       NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, ticket_id, visit_date, user_id),
    CHECK (num_nonnulls(zone, km, minutes) = 1),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
SELECT protect_tenant_table('travel');

CREATE TABLE materials (
    tenant_id        uuid           NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id               uuid           NOT NULL,
    ticket_id        uuid           NOT NULL,
    customer_id      uuid           NOT NULL,
    user_id          uuid           NOT NULL,
    used_on          date           NOT NULL,
    description      text           NOT NULL,
    product_ref      text,
    serial           text,
    quantity         numeric(13, 3) NOT NULL CHECK (quantity > 0 AND quantity <> 'NaN'),
    unit_price_cents bigint         NOT NULL CHECK (unit_price_cents >= 0),
    unit_cost_cents  bigint         CHECK (unit_cost_cents >= 0),
    currency         text           NOT NULL,
    tax_class        text           NOT NULL,
    billable         text           NOT NULL,
    state            text           NOT NULL,
    reason           text           NOT NULL DEFAULT '',
    decided_at       timestamptz,
    decided_by       uuid,
    created_at       timestamptz    NOT NULL,
    version          integer        NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX materials_of_ticket ON materials (tenant_id, ticket_id, used_on, id);
SELECT protect_tenant_table('materials');

-- What nobody relies on may be deleted; the audit records keep what it said.
DO $$
BEGIN
    EXECUTE format('GRANT DELETE ON time_entries, timers, travel, materials TO %1$I_app, %1$I_worker',
                   current_schema());
END
$$;
