-- Tickets, their conversation and SLA log, time entries, and copies of what others own.

-- Copies, fed by events. `sequence` is the publisher's: an older event changes nothing.
CREATE TABLE users (
    tenant_id uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id        uuid    NOT NULL,
    name      text    NOT NULL,
    active    boolean NOT NULL,
    sequence  bigint  NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('users');

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

CREATE TABLE assets (
    tenant_id   uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid   NOT NULL,
    customer_id uuid   NOT NULL,
    number      text   NOT NULL,
    name        text   NOT NULL,
    sequence    bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('assets');

CREATE TABLE tasks (
    tenant_id  uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid   NOT NULL,
    project_id uuid   NOT NULL,
    number     text   NOT NULL,
    title      text   NOT NULL,
    sequence   bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('tasks');

CREATE TABLE contracts (
    tenant_id   uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid   NOT NULL,
    customer_id uuid   NOT NULL,
    number      text   NOT NULL,
    title       text   NOT NULL,
    valid_from  date   NOT NULL,
    valid_to    date,
    sequence    bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX contracts_of_customer ON contracts (tenant_id, customer_id);
SELECT protect_tenant_table('contracts');

-- When the desk is open. A calendar that is in use is pinned in the SLA log, so an edit
-- never moves a running clock.
CREATE TABLE calendars (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    name       text        NOT NULL,
    definition jsonb       NOT NULL,
    version    integer     NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
SELECT protect_tenant_table('calendars');

CREATE TABLE sla_policies (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid        NOT NULL,
    name        text        NOT NULL,
    calendar_id uuid        NOT NULL,
    is_default  boolean     NOT NULL,
    targets     jsonb       NOT NULL,
    version     integer     NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id)
);
CREATE UNIQUE INDEX sla_policies_one_default ON sla_policies (tenant_id) WHERE is_default;
SELECT protect_tenant_table('sla_policies');

CREATE TABLE tickets (
    tenant_id         uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id                uuid        NOT NULL,
    number            text        NOT NULL,
    type              text        NOT NULL,
    title             text        NOT NULL,
    description       text        NOT NULL,
    customer_id       uuid        NOT NULL,
    priority          text        NOT NULL,
    status            text        NOT NULL,
    assignee_id       uuid,
    opened_by         uuid        NOT NULL,
    opened_at         timestamptz NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    first_response_at timestamptz,
    resolved_at       timestamptz,
    closed_at         timestamptz,
    reopen_count      integer     NOT NULL DEFAULT 0,
    version           integer     NOT NULL DEFAULT 1,
    -- A cache of the fold of sla_events; a property test and a job compare both.
    response_state      text        NOT NULL DEFAULT 'idle',
    response_due_at     timestamptz,
    resolution_state    text        NOT NULL DEFAULT 'idle',
    resolution_due_at   timestamptz,
    sla_look_again_at   timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE INDEX tickets_by_age ON tickets (tenant_id, created_at, id);
CREATE INDEX tickets_by_update ON tickets (tenant_id, updated_at, id);
CREATE INDEX tickets_by_status ON tickets (tenant_id, status, created_at, id);
CREATE INDEX tickets_by_customer ON tickets (tenant_id, customer_id, created_at, id);
CREATE INDEX tickets_by_assignee ON tickets (tenant_id, assignee_id, created_at, id);
CREATE INDEX tickets_by_timer ON tickets (tenant_id, sla_look_again_at)
    WHERE sla_look_again_at IS NOT NULL;
SELECT protect_tenant_table('tickets');

CREATE TABLE ticket_assets (
    tenant_id uuid NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    ticket_id uuid NOT NULL,
    asset_id  uuid NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, asset_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);
SELECT protect_tenant_table('ticket_assets');

CREATE TABLE comments (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid        NOT NULL,
    ticket_id   uuid        NOT NULL,
    visibility  text        NOT NULL,
    author_kind text        NOT NULL,
    author_id   uuid        NOT NULL,
    author_name text        NOT NULL,
    body        text        NOT NULL,
    occurred_at timestamptz NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX comments_of_ticket ON comments (tenant_id, ticket_id, occurred_at, id);
SELECT protect_tenant_table('comments');

-- The SLA log: what happened to a ticket's clocks. Never changed, only appended to.
CREATE TABLE sla_events (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    ticket_id   uuid        NOT NULL,
    position    integer     NOT NULL,
    kind        text        NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    reason      text,
    terms       jsonb,
    PRIMARY KEY (tenant_id, ticket_id, position),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
SELECT protect_tenant_table('sla_events');

-- What the timer has announced; a level of a clock is announced once for each due date.
CREATE TABLE sla_announcements (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    ticket_id    uuid        NOT NULL,
    metric       text        NOT NULL,
    level        text        NOT NULL,
    reached_at   timestamptz NOT NULL,
    announced_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, metric, level, reached_at),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
SELECT protect_tenant_table('sla_announcements');

CREATE TABLE time_entries (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid        NOT NULL,
    ticket_id   uuid,
    task_id     uuid,
    customer_id uuid,
    user_id     uuid        NOT NULL,
    work_date   date        NOT NULL,
    started_at  timestamptz,
    ended_at    timestamptz,
    minutes     integer     NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
    work_type   text        NOT NULL,
    billable    text        NOT NULL,
    note        text        NOT NULL,
    state       text        NOT NULL,
    decided_at  timestamptz,
    decided_by  uuid,
    created_at  timestamptz NOT NULL,
    version     integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    CHECK (num_nonnulls(ticket_id, task_id) = 1),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id)
);
CREATE INDEX time_entries_of_ticket ON time_entries (tenant_id, ticket_id, work_date, id);
CREATE INDEX time_entries_of_task ON time_entries (tenant_id, task_id, work_date, id);
CREATE INDEX time_entries_of_user ON time_entries (tenant_id, user_id, work_date, id);
CREATE INDEX time_entries_by_age ON time_entries (tenant_id, created_at, id);
SELECT protect_tenant_table('time_entries');

DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE ON sla_events FROM %1$I_app, %1$I_worker', current_schema());
END
$$;
