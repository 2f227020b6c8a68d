-- What a service desk wants to know of a ticket, and copies of whom it may concern.

-- Copies, fed by events; an older event changes nothing.
CREATE TABLE contacts (
    tenant_id   uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid    NOT NULL,
    customer_id uuid    NOT NULL,
    name        text    NOT NULL,
    email       text,
    phone       text,
    active      boolean NOT NULL DEFAULT true,
    sequence    bigint  NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX contacts_by_email ON contacts (tenant_id, email) WHERE email IS NOT NULL;
CREATE INDEX contacts_of_customer ON contacts (tenant_id, customer_id);
SELECT protect_tenant_table('contacts');

CREATE TABLE locations (
    tenant_id   uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid   NOT NULL,
    customer_id uuid   NOT NULL,
    name        text   NOT NULL,
    sequence    bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('locations');

-- Whoever writes from one of a customer's mail domains belongs to it. A table, because under
-- row-level security equality uses its index and array operators do not.
CREATE TABLE customer_mail_domains (
    tenant_id   uuid NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    domain      text NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, domain, customer_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
SELECT protect_tenant_table('customer_mail_domains');

-- Needed to recognise an agent who writes by mail; a customer's own people are no agents.
ALTER TABLE users
    ADD COLUMN email       text,
    ADD COLUMN customer_id uuid;
CREATE INDEX users_by_email ON users (tenant_id, email) WHERE email IS NOT NULL;

-- Where tickets wait for somebody: service desk, projects, sales.
CREATE TABLE queues (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    name       text        NOT NULL,
    active     boolean     NOT NULL DEFAULT true,
    version    integer     NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
SELECT protect_tenant_table('queues');

-- What a ticket is about, as a tree of up to three levels: Hardware, Printer, Paper jam.
CREATE TABLE categories (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    parent_id  uuid,
    name       text        NOT NULL,
    active     boolean     NOT NULL DEFAULT true,
    version    integer     NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE NULLS NOT DISTINCT (tenant_id, parent_id, name),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES categories (tenant_id, id)
);
SELECT protect_tenant_table('categories');

-- NOT VALID: the new columns are empty, and a check of old rows would run into row-level security.
ALTER TABLE tickets
    ADD COLUMN contact_id             uuid,
    ADD COLUMN on_behalf_of_id        uuid,
    ADD COLUMN location_id            uuid,
    ADD COLUMN contract_id            uuid,
    ADD COLUMN queue_id               uuid,
    ADD COLUMN category_id            uuid,
    ADD COLUMN source                 text    NOT NULL DEFAULT 'api',
    ADD COLUMN impact                 text,
    ADD COLUMN urgency                text,
    ADD COLUMN priority_overridden_by uuid,
    ADD COLUMN tags                   text[]  NOT NULL DEFAULT '{}',
    ADD COLUMN custom                 jsonb   NOT NULL DEFAULT '{}',
    ADD COLUMN external_refs          jsonb   NOT NULL DEFAULT '[]',
    ADD COLUMN order_reference        text,
    ADD COLUMN due_at                 timestamptz,
    ADD COLUMN follow_up_at           timestamptz,
    ADD COLUMN estimated_minutes      integer CHECK (estimated_minutes > 0),
    ADD COLUMN parent_id              uuid,
    ADD COLUMN follow_up_of_id        uuid,
    ADD COLUMN split_from_id          uuid,
    ADD COLUMN merged_into_id         uuid,
    ADD FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id) NOT VALID,
    ADD FOREIGN KEY (tenant_id, on_behalf_of_id) REFERENCES contacts (tenant_id, id) NOT VALID,
    ADD FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, id) NOT VALID,
    ADD FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id) NOT VALID,
    ADD FOREIGN KEY (tenant_id, queue_id) REFERENCES queues (tenant_id, id) NOT VALID,
    ADD FOREIGN KEY (tenant_id, category_id) REFERENCES categories (tenant_id, id) NOT VALID,
    ADD FOREIGN KEY (tenant_id, parent_id) REFERENCES tickets (tenant_id, id) NOT VALID,
    ADD FOREIGN KEY (tenant_id, follow_up_of_id) REFERENCES tickets (tenant_id, id) NOT VALID,
    ADD FOREIGN KEY (tenant_id, split_from_id) REFERENCES tickets (tenant_id, id) NOT VALID,
    ADD FOREIGN KEY (tenant_id, merged_into_id) REFERENCES tickets (tenant_id, id) NOT VALID,
    ADD CHECK (parent_id <> id),
    ADD CHECK (merged_into_id <> id);
CREATE INDEX tickets_by_queue ON tickets (tenant_id, queue_id, created_at, id);
CREATE INDEX tickets_by_contact ON tickets (tenant_id, contact_id, created_at, id)
    WHERE contact_id IS NOT NULL;
CREATE INDEX tickets_by_parent ON tickets (tenant_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX tickets_merged_into ON tickets (tenant_id, merged_into_id)
    WHERE merged_into_id IS NOT NULL;

-- The tags of `tickets.tags` again, to be found by: an index on the array would not be used
-- under row-level security.
CREATE TABLE ticket_tags (
    tenant_id uuid NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    tag       text NOT NULL,
    ticket_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, tag, ticket_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX ticket_tags_of_ticket ON ticket_tags (tenant_id, ticket_id);
SELECT protect_tenant_table('ticket_tags');

CREATE FUNCTION keep_ticket_tags() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    DELETE FROM ticket_tags WHERE ticket_id = NEW.id AND tag <> ALL (NEW.tags);
    INSERT INTO ticket_tags (tag, ticket_id)
    SELECT tag, NEW.id FROM unnest(NEW.tags) AS tag
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER tags_can_be_found AFTER UPDATE OF tags ON tickets
    FOR EACH ROW WHEN (NEW.tags <> OLD.tags) EXECUTE FUNCTION keep_ticket_tags();
CREATE TRIGGER tags_of_a_new_ticket_can_be_found AFTER INSERT ON tickets
    FOR EACH ROW WHEN (NEW.tags <> '{}') EXECUTE FUNCTION keep_ticket_tags();

DO $$
BEGIN
    EXECUTE format('GRANT DELETE ON ticket_tags, customer_mail_domains TO %1$I_app, %1$I_worker',
                   current_schema());
END
$$;
