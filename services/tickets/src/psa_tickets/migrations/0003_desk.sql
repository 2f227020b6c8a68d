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
    ADD COLUMN status_kind text NOT NULL DEFAULT 'new';
ALTER TABLE tickets NO FORCE ROW LEVEL SECURITY;
UPDATE tickets
   SET status_kind = CASE status
                         WHEN 'assigned'    THEN 'open'
                         WHEN 'in_progress' THEN 'open'
                         ELSE status
                     END
 WHERE status <> 'new';
ALTER TABLE tickets FORCE ROW LEVEL SECURITY;
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
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER kind_follows_status BEFORE UPDATE OF status ON tickets
    FOR EACH ROW WHEN (NEW.status <> OLD.status AND NEW.status_kind = OLD.status_kind)
    EXECUTE FUNCTION keep_status_kind();
