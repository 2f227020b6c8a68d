-- What is said, as it looks and as it was before it was edited; and the files beside it.

ALTER TABLE comments
    -- Sanitised, for showing; the original is for the record and never shown.
    ADD COLUMN html          text,
    ADD COLUMN original_html text,
    ADD COLUMN channel       text    NOT NULL DEFAULT 'api',
    ADD COLUMN is_resolution boolean NOT NULL DEFAULT false,
    ADD COLUMN contact_id    uuid,
    ADD COLUMN message_id    text,
    ADD COLUMN version       integer NOT NULL DEFAULT 1,
    ADD COLUMN edited_at     timestamptz,
    ADD COLUMN redacted_at   timestamptz,
    ADD FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id) NOT VALID;

-- What a comment said before each edit.
CREATE TABLE comment_versions (
    tenant_id     uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    comment_id    uuid        NOT NULL,
    version       integer     NOT NULL,
    body          text        NOT NULL,
    html          text,
    original_html text,
    replaced_at   timestamptz NOT NULL,
    replaced_by   uuid        NOT NULL,
    PRIMARY KEY (tenant_id, comment_id, version),
    FOREIGN KEY (tenant_id, comment_id) REFERENCES comments (tenant_id, id)
);
SELECT protect_tenant_table('comment_versions');

-- A ticket's description as HTML, beside the ticket: lists and every change of status would carry
-- it along otherwise. It is that of `text`, and no longer shown once the description says more.
CREATE TABLE ticket_descriptions (
    tenant_id     uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    ticket_id     uuid        NOT NULL,
    text          text        NOT NULL,
    html          text        NOT NULL,
    original_html text        NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
SELECT protect_tenant_table('ticket_descriptions');

-- The bytes lie in the object store and are safe before their row is written.
CREATE TABLE attachments (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id           uuid        NOT NULL,
    ticket_id    uuid        NOT NULL,
    comment_id   uuid,
    -- Of the comment, which never changes its own.
    visibility   text        NOT NULL,
    key          text        NOT NULL,
    filename     text        NOT NULL,
    content_type text        NOT NULL,
    size_bytes   bigint      NOT NULL CHECK (size_bytes > 0),
    sha256       bytea       NOT NULL,
    content_id   text,
    scan         text        NOT NULL,
    author_kind  text        NOT NULL,
    author_id    uuid        NOT NULL,
    author_name  text        NOT NULL,
    created_at   timestamptz NOT NULL,
    deleted_at   timestamptz,
    deleted_by   uuid,
    -- When the bytes went, some time after nobody could read them any more.
    erased_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, comment_id) REFERENCES comments (tenant_id, id)
);
CREATE INDEX attachments_of_ticket ON attachments (tenant_id, ticket_id, created_at, id);
CREATE INDEX attachments_of_comment ON attachments (tenant_id, comment_id)
    WHERE comment_id IS NOT NULL;
CREATE INDEX attachments_unscanned ON attachments (tenant_id, created_at)
    WHERE scan = 'unscanned' AND deleted_at IS NULL;
CREATE INDEX attachments_to_erase ON attachments (tenant_id, deleted_at)
    WHERE deleted_at IS NOT NULL AND erased_at IS NULL;
SELECT protect_tenant_table('attachments');

-- How much a tenant keeps; the row is locked while it grows, so the quota holds.
CREATE TABLE attachment_usage (
    tenant_id uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    bytes     bigint NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (tenant_id)
);
SELECT protect_tenant_table('attachment_usage');

DO $$
BEGIN
    EXECUTE format('GRANT DELETE ON comment_versions TO %1$I_app, %1$I_worker', current_schema());
END
$$;
