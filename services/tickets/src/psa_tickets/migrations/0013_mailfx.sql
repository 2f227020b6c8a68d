-- Mail meets the rest of the desk.

-- For the sweeper, which asks for each raw mail whether a row names it.
CREATE INDEX incoming_mails_by_raw_key ON incoming_mails (tenant_id, raw_key)
    WHERE raw_key IS NOT NULL;

-- What a notice tells of its event; the words are put together when it is sent.
ALTER TABLE outgoing_mails ADD COLUMN details jsonb NOT NULL DEFAULT '{}';
