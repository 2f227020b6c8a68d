-- What the service desk says of time besides its approval: how far it is on its way, that it was
-- taken back, and which minutes of it count more than they lasted.

ALTER TABLE approved_time_entries
    -- The minutes by their factor, as the desk announced them; null where all count as they lasted.
    ADD COLUMN surcharges jsonb;

-- Whether somebody still has to approve an entry. A row stays when nobody has to any more: its
-- sequence keeps an older event, that comes late, from opening the entry again.
CREATE TABLE time_approvals (
    tenant_id   uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid    NOT NULL,
    waiting     boolean NOT NULL,
    -- What was submitted; null while all that we know is that nobody waits.
    customer_id uuid,
    ticket_id   uuid,
    task_id     uuid,
    user_id     uuid,
    work_date   date,
    minutes     integer CHECK (minutes > 0),
    work_type   text,
    billable    text,
    sequence    bigint  NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (NOT waiting OR num_nulls(user_id, work_date, minutes, work_type, billable) = 0)
);
CREATE INDEX time_approvals_waiting ON time_approvals (tenant_id, customer_id, work_date)
    WHERE waiting;
SELECT protect_tenant_table('time_approvals');

-- Approved time that was taken back. The row is the mark on the entry: it may be here before the
-- approval is, and what is to be done follows from it and from the invoice that holds the entry.
CREATE TABLE time_reversals (
    tenant_id     uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    time_entry_id uuid        NOT NULL,
    reversal_id   uuid        NOT NULL,
    customer_id   uuid,
    ticket_id     uuid,
    task_id       uuid,
    work_date     date        NOT NULL,
    minutes       integer     NOT NULL CHECK (minutes > 0),
    reason        text        NOT NULL,
    reversed_at   timestamptz NOT NULL,
    reversed_by   uuid        NOT NULL,
    PRIMARY KEY (tenant_id, time_entry_id)
);
CREATE INDEX time_reversals_by_age ON time_reversals (tenant_id, reversed_at, reversal_id);
CREATE INDEX time_reversals_of_customer ON time_reversals (tenant_id, customer_id);
SELECT protect_tenant_table('time_reversals');

-- Said once by the desk, never changed by us.
DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE ON time_reversals FROM %1$I_app, %1$I_worker', current_schema());
END
$$;
