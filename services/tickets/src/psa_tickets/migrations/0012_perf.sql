-- The words of a ticket, found with a third of the work: it is done while the next number waits.

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
