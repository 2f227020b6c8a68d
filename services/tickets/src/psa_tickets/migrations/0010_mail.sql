-- Mail in and out: mailboxes, what came in, what goes out, and notices within the application.

-- Passwords are sealed by the service for this very row; the database cannot read them.
CREATE TABLE mailboxes (
    tenant_id           uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id                  uuid        NOT NULL,
    name                text        NOT NULL,
    address             text        NOT NULL,
    language            text        NOT NULL,
    active              boolean     NOT NULL,
    active_since        timestamptz NOT NULL,
    queue_id            uuid,
    ticket_type         text        NOT NULL,
    priority            text        NOT NULL,
    default_customer_id uuid,
    trusted_server      text,
    imap_host           text,
    imap_port           integer,
    imap_security       text,
    imap_user           text,
    imap_password       text,
    imap_folder         text        NOT NULL DEFAULT 'INBOX',
    smtp_host           text,
    smtp_port           integer,
    smtp_security       text,
    smtp_user           text,
    smtp_password       text,
    version             integer     NOT NULL DEFAULT 1,
    created_at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, address),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queues (tenant_id, id),
    FOREIGN KEY (tenant_id, default_customer_id) REFERENCES customers (tenant_id, id)
);
SELECT protect_tenant_table('mailboxes');

-- How far a mailbox has been read. Apart from the mailbox, because it changes all the time and
-- nobody edits it; whoever holds the lease reads.
CREATE TABLE mailbox_polls (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    mailbox_id   uuid        NOT NULL,
    uid_validity bigint,
    last_uid     bigint      NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL,
    leased_until timestamptz,
    failures     integer     NOT NULL DEFAULT 0,
    last_error   text,
    succeeded_at timestamptz,
    PRIMARY KEY (tenant_id, mailbox_id),
    FOREIGN KEY (tenant_id, mailbox_id) REFERENCES mailboxes (tenant_id, id)
);
CREATE INDEX mailbox_polls_due ON mailbox_polls (tenant_id, next_at);
SELECT protect_tenant_table('mailbox_polls');

CREATE TABLE blocked_senders (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    -- An address, or a domain for everybody there.
    sender     text        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sender)
);
SELECT protect_tenant_table('blocked_senders');

-- Every mail that came in, with what became of it. The same Message-ID with another body is
-- another mail; without a Message-ID the hash alone decides.
CREATE TABLE incoming_mails (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id           uuid        NOT NULL,
    mailbox_id   uuid        NOT NULL,
    message_id   text        NOT NULL,
    sha256       text        NOT NULL,
    raw_key      text,
    size_bytes   bigint      NOT NULL,
    state        text        NOT NULL,
    reason       text        NOT NULL,
    sender       text        NOT NULL,
    sender_name  text        NOT NULL,
    recipients   text[]      NOT NULL,
    subject      text        NOT NULL,
    body         text        NOT NULL,
    html         text        NOT NULL,
    attachments  jsonb       NOT NULL,
    flaws        text[]      NOT NULL,
    contact_id   uuid,
    ticket_id    uuid,
    comment_id   uuid,
    received_at  timestamptz NOT NULL,
    version      integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, mailbox_id, message_id, sha256),
    FOREIGN KEY (tenant_id, mailbox_id) REFERENCES mailboxes (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, comment_id) REFERENCES comments (tenant_id, id)
);
CREATE INDEX incoming_mails_by_age ON incoming_mails (tenant_id, received_at, id);
CREATE INDEX incoming_mails_by_state ON incoming_mails (tenant_id, state, received_at, id);
CREATE INDEX incoming_mails_by_sender ON incoming_mails (tenant_id, sender, received_at);
CREATE INDEX incoming_mails_by_message_id ON incoming_mails (tenant_id, message_id);
CREATE INDEX incoming_mails_of_ticket ON incoming_mails (tenant_id, ticket_id, received_at)
    WHERE ticket_id IS NOT NULL;
SELECT protect_tenant_table('incoming_mails');

-- At most one mail for an event and a recipient. The words are put together when it is sent,
-- from the comment as it then stands: what was made internal meanwhile does not leave.
CREATE TABLE outgoing_mails (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id           uuid        NOT NULL,
    event_id     uuid        NOT NULL,
    recipient    text        NOT NULL,
    kind         text        NOT NULL,
    mailbox_id   uuid        NOT NULL,
    ticket_id    uuid        NOT NULL,
    comment_id   uuid,
    message_id   text,
    state        text        NOT NULL,
    attempts     integer     NOT NULL DEFAULT 0,
    next_at      timestamptz,
    reason       text        NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL,
    sent_at      timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, event_id, recipient),
    FOREIGN KEY (tenant_id, mailbox_id) REFERENCES mailboxes (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, comment_id) REFERENCES comments (tenant_id, id)
);
-- A mail that is being sent is due again when its lease is over.
CREATE INDEX outgoing_mails_due ON outgoing_mails (tenant_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outgoing_mails_of_ticket ON outgoing_mails (tenant_id, ticket_id, created_at, id);
CREATE INDEX outgoing_mails_to ON outgoing_mails (tenant_id, recipient, created_at);
CREATE INDEX outgoing_mails_by_message_id ON outgoing_mails (tenant_id, message_id)
    WHERE message_id IS NOT NULL;
SELECT protect_tenant_table('outgoing_mails');

-- What the application tells its own people, beside the mails.
CREATE TABLE notifications (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id         uuid        NOT NULL,
    event_id   uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    kind       text        NOT NULL,
    ticket_id  uuid        NOT NULL,
    title      text        NOT NULL,
    created_at timestamptz NOT NULL,
    read_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, event_id, user_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX notifications_of_user ON notifications (tenant_id, user_id, created_at, id);
SELECT protect_tenant_table('notifications');

DO $$
BEGIN
    EXECUTE format('GRANT DELETE ON blocked_senders TO %1$I_app, %1$I_worker', current_schema());
END
$$;
