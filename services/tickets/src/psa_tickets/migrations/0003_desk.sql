-- The process of a tenant's desk, and what each ticket's status means in it.

-- No row: the default process.
CREATE TABLE workflows (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid PRIMARY KEY,
    definition jsonb       NOT NULL,
    version    integer     NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL
);
SELECT protect_tenant_table('workflows');

-- The meaning stands beside the status, so that statements need not know the process.
ALTER TABLE tickets
    ADD COLUMN status_kind         text NOT NULL DEFAULT 'new',
    -- When the timer looks at a solved ticket next, and for when its closing was announced.
    ADD COLUMN auto_close_look_at  timestamptz,
    ADD COLUMN close_announced_for timestamptz;
ALTER TABLE tickets NO FORCE ROW LEVEL SECURITY;
UPDATE tickets
   SET status_kind = CASE status
                         WHEN 'assigned'    THEN 'open'
                         WHEN 'in_progress' THEN 'open'
                         ELSE status
                     END,
       auto_close_look_at = CASE status WHEN 'resolved' THEN resolved_at END
 WHERE status <> 'new';
ALTER TABLE tickets FORCE ROW LEVEL SECURITY;
CREATE INDEX tickets_to_close ON tickets (tenant_id, auto_close_look_at)
    WHERE auto_close_look_at IS NOT NULL;
CREATE INDEX tickets_by_kind ON tickets (tenant_id, status_kind, created_at, id);

-- While it is deployed, the version before this one moves tickets and knows nothing of kinds;
-- it also knows the default process only. Goes one release later.
CREATE FUNCTION keep_status_kind() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM workflows) THEN
        NEW.status_kind := CASE NEW.status
                               WHEN 'assigned'    THEN 'open'
                               WHEN 'in_progress' THEN 'open'
                               ELSE NEW.status
                           END;
        NEW.auto_close_look_at := CASE NEW.status WHEN 'resolved' THEN NEW.resolved_at END;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER kind_follows_status BEFORE UPDATE OF status ON tickets
    FOR EACH ROW WHEN (NEW.status <> OLD.status AND NEW.status_kind = OLD.status_kind)
    EXECUTE FUNCTION keep_status_kind();

-- Impact × urgency → priority, as the tenant sees it. No row: the default matrix.
CREATE TABLE priority_matrices (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid PRIMARY KEY,
    cells      jsonb       NOT NULL,
    version    integer     NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL
);
SELECT protect_tenant_table('priority_matrices');

-- Fields of the tenant's own; their values lie in tickets.custom under their key.
CREATE TABLE ticket_fields (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    key        text        NOT NULL,
    label      text        NOT NULL,
    type       text        NOT NULL,
    options    jsonb       NOT NULL DEFAULT '[]',
    required   boolean     NOT NULL DEFAULT false,
    for_types  jsonb       NOT NULL DEFAULT '[]',
    active     boolean     NOT NULL DEFAULT true,
    version    integer     NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key)
);
SELECT protect_tenant_table('ticket_fields');

CREATE INDEX tickets_by_category ON tickets (tenant_id, category_id, created_at, id)
    WHERE category_id IS NOT NULL;
CREATE INDEX tickets_by_follow_up ON tickets (tenant_id, follow_up_at)
    WHERE follow_up_at IS NOT NULL;
CREATE INDEX tickets_by_due_date ON tickets (tenant_id, due_at)
    WHERE due_at IS NOT NULL;
CREATE INDEX tickets_by_source ON tickets (tenant_id, source, created_at, id);
