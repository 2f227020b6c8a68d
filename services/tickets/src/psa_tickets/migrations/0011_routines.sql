-- Who works at the desk, who gets a ticket by which rule, and what people do again and again.

-- What the desk knows of a user's work; without queues an agent works in all of them.
CREATE TABLE agents (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    active     boolean     NOT NULL DEFAULT true,
    max_open   integer     CHECK (max_open > 0),
    skills     jsonb       NOT NULL DEFAULT '{}',
    queue_ids  uuid[]      NOT NULL DEFAULT '{}',
    version    integer     NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES users (tenant_id, id)
);
SELECT protect_tenant_table('agents');

-- Written under a lock of the agent's row, which keeps absences from overlapping.
CREATE TABLE absences (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    agent_id   uuid        NOT NULL,
    from_at    timestamptz NOT NULL,
    until_at   timestamptz NOT NULL,
    reason     text        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id),
    CHECK (from_at < until_at)
);
CREATE INDEX absences_of_agent ON absences (tenant_id, agent_id, until_at);
SELECT protect_tenant_table('absences');

-- The lead technician of a customer.
CREATE TABLE customer_technicians (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    customer_id uuid        NOT NULL,
    agent_id    uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id)
);
CREATE INDEX customer_technicians_by_agent ON customer_technicians (tenant_id, agent_id);
SELECT protect_tenant_table('customer_technicians');

-- The first rule that fits a ticket gives it to somebody. `turns` counts what it has given.
CREATE TABLE assignment_rules (
    tenant_id       uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id              uuid        NOT NULL,
    position        integer     NOT NULL,
    name            text        NOT NULL,
    active          boolean     NOT NULL DEFAULT true,
    ticket_type     text,
    queue_id        uuid,
    category_id     uuid,
    strategy        text        NOT NULL,
    otherwise       text,
    required_skills jsonb       NOT NULL DEFAULT '{}',
    turns           bigint      NOT NULL DEFAULT 0,
    version         integer     NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queues (tenant_id, id),
    FOREIGN KEY (tenant_id, category_id) REFERENCES categories (tenant_id, id)
);
SELECT protect_tenant_table('assignment_rules');

-- At which of its rule's turns an agent was last given a ticket.
CREATE TABLE assignment_turns (
    tenant_id uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    rule_id   uuid   NOT NULL,
    agent_id  uuid   NOT NULL,
    turn      bigint NOT NULL,
    PRIMARY KEY (tenant_id, rule_id, agent_id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES assignment_rules (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id)
);
SELECT protect_tenant_table('assignment_turns');

-- Whom a rule chose and why, as it was known then; never changed.
CREATE TABLE assignment_decisions (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    ticket_id  uuid        NOT NULL,
    rule_id    uuid,
    strategy   text,
    agent_id   uuid,
    reason     text        NOT NULL,
    considered jsonb       NOT NULL,
    skipped    jsonb       NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX assignment_decisions_of_ticket
    ON assignment_decisions (tenant_id, ticket_id, decided_at);
SELECT protect_tenant_table('assignment_decisions');

-- How much unfinished work each agent has, from the index alone.
CREATE INDEX tickets_unfinished_by_assignee ON tickets (tenant_id, assignee_id, priority, id)
    WHERE resolved_at IS NULL AND closed_at IS NULL;

-- What people write down once and use again: ticket templates, canned answers, macros, checklists.
CREATE TABLE desk_definitions (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    kind       text        NOT NULL,
    name       text        NOT NULL,
    active     boolean     NOT NULL,
    definition jsonb       NOT NULL,
    version    integer     NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, kind, name)
);
SELECT protect_tenant_table('desk_definitions');

-- Copied from a checklist's definition: a later change of it leaves tickets as they are.
CREATE TABLE checklist_items (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id           uuid        NOT NULL,
    ticket_id    uuid        NOT NULL,
    position     integer     NOT NULL,
    text         text        NOT NULL,
    required     boolean     NOT NULL,
    done_by      uuid,
    done_by_name text,
    done_at      timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    CHECK (num_nonnulls(done_by, done_by_name, done_at) IN (0, 3))
);
CREATE INDEX checklist_items_of_ticket ON checklist_items (tenant_id, ticket_id, position);
SELECT protect_tenant_table('checklist_items');

-- Tickets that open by themselves. `next_at` is the instant of `next_on`, or a later try.
CREATE TABLE recurring_tickets (
    tenant_id       uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id              uuid        NOT NULL,
    name            text        NOT NULL,
    active          boolean     NOT NULL,
    template_id     uuid        NOT NULL,
    customer_id     uuid        NOT NULL,
    asset_ids       uuid[]      NOT NULL DEFAULT '{}',
    recurrence      text        NOT NULL,
    starts_on       date        NOT NULL,
    local_time      time        NOT NULL,
    time_zone       text        NOT NULL,
    calendar_id     uuid,
    while_open      text        NOT NULL,
    catch_up        text        NOT NULL,
    next_on         date,
    next_at         timestamptz,
    last_ticket_id  uuid,
    trouble         text,
    made_by         uuid        NOT NULL,
    version         integer     NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, template_id) REFERENCES desk_definitions (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id),
    FOREIGN KEY (tenant_id, last_ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX recurring_tickets_due ON recurring_tickets (tenant_id, next_at)
    WHERE active AND next_at IS NOT NULL;
SELECT protect_tenant_table('recurring_tickets');

-- What became of each date: the key keeps one date from opening two tickets.
CREATE TABLE recurring_runs (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id           uuid        NOT NULL,
    recurring_id uuid        NOT NULL,
    run_on       date        NOT NULL,
    outcome      text        NOT NULL,
    ticket_id    uuid,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, recurring_id, run_on),
    FOREIGN KEY (tenant_id, recurring_id) REFERENCES recurring_tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
SELECT protect_tenant_table('recurring_runs');

DO $$
BEGIN
    EXECUTE format('GRANT DELETE ON absences, customer_technicians, checklist_items'
                   ' TO %1$I_app, %1$I_worker',
                   current_schema());
END
$$;
