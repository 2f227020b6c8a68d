-- Read models, fed by events and by nothing else. `sequence` is the publisher's count for the
-- aggregate: what an older event says changes nothing, in whatever order events arrive.

-- How far we have heard: the newest event of each type.
CREATE TABLE freshness (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    event_type text        NOT NULL,
    newest_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, event_type)
);
SELECT protect_tenant_table('freshness');

CREATE TABLE customers (
    tenant_id uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id        uuid   NOT NULL,
    number    text   NOT NULL,
    name      text   NOT NULL,
    sequence  bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('customers');

CREATE TABLE users (
    tenant_id uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id        uuid    NOT NULL,
    -- Null while all that we know is that they have left.
    name      text,
    active    boolean NOT NULL,
    sequence  bigint  NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('users');

CREATE TABLE tasks (
    tenant_id uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id        uuid   NOT NULL,
    number    text   NOT NULL,
    title     text   NOT NULL,
    sequence  bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('tasks');

-- A ticket's fields change by different events, so each has a sequence of its own. Number,
-- customer and opening are null until the opening itself has arrived.
CREATE TABLE tickets (
    tenant_id         uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id                uuid   NOT NULL,
    number            text,
    customer_id       uuid,
    opened_at         timestamptz,
    title             text,
    title_sequence    bigint NOT NULL DEFAULT 0,
    priority          text,
    priority_sequence bigint NOT NULL DEFAULT 0,
    status            text,
    category          text,
    status_sequence   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
);
-- The backlog: what is not over, whatever its status is called.
CREATE INDEX tickets_open ON tickets (tenant_id, priority, category)
    WHERE category NOT IN ('resolved', 'closed', 'cancelled') AND number IS NOT NULL;
SELECT protect_tenant_table('tickets');

CREATE TABLE sla_results (
    tenant_id        uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    ticket_id        uuid        NOT NULL,
    metric           text        NOT NULL,
    customer_id      uuid        NOT NULL,
    priority         text        NOT NULL,
    budget_minutes   integer     NOT NULL CHECK (budget_minutes > 0),
    consumed_minutes integer     NOT NULL CHECK (consumed_minutes >= 0),
    met              boolean     NOT NULL,
    measured_at      timestamptz NOT NULL,
    sequence         bigint      NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, metric)
);
CREATE INDEX sla_results_by_time ON sla_results (tenant_id, measured_at);
SELECT protect_tenant_table('sla_results');

-- A clock warns and breaches once for each due date that it had.
CREATE TABLE sla_alerts (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    ticket_id   uuid        NOT NULL,
    metric      text        NOT NULL,
    level       text        NOT NULL CHECK (level IN ('warning', 'breach')),
    due_at      timestamptz NOT NULL,
    priority    text        NOT NULL,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, metric, level, due_at)
);
CREATE INDEX sla_alerts_by_time ON sla_alerts (tenant_id, occurred_at);
SELECT protect_tenant_table('sla_alerts');

-- Approved once and never changed: the id is all that keeps an entry from counting twice.
CREATE TABLE time_entries (
    tenant_id     uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id            uuid    NOT NULL,
    ticket_id     uuid,
    ticket_number text,
    task_id       uuid,
    customer_id   uuid,
    user_id       uuid    NOT NULL,
    work_date     date    NOT NULL,
    minutes       integer NOT NULL CHECK (minutes > 0),
    billable      text    NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX time_entries_by_day ON time_entries (tenant_id, work_date);
CREATE INDEX time_entries_billable ON time_entries (tenant_id, work_date)
    WHERE billable = 'billable';
SELECT protect_tenant_table('time_entries');

-- Issued once and never changed.
CREATE TABLE invoices (
    tenant_id   uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid   NOT NULL,
    number      text   NOT NULL,
    customer_id uuid   NOT NULL,
    issued_on   date   NOT NULL,
    currency    text   NOT NULL,
    net_cents   bigint NOT NULL,
    vat_cents   bigint NOT NULL,
    gross_cents bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX invoices_by_day ON invoices (tenant_id, issued_on);
SELECT protect_tenant_table('invoices');

CREATE TABLE invoice_lines (
    tenant_id    uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    invoice_id   uuid    NOT NULL,
    position     integer NOT NULL,
    kind         text    NOT NULL,
    service_from date    NOT NULL,
    service_to   date    NOT NULL,
    net_cents    bigint  NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, position),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
);
CREATE INDEX invoice_lines_by_service ON invoice_lines (tenant_id, service_to, service_from);
SELECT protect_tenant_table('invoice_lines');

-- Which entries an invoice charges; its event may come before theirs.
CREATE TABLE billed_time_entries (
    tenant_id     uuid NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    time_entry_id uuid NOT NULL,
    invoice_id    uuid NOT NULL,
    PRIMARY KEY (tenant_id, time_entry_id, invoice_id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
);
SELECT protect_tenant_table('billed_time_entries');
