-- Tenants, their users, roles and sessions; signing keys; tries to sign in.

-- Which tenant a name at sign-in means, across all tenants: it is read before any tenant is
-- known, so no row-level security can guard it. It holds nothing but the name and the state.
CREATE TABLE tenant_registry (
    slug       text        NOT NULL PRIMARY KEY,
    tenant_id  uuid        NOT NULL UNIQUE,
    status     text        NOT NULL CHECK (status IN ('active', 'suspended')),
    created_at timestamptz NOT NULL
);

-- The platform's keys, not a tenant's. A private key is sealed with PSA_FIELD_KEY and is wiped
-- when its key stops signing.
CREATE TABLE signing_keys (
    kid         text        NOT NULL PRIMARY KEY,
    state       text        NOT NULL CHECK (state IN ('next', 'current', 'previous')),
    public_key  text        NOT NULL,
    private_key text,
    created_at  timestamptz NOT NULL,
    not_before  timestamptz NOT NULL,
    retired_at  timestamptz,
    CHECK ((state = 'previous') = (retired_at IS NOT NULL)),
    CHECK ((state = 'previous') = (private_key IS NULL))
);
CREATE UNIQUE INDEX signing_keys_one_current ON signing_keys (state) WHERE state = 'current';
CREATE UNIQUE INDEX signing_keys_one_next ON signing_keys (state) WHERE state = 'next';

CREATE TABLE users (
    tenant_id      uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id             uuid        NOT NULL,
    name           text        NOT NULL,
    email          text        NOT NULL,
    password_hash  text        NOT NULL,
    customer_id    uuid,
    active         boolean     NOT NULL DEFAULT true,
    deactivated_at timestamptz,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    version        integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email),
    CHECK (active = (deactivated_at IS NULL))
);
CREATE INDEX users_by_age ON users (tenant_id, created_at, id);
CREATE INDEX users_by_name ON users (tenant_id, name, id);
SELECT protect_tenant_table('users');

-- A seeded role has no permissions of its own: it follows the release that runs.
CREATE TABLE roles (
    tenant_id   uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id          uuid        NOT NULL,
    name        text        NOT NULL,
    title       text        NOT NULL,
    permissions text[],
    created_at  timestamptz NOT NULL,
    version     integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
SELECT protect_tenant_table('roles');

CREATE TABLE user_roles (
    tenant_id uuid NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    user_id   uuid NOT NULL,
    role_id   uuid NOT NULL,
    PRIMARY KEY (tenant_id, user_id, role_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id)
);
CREATE INDEX user_roles_by_role ON user_roles (tenant_id, role_id);
SELECT protect_tenant_table('user_roles');

-- A sign-in and everything that came of it: the family of its refresh tokens.
CREATE TABLE sessions (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id           uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    network      text        NOT NULL,
    ip           text,
    created_at   timestamptz NOT NULL,
    refreshed_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    revoked_for  text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CHECK ((revoked_at IS NULL) = (revoked_for IS NULL))
);
CREATE INDEX sessions_of_user ON sessions (tenant_id, user_id, created_at, id);
CREATE INDEX sessions_by_end ON sessions (tenant_id, expires_at);
SELECT protect_tenant_table('sessions');

CREATE TABLE refresh_tokens (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    hash       bytea       NOT NULL,
    session_id uuid        NOT NULL,
    parent     bytea,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (tenant_id, hash),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id)
);
CREATE UNIQUE INDEX refresh_tokens_one_child ON refresh_tokens (tenant_id, parent);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (tenant_id, session_id);
CREATE INDEX refresh_tokens_by_end ON refresh_tokens (tenant_id, expires_at);
SELECT protect_tenant_table('refresh_tokens');

-- Tries that stand against an account, a network, or one account from one network. The
-- subject is a hash: people type passwords where a name belongs.
CREATE TABLE login_attempts (
    tenant_id     uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    subject       text        NOT NULL,
    failures      integer     NOT NULL,
    failed_at     timestamptz NOT NULL,
    blocked_until timestamptz,
    PRIMARY KEY (tenant_id, subject)
);
CREATE INDEX login_attempts_by_age ON login_attempts (tenant_id, failed_at);
SELECT protect_tenant_table('login_attempts');

DO $$
DECLARE
    app    text := current_schema() || '_app';
    worker text := current_schema() || '_worker';
BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON tenant_registry TO %I', app);
    EXECUTE format('GRANT SELECT ON tenant_registry TO %I', worker);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON signing_keys TO %I, %I', app, worker);
    EXECUTE format('GRANT UPDATE (state, private_key, retired_at) ON signing_keys TO %I, %I',
                   app, worker);
    EXECUTE format('GRANT DELETE ON user_roles TO %I', app);
    EXECUTE format('GRANT DELETE ON sessions, refresh_tokens, login_attempts TO %I', worker);
    EXECUTE format('REVOKE UPDATE ON roles FROM %I', worker);
    EXECUTE format('REVOKE INSERT, UPDATE ON users, user_roles FROM %I', worker);
END
$$;
