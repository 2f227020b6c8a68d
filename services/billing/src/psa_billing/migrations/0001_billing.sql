-- Copies of what others own, contracts, billing runs, and invoices that never change.

-- Copies, fed by events. `sequence` is the publisher's: an older event changes nothing.
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

CREATE TABLE billing_accounts (
    tenant_id                 uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id                        uuid    NOT NULL,
    customer_id               uuid    NOT NULL,
    name                      text    NOT NULL,
    street                    text    NOT NULL,
    postal_code               text    NOT NULL,
    city                      text    NOT NULL,
    country                   text    NOT NULL,
    buyer_reference           text,
    vat_id                    text,
    electronic_address        text,
    electronic_address_scheme text,
    invoice_format            text    NOT NULL,
    payment_terms_days        integer NOT NULL,
    is_default                boolean NOT NULL,
    sequence                  bigint  NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX billing_accounts_of_customer ON billing_accounts (tenant_id, customer_id, is_default);
SELECT protect_tenant_table('billing_accounts');

CREATE TABLE assets (
    tenant_id uuid NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id        uuid NOT NULL,
    number    text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('assets');

-- One row for each thing the register said of an asset, never changed: in whatever order the
-- events arrive, the same rows stand here. What an asset was on a day follows from them.
CREATE TABLE asset_states (
    tenant_id    uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    asset_id     uuid    NOT NULL,
    sequence     bigint  NOT NULL,
    customer_id  uuid    NOT NULL,
    asset_class  text    NOT NULL,
    state        text    NOT NULL,
    managed      boolean NOT NULL,
    effective_on date    NOT NULL,
    PRIMARY KEY (tenant_id, asset_id, sequence)
);
CREATE INDEX asset_states_of_customer ON asset_states (tenant_id, customer_id);
SELECT protect_tenant_table('asset_states');

CREATE TABLE approved_time_entries (
    tenant_id     uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id            uuid        NOT NULL,
    customer_id   uuid,
    ticket_id     uuid,
    ticket_number text,
    task_id       uuid,
    user_id       uuid        NOT NULL,
    work_date     date        NOT NULL,
    minutes       integer     NOT NULL CHECK (minutes > 0),
    work_type     text        NOT NULL,
    billable      text        NOT NULL,
    note          text        NOT NULL,
    approved_at   timestamptz NOT NULL,
    sequence      bigint      NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX approved_time_entries_of_customer
    ON approved_time_entries (tenant_id, customer_id, work_date);
SELECT protect_tenant_table('approved_time_entries');

-- Validity is half-open: `valid_to` is the first day that is no longer covered.
CREATE TABLE contracts (
    tenant_id          uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id                 uuid        NOT NULL,
    number             text        NOT NULL,
    customer_id        uuid        NOT NULL,
    billing_account_id uuid,
    title              text        NOT NULL,
    status             text        NOT NULL,
    valid_from         date        NOT NULL,
    valid_to           date,
    anchor_day         integer     NOT NULL CHECK (anchor_day BETWEEN 1 AND 28),
    currency           text        NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    version            integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    CHECK (valid_to > valid_from),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, billing_account_id) REFERENCES billing_accounts (tenant_id, id)
);
CREATE INDEX contracts_by_age ON contracts (tenant_id, created_at, id);
CREATE INDEX contracts_of_customer ON contracts (tenant_id, customer_id, created_at, id);
SELECT protect_tenant_table('contracts');

CREATE TABLE contract_lines (
    tenant_id         uuid           NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id                uuid           NOT NULL,
    contract_id       uuid           NOT NULL,
    position          integer        NOT NULL CHECK (position > 0),
    kind              text           NOT NULL,
    title             text           NOT NULL,
    unit_price        numeric(18, 6) NOT NULL CHECK (unit_price >= 0 AND unit_price <> 'NaN'),
    valid_from        date           NOT NULL,
    valid_to          date,
    billing_starts_on date,
    timing            text           NOT NULL,
    period_months     integer        NOT NULL,
    quantity          numeric(18, 6) CHECK (quantity > 0 AND quantity <> 'NaN'),
    counted           jsonb,
    proration         text           NOT NULL,
    rounding          jsonb,
    work_types        text[]         NOT NULL,
    tax_class         text           NOT NULL,
    created_at        timestamptz    NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (valid_to > valid_from),
    FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)
);
CREATE INDEX contract_lines_of_contract ON contract_lines (tenant_id, contract_id, position);
SELECT protect_tenant_table('contract_lines');

CREATE TABLE billing_runs (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid        NOT NULL,
    customer_id uuid,
    up_to       date        NOT NULL,
    status      text        NOT NULL,
    created_at  timestamptz NOT NULL,
    created_by  uuid        NOT NULL,
    approved_at timestamptz,
    approved_by uuid,
    version     integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX billing_runs_by_age ON billing_runs (tenant_id, created_at, id);
SELECT protect_tenant_table('billing_runs');

-- What a run read and what followed from it: `result` can be computed again from `inputs`,
-- byte for byte.
CREATE TABLE proposals (
    tenant_id     uuid  NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    run_id        uuid  NOT NULL,
    customer_id   uuid  NOT NULL,
    rules_version text  NOT NULL,
    inputs        jsonb NOT NULL,
    result        bytea NOT NULL,
    PRIMARY KEY (tenant_id, run_id, customer_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES billing_runs (tenant_id, id)
);
SELECT protect_tenant_table('proposals');

CREATE TABLE invoices (
    tenant_id          uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id                 uuid        NOT NULL,
    run_id             uuid        NOT NULL,
    customer_id        uuid        NOT NULL,
    contract_id        uuid        NOT NULL,
    contract_number    text        NOT NULL,
    status             text        NOT NULL CHECK (status IN ('approved', 'issued')),
    currency           text        NOT NULL,
    period_from        date        NOT NULL,
    period_to          date        NOT NULL,
    net_cents          bigint      NOT NULL,
    vat_cents          bigint      NOT NULL,
    gross_cents        bigint      NOT NULL,
    vat_groups         jsonb       NOT NULL,
    number             text,
    format             text,
    issued_on          date,
    due_on             date,
    payment_terms_days integer,
    seller             jsonb,
    buyer              jsonb,
    created_at         timestamptz NOT NULL,
    created_by         uuid        NOT NULL,
    issued_at          timestamptz,
    issued_by          uuid,
    version            integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    CHECK (gross_cents = net_cents + vat_cents),
    CHECK (num_nonnulls(number, format, issued_on, due_on, payment_terms_days, seller, buyer,
                        issued_at, issued_by) = CASE status WHEN 'issued' THEN 9 ELSE 0 END),
    FOREIGN KEY (tenant_id, run_id) REFERENCES billing_runs (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)
);
CREATE INDEX invoices_by_age ON invoices (tenant_id, created_at, id);
CREATE INDEX invoices_of_customer ON invoices (tenant_id, customer_id, created_at, id);
CREATE INDEX invoices_of_run ON invoices (tenant_id, run_id);
SELECT protect_tenant_table('invoices');

CREATE TABLE invoice_lines (
    tenant_id           uuid           NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    invoice_id          uuid           NOT NULL,
    position            integer        NOT NULL CHECK (position > 0),
    kind                text           NOT NULL,
    title               text           NOT NULL,
    contract_line_id    uuid           NOT NULL,
    service_from        date           NOT NULL,
    service_to          date           NOT NULL,
    quantity            numeric(18, 6) NOT NULL CHECK (quantity <> 'NaN'),
    unit                text           NOT NULL,
    unit_price          numeric(18, 6) NOT NULL CHECK (unit_price <> 'NaN'),
    price_base_quantity integer        NOT NULL CHECK (price_base_quantity > 0),
    net_cents           bigint         NOT NULL,
    tax_class           text           NOT NULL,
    vat_category        text           NOT NULL,
    vat_percent         numeric(6, 3)  NOT NULL CHECK (vat_percent >= 0 AND vat_percent <> 'NaN'),
    time_entry_ids      uuid[]         NOT NULL,
    explanation         jsonb          NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, position),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id),
    FOREIGN KEY (tenant_id, contract_line_id) REFERENCES contract_lines (tenant_id, id)
);
SELECT protect_tenant_table('invoice_lines');

-- The guard against billing twice: a period of a line, or a time entry, has one row at most.
CREATE TABLE billed_keys (
    tenant_id   uuid NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    key         text NOT NULL,
    customer_id uuid NOT NULL,
    invoice_id  uuid NOT NULL,
    PRIMARY KEY (tenant_id, key),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
);
CREATE INDEX billed_keys_of_customer ON billed_keys (tenant_id, customer_id);
CREATE INDEX billed_keys_of_invoice ON billed_keys (tenant_id, invoice_id);
SELECT protect_tenant_table('billed_keys');

CREATE TABLE invoice_documents (
    tenant_id  uuid  NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    invoice_id uuid  NOT NULL,
    kind       text  NOT NULL CHECK (kind IN ('pdf', 'xml')),
    file_name  text  NOT NULL,
    media_type text  NOT NULL,
    content    bytea NOT NULL,
    sha256     bytea NOT NULL CHECK (sha256 = sha256(content)),
    PRIMARY KEY (tenant_id, invoice_id, kind),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
);
SELECT protect_tenant_table('invoice_documents');

-- Every issued invoice in the order of issue; each row's hash holds the one before it.
CREATE TABLE invoice_chain (
    tenant_id  uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    position   bigint NOT NULL,
    invoice_id uuid   NOT NULL,
    prev_hash  bytea  NOT NULL,
    hash       bytea  NOT NULL,
    PRIMARY KEY (tenant_id, position),
    UNIQUE (tenant_id, invoice_id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
);
SELECT protect_tenant_table('invoice_chain');

-- What was issued stays as it is, whoever asks: the roles of the processes and the owner alike.
CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'an issued invoice cannot be changed or removed (%)', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION refuse_change_of_issued() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    touched uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.invoice_id ELSE OLD.invoice_id END;
    owner   uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.tenant_id ELSE OLD.tenant_id END;
BEGIN
    IF EXISTS (SELECT FROM invoices AS i
                WHERE i.tenant_id = owner AND i.id = touched AND i.status = 'issued') THEN
        RAISE EXCEPTION 'invoice % is issued and cannot be changed (%)', touched, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;

CREATE TRIGGER issued_stays BEFORE UPDATE OR DELETE ON invoices
    FOR EACH ROW WHEN (OLD.status = 'issued') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER issued_stays BEFORE INSERT OR DELETE ON invoice_lines
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_issued();
CREATE TRIGGER never_changed BEFORE UPDATE ON invoice_lines
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER issued_stays BEFORE INSERT OR DELETE ON billed_keys
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_issued();
CREATE TRIGGER never_changed BEFORE UPDATE ON billed_keys
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER issued_stays BEFORE INSERT ON invoice_documents
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_issued();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON invoice_documents
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON invoice_chain
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON invoices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON invoice_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON billed_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON invoice_documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON invoice_chain
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Only what was approved and not yet issued may disappear, with what it claims.
DO $$
DECLARE
    service text := current_schema();
BEGIN
    EXECUTE format('REVOKE UPDATE ON proposals, invoice_lines, billed_keys, invoice_documents, '
                   'invoice_chain, asset_states, approved_time_entries FROM %1$I_app, %1$I_worker',
                   service);
    EXECUTE format('GRANT DELETE ON invoices, invoice_lines, billed_keys TO %I_app', service);
END
$$;
