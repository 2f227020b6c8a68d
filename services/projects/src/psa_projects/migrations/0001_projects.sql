-- Projects and their tasks, and copies of what others own.

-- Copies, fed by events. `sequence` is the publisher's: an older event changes nothing.
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

CREATE TABLE projects (
    tenant_id      uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id             uuid        NOT NULL,
    number         text        NOT NULL,
    name           text        NOT NULL,
    description    text        NOT NULL,
    -- Null for a project of the tenant's own.
    customer_id    uuid,
    status         text        NOT NULL
        CHECK (status IN ('planned', 'active', 'on_hold', 'completed', 'cancelled')),
    budget_minutes integer     CHECK (budget_minutes > 0),
    started_at     timestamptz,
    ended_at       timestamptz,
    created_by     uuid        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    version        integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE INDEX projects_by_age ON projects (tenant_id, created_at, id);
CREATE INDEX projects_by_update ON projects (tenant_id, updated_at, id);
CREATE INDEX projects_by_status ON projects (tenant_id, status, created_at, id);
CREATE INDEX projects_by_customer ON projects (tenant_id, customer_id, created_at, id);
CREATE INDEX projects_by_name ON projects (tenant_id, name, id);
SELECT protect_tenant_table('projects');

CREATE TABLE tasks (
    tenant_id        uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id               uuid        NOT NULL,
    project_id       uuid        NOT NULL,
    position         integer     NOT NULL,
    number           text        NOT NULL,
    title            text        NOT NULL,
    description      text        NOT NULL,
    status           text        NOT NULL CHECK (status IN ('todo', 'in_progress', 'done')),
    estimate_minutes integer     CHECK (estimate_minutes > 0),
    assignee_id      uuid,
    done_at          timestamptz,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    version          integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, project_id, position),
    CHECK ((status = 'done') = (done_at IS NOT NULL)),
    FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX tasks_by_assignee ON tasks (tenant_id, assignee_id, project_id);
CREATE INDEX tasks_by_update ON tasks (tenant_id, project_id, updated_at, id);
SELECT protect_tenant_table('tasks');

-- A copy of the approved entries of the one ledger, as far as they are on tasks. An entry is
-- approved once and never changes, so its id is all that keeps it from counting twice.
CREATE TABLE booked_time (
    tenant_id uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id        uuid    NOT NULL,
    task_id   uuid    NOT NULL,
    user_id   uuid    NOT NULL,
    work_date date    NOT NULL,
    minutes   integer NOT NULL CHECK (minutes > 0),
    billable  text    NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX booked_time_of_task ON booked_time (tenant_id, task_id) INCLUDE (minutes, billable);
SELECT protect_tenant_table('booked_time');
