-- Who is promised what, every version of it, and what escalates when.

ALTER TABLE calendars
    ADD COLUMN active     boolean NOT NULL DEFAULT true,
    ADD COLUMN changed_at timestamptz;

ALTER TABLE sla_policies
    ADD COLUMN active                 boolean NOT NULL DEFAULT true,
    ADD COLUMN agent_opening_responds boolean NOT NULL DEFAULT false,
    ADD COLUMN changed_at             timestamptz;

-- Every version that there ever was: a running clock keeps the one that it started with.
CREATE TABLE calendar_versions (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    calendar_id uuid        NOT NULL,
    version     integer     NOT NULL,
    definition  jsonb       NOT NULL,
    active      boolean     NOT NULL,
    since       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, calendar_id, version),
    FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id)
);
SELECT protect_tenant_table('calendar_versions');

CREATE TABLE sla_policy_versions (
    tenant_id              uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    policy_id              uuid        NOT NULL,
    version                integer     NOT NULL,
    name                   text        NOT NULL,
    calendar_id            uuid        NOT NULL,
    is_default             boolean     NOT NULL,
    targets                jsonb       NOT NULL,
    agent_opening_responds boolean     NOT NULL,
    active                 boolean     NOT NULL,
    since                  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, policy_id, version),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES sla_policies (tenant_id, id),
    FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id)
);
SELECT protect_tenant_table('sla_policy_versions');

-- Triggers, so that no way of changing a policy or calendar leaves a version out.
CREATE FUNCTION keep_calendar_version() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO calendar_versions (tenant_id, calendar_id, version, definition, active, since)
    VALUES (NEW.tenant_id, NEW.id, NEW.version, NEW.definition, NEW.active,
            coalesce(NEW.changed_at, NEW.created_at));
    RETURN NULL;
END
$$;
CREATE TRIGGER every_version_is_kept AFTER INSERT ON calendars
    FOR EACH ROW EXECUTE FUNCTION keep_calendar_version();
CREATE TRIGGER every_new_version_is_kept AFTER UPDATE ON calendars
    FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION keep_calendar_version();

CREATE FUNCTION keep_sla_policy_version() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO sla_policy_versions
           (tenant_id, policy_id, version, name, calendar_id, is_default, targets,
            agent_opening_responds, active, since)
    VALUES (NEW.tenant_id, NEW.id, NEW.version, NEW.name, NEW.calendar_id, NEW.is_default,
            NEW.targets, NEW.agent_opening_responds, NEW.active,
            coalesce(NEW.changed_at, NEW.created_at));
    RETURN NULL;
END
$$;
CREATE TRIGGER every_version_is_kept AFTER INSERT ON sla_policies
    FOR EACH ROW EXECUTE FUNCTION keep_sla_policy_version();
CREATE TRIGGER every_new_version_is_kept AFTER UPDATE ON sla_policies
    FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION keep_sla_policy_version();

-- The owner is under row-level security too; what was there before gets its version here.
ALTER TABLE calendars NO FORCE ROW LEVEL SECURITY;
ALTER TABLE sla_policies NO FORCE ROW LEVEL SECURITY;
ALTER TABLE calendar_versions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE sla_policy_versions NO FORCE ROW LEVEL SECURITY;
INSERT INTO calendar_versions (tenant_id, calendar_id, version, definition, active, since)
SELECT tenant_id, id, version, definition, active, created_at
  FROM calendars;
INSERT INTO sla_policy_versions
       (tenant_id, policy_id, version, name, calendar_id, is_default, targets,
        agent_opening_responds, active, since)
SELECT tenant_id, id, version, name, calendar_id, is_default, targets,
       agent_opening_responds, active, created_at
  FROM sla_policies;
ALTER TABLE calendars FORCE ROW LEVEL SECURITY;
ALTER TABLE sla_policies FORCE ROW LEVEL SECURITY;
ALTER TABLE calendar_versions FORCE ROW LEVEL SECURITY;
ALTER TABLE sla_policy_versions FORCE ROW LEVEL SECURITY;

-- Who has a say in the choice. No policy is a say too: nothing is promised to them.
CREATE TABLE sla_assignments (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    source      text        NOT NULL
                CHECK (source IN ('ticket', 'contract', 'location', 'customer', 'queue')),
    subject_id  uuid        NOT NULL,
    policy_id   uuid,
    reason      text        NOT NULL,
    assigned_at timestamptz NOT NULL,
    assigned_by uuid        NOT NULL,
    PRIMARY KEY (tenant_id, source, subject_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES sla_policies (tenant_id, id)
);
CREATE INDEX sla_assignments_by_age ON sla_assignments (tenant_id, assigned_at, subject_id);
CREATE INDEX sla_assignments_of_policy ON sla_assignments (tenant_id, policy_id)
    WHERE policy_id IS NOT NULL;
SELECT protect_tenant_table('sla_assignments');

-- For a deadline that somebody set by hand.
ALTER TABLE sla_events
    ADD COLUMN metric text,
    ADD COLUMN due_at timestamptz;

-- More of the cache of the fold.
ALTER TABLE tickets
    ADD COLUMN sla_policy_id      uuid,
    ADD COLUMN sla_policy_version integer,
    ADD COLUMN sla_excluded       boolean NOT NULL DEFAULT false,
    ADD FOREIGN KEY (tenant_id, sla_policy_id) REFERENCES sla_policies (tenant_id, id) NOT VALID;
CREATE INDEX tickets_by_sla_policy ON tickets (tenant_id, sla_policy_id, id)
    WHERE closed_at IS NULL AND sla_policy_id IS NOT NULL;

-- A level that a clock has reached, once for each budget version; what is to be done about it
-- is kept with it until somebody did it.
CREATE TABLE sla_escalations (
    tenant_id      uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    ticket_id      uuid        NOT NULL,
    metric         text        NOT NULL,
    percent        integer     NOT NULL,
    budget_version integer     NOT NULL,
    reached_at     timestamptz NOT NULL,
    announced_at   timestamptz NOT NULL,
    escalation     jsonb       NOT NULL,
    state          text        NOT NULL,
    outcome        text,
    attempts       integer     NOT NULL DEFAULT 0,
    settled_at     timestamptz,
    PRIMARY KEY (tenant_id, ticket_id, metric, percent, budget_version),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX sla_escalations_to_do ON sla_escalations (tenant_id, attempts, announced_at)
    WHERE state = 'pending';
SELECT protect_tenant_table('sla_escalations');

-- A policy's newest version for the clocks that run under an older one, ticket by ticket.
CREATE TABLE sla_reapplications (
    tenant_id      uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id             uuid        NOT NULL,
    policy_id      uuid        NOT NULL,
    reason         text        NOT NULL,
    requested_at   timestamptz NOT NULL,
    requested_by   uuid        NOT NULL,
    last_ticket_id uuid,
    changed        integer     NOT NULL DEFAULT 0,
    unchanged      integer     NOT NULL DEFAULT 0,
    refused        integer     NOT NULL DEFAULT 0,
    finished_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES sla_policies (tenant_id, id)
);
CREATE UNIQUE INDEX sla_reapplications_one_at_a_time ON sla_reapplications (tenant_id, policy_id)
    WHERE finished_at IS NULL;
SELECT protect_tenant_table('sla_reapplications');

DO $$
BEGIN
    EXECUTE format('GRANT DELETE ON sla_assignments TO %1$I_app, %1$I_worker', current_schema());
    EXECUTE format('REVOKE UPDATE ON calendar_versions, sla_policy_versions'
                   ' FROM %1$I_app, %1$I_worker', current_schema());
END
$$;
