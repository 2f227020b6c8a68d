-- How tickets belong together, who watches them, and the lists that people keep.

-- Who hears of a ticket besides its contact and its assignee. The unique key also finds them.
CREATE TABLE ticket_watchers (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    ticket_id  uuid        NOT NULL,
    contact_id uuid,
    user_id    uuid,
    email      text,
    notify     boolean     NOT NULL,
    added_by   uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE NULLS NOT DISTINCT (tenant_id, ticket_id, contact_id, user_id, email),
    CHECK (num_nonnulls(contact_id, user_id, email) = 1),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
SELECT protect_tenant_table('ticket_watchers');

-- Who works on a ticket beside its assignee.
CREATE TABLE ticket_co_assignees (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    ticket_id  uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, user_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX ticket_co_assignees_of_user ON ticket_co_assignees (tenant_id, user_id);
SELECT protect_tenant_table('ticket_co_assignees');

-- From a ticket to another one, or to something that another service owns. No reference for
-- `target_id`: what it points at depends on `target_type`.
CREATE TABLE ticket_links (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid        NOT NULL,
    ticket_id   uuid        NOT NULL,
    kind        text        NOT NULL,
    target_type text        NOT NULL,
    target_id   uuid        NOT NULL,
    created_by  uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, ticket_id, kind, target_type, target_id),
    CHECK (target_id <> ticket_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX ticket_links_to ON ticket_links (tenant_id, target_id);
-- A relates to B is B relates to A.
CREATE UNIQUE INDEX ticket_links_relate_once
    ON ticket_links (tenant_id, least(ticket_id, target_id), greatest(ticket_id, target_id))
    WHERE kind = 'relates_to';
SELECT protect_tenant_table('ticket_links');

-- What a merge moved and what the source was before, so that it can be undone exactly.
CREATE TABLE ticket_merges (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid        NOT NULL,
    source_id   uuid        NOT NULL,
    target_id   uuid        NOT NULL,
    merged_by   uuid        NOT NULL,
    merged_at   timestamptz NOT NULL,
    status      text        NOT NULL,
    resolved_at timestamptz,
    closed_at   timestamptz,
    clocks_stopped boolean  NOT NULL,
    moved       jsonb       NOT NULL,
    undone_at   timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, target_id) REFERENCES tickets (tenant_id, id)
);
CREATE UNIQUE INDEX ticket_merges_in_force ON ticket_merges (tenant_id, source_id)
    WHERE undone_at IS NULL;
SELECT protect_tenant_table('ticket_merges');

-- A subtask is part of its parent's work; an incident only has the same cause.
ALTER TABLE tickets
    ADD COLUMN child_kind text;

-- A filter somebody keeps, in the words of GET /tickets.
CREATE TABLE ticket_views (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    owner_id   uuid        NOT NULL,
    name       text        NOT NULL,
    filter     jsonb       NOT NULL,
    sort       text        NOT NULL,
    columns    jsonb       NOT NULL,
    shared     boolean     NOT NULL,
    version    integer     NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, owner_id, name)
);
CREATE INDEX ticket_views_shared ON ticket_views (tenant_id, name) WHERE shared;
SELECT protect_tenant_table('ticket_views');

DO $$
BEGIN
    EXECUTE format('GRANT DELETE ON ticket_watchers, ticket_co_assignees, ticket_links, '
                   'ticket_views TO %1$I_app, %1$I_worker', current_schema());
END
$$;
