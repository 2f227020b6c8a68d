-- Customers with their contacts, locations and billing accounts.

CREATE TABLE customers (
    tenant_id      uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id             uuid        NOT NULL,
    number         text        NOT NULL,
    name           text        NOT NULL,
    customer_type  text        NOT NULL,
    status         text        NOT NULL,
    federal_state  text,
    country        text        NOT NULL,
    debtor_account text,
    notes          text,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    version        integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    -- A payment booked on a shared account could not be told apart.
    UNIQUE (tenant_id, debtor_account)
);
CREATE INDEX customers_by_age ON customers (tenant_id, created_at, id);
CREATE INDEX customers_by_update ON customers (tenant_id, updated_at, id);
CREATE INDEX customers_by_name ON customers (tenant_id, name, id);
CREATE INDEX customers_by_status ON customers (tenant_id, status, created_at, id);
CREATE INDEX customers_by_type ON customers (tenant_id, customer_type, created_at, id);
SELECT protect_tenant_table('customers');

-- `email` is kept in lower case: incoming mail finds its one contact by it.
CREATE TABLE contacts (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid        NOT NULL,
    customer_id uuid        NOT NULL,
    name        text        NOT NULL,
    email       text        CHECK (email = lower(email)),
    phone       text,
    roles       text[]      NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    version     integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE INDEX contacts_by_age ON contacts (tenant_id, created_at, id);
CREATE INDEX contacts_by_update ON contacts (tenant_id, updated_at, id);
CREATE INDEX contacts_by_name ON contacts (tenant_id, name, id);
CREATE INDEX contacts_of_customer ON contacts (tenant_id, customer_id, created_at, id);
SELECT protect_tenant_table('contacts');

CREATE TABLE locations (
    tenant_id     uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id            uuid        NOT NULL,
    customer_id   uuid        NOT NULL,
    name          text        NOT NULL,
    street        text        NOT NULL,
    postal_code   text        NOT NULL,
    city          text        NOT NULL,
    country       text        NOT NULL,
    federal_state text,
    is_default    boolean     NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    version       integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE UNIQUE INDEX locations_one_default ON locations (tenant_id, customer_id) WHERE is_default;
CREATE INDEX locations_by_age ON locations (tenant_id, created_at, id);
CREATE INDEX locations_by_update ON locations (tenant_id, updated_at, id);
CREATE INDEX locations_by_name ON locations (tenant_id, name, id);
CREATE INDEX locations_of_customer ON locations (tenant_id, customer_id, created_at, id);
SELECT protect_tenant_table('locations');

CREATE TABLE billing_accounts (
    tenant_id                 uuid        NOT NULL
                              DEFAULT current_setting('app.tenant_id')::uuid,
    id                        uuid        NOT NULL,
    customer_id               uuid        NOT NULL,
    name                      text        NOT NULL,
    street                    text        NOT NULL,
    postal_code               text        NOT NULL,
    city                      text        NOT NULL,
    country                   text        NOT NULL,
    buyer_reference           text,
    vat_id                    text,
    electronic_address        text,
    electronic_address_scheme text,
    invoice_format            text        NOT NULL,
    payment_terms_days        integer     NOT NULL CHECK (payment_terms_days BETWEEN 0 AND 365),
    email                     text,
    is_default                boolean     NOT NULL,
    created_at                timestamptz NOT NULL,
    updated_at                timestamptz NOT NULL,
    version                   integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    CHECK (num_nonnulls(electronic_address, electronic_address_scheme) IN (0, 2)),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE UNIQUE INDEX billing_accounts_one_default
    ON billing_accounts (tenant_id, customer_id) WHERE is_default;
CREATE INDEX billing_accounts_by_age ON billing_accounts (tenant_id, created_at, id);
CREATE INDEX billing_accounts_by_update ON billing_accounts (tenant_id, updated_at, id);
CREATE INDEX billing_accounts_by_name ON billing_accounts (tenant_id, name, id);
CREATE INDEX billing_accounts_of_customer
    ON billing_accounts (tenant_id, customer_id, created_at, id);
SELECT protect_tenant_table('billing_accounts');
