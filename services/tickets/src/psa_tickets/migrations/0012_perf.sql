-- Quicker: the words of a ticket, prepared while the next number waits; timers, asked in one go.

-- As ever; nearly every text is in normal form already, which is quick to see.
CREATE OR REPLACE FUNCTION search_fold(content text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT regexp_replace(
               regexp_replace(lower(public.unaccent(
                                  CASE WHEN content IS NFKC NORMALIZED THEN content
                                       ELSE normalize(content, NFKC) END)),
                              '([ao]|(?<![aeioqy])u)e', '\1', 'g'),
               '[^[:alnum:]]+', ' ', 'g')
$$;

CREATE FUNCTION search_stems(content text) RETURNS tsvector
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN to_tsvector('pg_catalog.german', search_fold(left(content, 50000)));
END
$$;

-- What the stems end with. A loop, because a statement would be set up anew for each text.
CREATE FUNCTION search_endings(stems tsvector) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    stem    text;
    endings text[] := '{}';
BEGIN
    FOREACH stem IN ARRAY tsvector_to_array(stems) LOOP
        CONTINUE WHEN length(stem) NOT BETWEEN 7 AND 40 OR octet_length(stem) <> length(stem);
        FOR cut IN 3 .. least(length(stem) - 4, 20) LOOP
            endings := endings || right(stem, -cut);
        END LOOP;
    END LOOP;
    RETURN array_to_tsvector(endings);
END
$$;

CREATE OR REPLACE FUNCTION search_vector(content text) RETURNS tsvector
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    stems tsvector := search_stems(content);
BEGIN
    RETURN stems || search_endings(stems);
END
$$;

-- Endings have no place in the text and therefore no weight, so one look serves all three parts.
CREATE OR REPLACE FUNCTION search_ticket(t tickets) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    customer text;
    stems    tsvector;
BEGIN
    SELECT c.name
      INTO customer
      FROM customers AS c
     WHERE c.tenant_id = t.tenant_id
       AND c.id = t.customer_id;
    stems := setweight(search_stems(t.number || ' ' || t.title), 'A')
          || setweight(search_stems(concat_ws(' ', customer, array_to_string(t.tags, ' '))), 'B')
          || setweight(search_stems(t.description), 'C');
    PERFORM keep_search_document(
               t.tenant_id, 'ticket', t.id, t.id, false, t.customer_id, t.assignee_id, t.opened_by,
               stems || search_endings(stems)
               || search_keys(search_key(t.number), search_key(t.order_reference)));
END
$$;

-- Which tenants have something for a timer to do. One question for all of them: a worker that
-- opens a transaction in each of hundreds of tenants, many times a second, is busy doing nothing.
-- Each is looked at under its own row-level security, as its own transaction would be; only the
-- worker sees them all. A tenant too many is harmless, one too few would never be served.
CREATE FUNCTION tenants_waiting(work text, at timestamptz) RETURNS SETOF uuid
    LANGUAGE plpgsql
    -- One tenant's long list makes the planner believe that everybody has one, at its beginning.
    SET enable_seqscan = off
AS $$
DECLARE
    tenant  uuid;
    waiting boolean;
    -- The first id of a minute ago: longer than a transaction lives. The housekeeping seals what
    -- came later still.
    recent  text := lpad(to_hex(floor(extract(epoch FROM at) * 1000 - 60000)::bigint), 12, '0')
                    || repeat('0', 20);
BEGIN
    FOR tenant IN SELECT t.tenant_id FROM tenants AS t ORDER BY t.tenant_id LOOP
        PERFORM set_config('app.tenant_id', tenant::text, true);
        CASE work
            WHEN 'sla' THEN
                waiting := EXISTS (SELECT FROM tickets WHERE sla_look_again_at <= at);
            WHEN 'auto_close' THEN
                waiting := EXISTS (SELECT FROM tickets WHERE auto_close_look_at <= at);
            WHEN 'sla_escalations' THEN
                waiting := EXISTS (SELECT FROM sla_escalations WHERE state = 'pending');
            WHEN 'sla_reapply' THEN
                waiting := EXISTS (SELECT FROM sla_reapplications WHERE finished_at IS NULL);
            WHEN 'search' THEN
                waiting := EXISTS (SELECT FROM search_changes);
            WHEN 'mails' THEN
                waiting := EXISTS (SELECT FROM outgoing_mails WHERE next_at <= at);
            WHEN 'mailboxes' THEN
                waiting := EXISTS (SELECT FROM mailbox_polls WHERE next_at <= at);
            WHEN 'recurring' THEN
                waiting := EXISTS (SELECT FROM recurring_tickets WHERE active AND next_at <= at);
            WHEN 'audit' THEN
                waiting := NOT EXISTS (SELECT
                                         FROM audit_seals
                                        WHERE record_id = (SELECT r.id
                                                             FROM audit_records AS r
                                                            ORDER BY r.id DESC
                                                            LIMIT 1))
                           AND EXISTS (SELECT FROM audit_records);
                IF NOT waiting THEN
                    waiting := EXISTS (SELECT
                                         FROM audit_records AS r
                                        WHERE r.id >= recent::uuid
                                          AND NOT EXISTS (SELECT
                                                            FROM audit_seals AS s
                                                           WHERE s.tenant_id = r.tenant_id
                                                             AND s.record_id = r.id));
                END IF;
        END CASE;
        IF waiting THEN
            RETURN NEXT tenant;
        END IF;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION tenants_waiting(text, timestamptz) FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('GRANT EXECUTE ON FUNCTION tenants_waiting(text, timestamptz) TO %I_worker',
                   current_schema());
END
$$;
