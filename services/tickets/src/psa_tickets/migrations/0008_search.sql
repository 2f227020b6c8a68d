-- Full-text search: one narrow table of words, and the only door to its index.

-- Security-definer functions below keep the path they are created with; a temporary table of
-- the same name comes last in it.
SELECT set_config('search_path', current_schema() || ', pg_temp', true);

-- One row for each text with readers of its own: the ticket itself, and each of its comments.
-- Then a note is never mixed with public words, and a long conversation is not read again for
-- each new reply. `part` is the thing itself, its comment, or the customer that may read it.
CREATE SEQUENCE search_versions;
CREATE TABLE search_documents (
    tenant_id   uuid     NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    kind        text     NOT NULL,
    id          uuid     NOT NULL,
    part        uuid     NOT NULL,
    internal    boolean  NOT NULL,
    customer_id uuid,
    assignee_id uuid,
    opened_by   uuid,
    words       tsvector NOT NULL,
    version     bigint   NOT NULL DEFAULT nextval('search_versions'),
    PRIMARY KEY (tenant_id, kind, id, part)
) WITH (fillfactor = 85);
-- A search also reads what waits to be sorted in, so little may wait.
CREATE INDEX search_documents_by_word ON search_documents
    USING gin (tenant_id, kind, words) WITH (gin_pending_list_limit = 256);
-- UUIDv7: the newest part comes first, which is how very common words are answered.
CREATE INDEX search_documents_newest ON search_documents (tenant_id, kind, part);
SELECT protect_tenant_table('search_documents');

-- What changed since the worker last looked, written with the change itself.
CREATE TABLE search_changes (
    tenant_id uuid   NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    version   bigint NOT NULL DEFAULT nextval('search_versions'),
    kind      text   NOT NULL,
    id        uuid   NOT NULL,
    part      uuid   NOT NULL,
    PRIMARY KEY (tenant_id, version)
);
SELECT protect_tenant_table('search_changes');

-- Every word stem that occurs, so that a typing error finds the word that was meant. A stem
-- that nothing uses any more does no harm: what is found is always read again.
CREATE TABLE search_words (
    tenant_id uuid NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    word      text NOT NULL,
    PRIMARY KEY (tenant_id, word)
);
CREATE INDEX search_words_alike ON search_words USING gin (tenant_id, word public.gin_trgm_ops);
SELECT protect_tenant_table('search_words');

DO $$
BEGIN
    EXECUTE format('GRANT DELETE ON search_documents, search_changes TO %1$I_app, %1$I_worker',
                   current_schema());
    EXECUTE format('GRANT USAGE ON SEQUENCE search_versions TO %1$I_app, %1$I_worker',
                   current_schema());
END
$$;

-- Stoerung, Störung, Storung: one word; as Lucene's german_normalization does, `ue` stays after a
-- vowel or q (neue, Quelle). What is no letter or digit becomes a space.
CREATE FUNCTION search_fold(content text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT regexp_replace(
               regexp_replace(lower(public.unaccent(normalize(content, NFKC))),
                              '([ao]|(?<![aeioqy])u)e', '\1', 'g'),
               '[^[:alnum:]]+', ' ', 'g')
$$;

-- The stems of a text with their positions, and without any what they end with: Drucker finds
-- Netzwerkdrucker. Bounded, because a vector that grows too large would refuse the comment.
CREATE FUNCTION search_vector(content text) RETURNS tsvector
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    stems tsvector := to_tsvector('pg_catalog.german', search_fold(left(content, 50000)));
BEGIN
    RETURN stems || array_to_tsvector(
        ARRAY(SELECT DISTINCT right(lexeme, -cut)
                FROM unnest(stems), generate_series(3, least(length(lexeme) - 4, 20)) AS cut
               WHERE length(lexeme) BETWEEN 7 AND 40
                 AND octet_length(lexeme) = length(lexeme)));
END
$$;

-- What names a thing exactly: number, mail address, telephone.
CREATE FUNCTION search_key(content text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '=' || left(lower(regexp_replace(content, '\s', '', 'g')), 254);

-- With and without the country's prefix, and never with the zeros that people dial.
CREATE FUNCTION search_phone_keys(phone text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN phone ~ '^[+0-9][-0-9 ()/.]{5,40}$'
                THEN ARRAY['#' || ltrim(regexp_replace(phone, '\D', '', 'g'), '0'),
                           '#' || ltrim(regexp_replace(regexp_replace(phone, '\D', '', 'g'),
                                                       '^(00)?(49|43|41)', ''), '0')]
                ELSE '{}' END;

CREATE FUNCTION search_keys(VARIADIC keys text[]) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(array_remove(keys, NULL));

-- Stems that look like this one. Only the search role may ask: the index needs it.
CREATE FUNCTION similar_search_words(stem text) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
    SET pg_trgm.similarity_threshold = 0.4
AS $$
    SELECT word
      FROM search_words
     WHERE tenant_id = current_setting('app.tenant_id')::uuid
       AND word OPERATOR(public.%) stem
     ORDER BY public.similarity(word, stem) DESC, word
     LIMIT 4
$$;

CREATE FUNCTION search_literal(word text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('''' || replace(replace(word, '\', '\\'), '''', '''''') || '''')::tsquery;

-- What somebody typed, taken literally: up to twelve words that must all occur, each as its
-- stem or as the beginning of one. Null when nothing but stop words is left.
CREATE FUNCTION search_query(content text, joined text, forgiving boolean) RETURNS tsquery
    LANGUAGE plpgsql STABLE
AS $$
DECLARE
    words text[] := string_to_array(btrim(search_fold(left(content, 500))), ' ');
    word  text;
    stem  text;
    one   tsquery;
    whole tsquery;
BEGIN
    FOREACH word IN ARRAY words[1:12] LOOP
        word := left(word, 64);
        stem := CASE WHEN word ~ '[0-9]' THEN word
                     ELSE (ts_lexize('pg_catalog.german_stem', word))[1] END;
        CONTINUE WHEN coalesce(stem, '') = '';
        one := search_literal(stem);
        IF length(word) >= 3 THEN
            one := one || (search_literal(word)::text || ':*')::tsquery;
        END IF;
        IF forgiving AND stem ~ '^[^0-9]{4,}$' THEN
            SELECT coalesce(one || string_agg(search_literal(alike)::text, ' | ')::tsquery, one)
              INTO one
              FROM similar_search_words(stem) AS alike;
        END IF;
        whole := CASE WHEN whole IS NULL THEN one
                      WHEN joined = 'any' THEN whole || one
                      ELSE whole && one END;
    END LOOP;
    RETURN whole;
END
$$;

CREATE FUNCTION search_exactly(content text) RETURNS tsquery
    LANGUAGE sql STABLE
AS $$
    SELECT string_agg(search_literal(key)::text, ' | ')::tsquery
      FROM unnest(search_key(left(content, 254)) || search_phone_keys(left(content, 254))) AS key
$$;

-- The door. A condition of a policy would run before `@@` and keep it from its index, so the
-- search role sees every row of this one table, and this is all that it ever does with that:
-- the tenant comes from the transaction, ids and ranks go out, and the caller reads the things
-- themselves under row-level security. Of common words it ranks the newest 300 texts, or as many
-- as are asked for.
CREATE FUNCTION find_documents(
    content text, joined text, kinds text[], scopes text[], public_only boolean,
    asking_user uuid, own_customer uuid, at_most integer
)
    RETURNS TABLE (kind text, id uuid, part uuid, exact boolean, guessed boolean, rank float8)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    tenant  uuid := current_setting('app.tenant_id')::uuid;
    keys    tsquery := search_exactly(content);
    query   tsquery;
    asked   tsquery;
    common  boolean;
    guess   boolean;
    started boolean := false;
BEGIN
    FOREACH guess IN ARRAY ARRAY[false, true] LOOP
        query := search_query(content, joined, guess);
        FOR n IN 1 .. least(cardinality(kinds), 8) LOOP
            asked := coalesce(query || keys, keys);
            -- A word that one in a hundred of the newest texts holds is looked for from the newest
            -- back; any other by its index, which the cast lets no order take the place of.
            SELECT count(*) >= 10
              INTO common
              FROM (SELECT d.words
                      FROM search_documents AS d
                     WHERE d.tenant_id = tenant
                       AND d.kind = kinds[n]
                     ORDER BY d.part DESC
                     LIMIT 1000) AS newest
             WHERE newest.words @@ asked;
            RETURN QUERY EXECUTE replace($one$
                SELECT $2, best.id, best.part, best.exact, $4, best.rank
                  FROM (SELECT DISTINCT ON (newest.id)
                               newest.id, newest.part, newest.words @@ $6 AS exact,
                               ts_rank('{0.1, 0.2, 0.4, 1}', newest.words, $3, 1)::float8 AS rank
                          FROM (SELECT d.id, d.part, d.words
                                  FROM search_documents AS d
                                 WHERE d.tenant_id = $1
                                   AND d.kind = $2
                                   AND d.words @@ $3
                                   AND NOT (d.internal AND $7)
                                   AND CASE $5
                                           WHEN 'all'      THEN true
                                           WHEN 'team'     THEN d.assignee_id IS NULL
                                                             OR d.assignee_id = $8
                                           WHEN 'assigned' THEN d.assignee_id = $8
                                           WHEN 'own'      THEN d.opened_by = $8
                                           WHEN 'own_customer' THEN d.customer_id = $9
                                           WHEN 'portal'   THEN d.customer_id IS NULL
                                                             OR d.customer_id = $9
                                           ELSE false
                                       END
                                 ORDER BY d.part::text DESC
                                 LIMIT greatest(300, $10)) AS newest
                         ORDER BY newest.id, exact DESC, rank DESC, newest.part) AS best
                 ORDER BY best.exact DESC, best.rank DESC, best.id DESC
                 LIMIT $10
            $one$, 'd.part::text', CASE WHEN common THEN 'd.part' ELSE 'd.part::text' END)
            USING tenant, kinds[n], asked, guess, scopes[n], keys,
                  public_only, asking_user, own_customer, least(at_most, 1000);
            started := started OR FOUND;
        END LOOP;
        EXIT WHEN started;
    END LOOP;
END
$$;

-- How a text becomes findable. Called by triggers, so every way to change a ticket is covered.
-- In plpgsql, because that plans once for a session; the path is that of the trigger.
CREATE FUNCTION keep_search_document(
    of_tenant uuid, of_kind text, of_id uuid, of_part uuid, is_internal boolean,
    of_customer uuid, of_assignee uuid, of_opener uuid, of_words tsvector
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO search_documents
           (tenant_id, kind, id, part, internal, customer_id, assignee_id, opened_by, words)
    VALUES (of_tenant, of_kind, of_id, of_part, is_internal, of_customer, of_assignee, of_opener,
            of_words)
        ON CONFLICT (tenant_id, kind, id, part)
        DO UPDATE SET internal = excluded.internal,
                      customer_id = excluded.customer_id,
                      assignee_id = excluded.assignee_id,
                      opened_by = excluded.opened_by,
                      words = excluded.words,
                      version = nextval('search_versions');
END
$$;

CREATE FUNCTION note_search_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO search_changes (tenant_id, kind, id, part)
        VALUES (OLD.tenant_id, OLD.kind, OLD.id, OLD.part);
    ELSE
        INSERT INTO search_changes (tenant_id, version, kind, id, part)
        VALUES (NEW.tenant_id, NEW.version, NEW.kind, NEW.id, NEW.part);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER search_follows AFTER INSERT OR UPDATE OR DELETE ON search_documents
    FOR EACH ROW EXECUTE FUNCTION note_search_change();

CREATE FUNCTION search_comment(said comments, t tickets) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    -- With the ticket's title: "Drucker Toner" finds the reply about toner to the printer.
    PERFORM keep_search_document(
               said.tenant_id, 'ticket', t.id, said.id, said.visibility <> 'public',
               t.customer_id, t.assignee_id, t.opened_by,
               setweight(search_vector(t.title), 'B') || search_vector(said.body));
END
$$;

CREATE FUNCTION search_ticket(t tickets) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM keep_search_document(
               t.tenant_id, 'ticket', t.id, t.id, false, t.customer_id, t.assignee_id, t.opened_by,
               setweight(search_vector(t.number || ' ' || t.title), 'A')
               || setweight(search_vector(concat_ws(' ', c.name, array_to_string(t.tags, ' '))), 'B')
               || setweight(search_vector(t.description), 'C')
               || search_keys(search_key(t.number), search_key(t.order_reference)))
      FROM customers AS c
     WHERE c.tenant_id = t.tenant_id
       AND c.id = t.customer_id;
END
$$;

CREATE FUNCTION search_changed_ticket() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM search_ticket(NEW);
    IF TG_OP = 'UPDATE' AND NEW.title <> OLD.title THEN
        PERFORM search_comment(said, NEW) FROM comments AS said WHERE said.ticket_id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;

-- Who may find it, without reading its words again.
CREATE FUNCTION search_handed_on_ticket() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE search_documents
       SET customer_id = NEW.customer_id,
           assignee_id = NEW.assignee_id,
           version = nextval('search_versions')
     WHERE kind = 'ticket'
       AND id = NEW.id;
    RETURN NULL;
END
$$;

CREATE FUNCTION search_changed_comment() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM search_documents
         WHERE kind = 'ticket' AND id = OLD.ticket_id AND part = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM search_comment(NEW, t) FROM tickets AS t WHERE t.id = NEW.ticket_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION search_customer(c customers) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM keep_search_document(
               c.tenant_id, 'customer', c.id, c.id, false, c.id, NULL, NULL,
               setweight(search_vector(c.number || ' ' || c.name), 'A')
               || search_keys(search_key(c.number)));
END
$$;

-- A closed ticket stays findable under the name that its customer had.
CREATE FUNCTION search_changed_customer() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM search_customer(NEW);
    IF TG_OP = 'UPDATE' AND NEW.name <> OLD.name THEN
        PERFORM search_ticket(t)
           FROM tickets AS t
          WHERE t.customer_id = NEW.id
            AND t.status <> 'closed';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION search_contact(p contacts) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM keep_search_document(
               p.tenant_id, 'contact', p.id, p.id, false, p.customer_id, NULL, NULL,
               setweight(search_vector(concat_ws(' ', p.name, p.email)), 'A')
               || search_keys(search_key(p.email))
               || array_to_tsvector(coalesce(search_phone_keys(p.phone), '{}')));
END
$$;

CREATE FUNCTION search_asset(a assets) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM keep_search_document(
               a.tenant_id, 'asset', a.id, a.id, false, a.customer_id, NULL, NULL,
               setweight(search_vector(a.number || ' ' || a.name), 'A')
               || search_keys(search_key(a.number), search_key(a.name)));
END
$$;

CREATE FUNCTION search_changed_contact() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$ BEGIN PERFORM search_contact(NEW); RETURN NULL; END $$;

CREATE FUNCTION search_changed_asset() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$ BEGIN PERFORM search_asset(NEW); RETURN NULL; END $$;

CREATE TRIGGER search_follows_new AFTER INSERT ON tickets
    FOR EACH ROW EXECUTE FUNCTION search_changed_ticket();
CREATE TRIGGER search_follows_words AFTER UPDATE ON tickets
    FOR EACH ROW WHEN ((OLD.number, OLD.title, OLD.description, OLD.tags, OLD.customer_id,
                        OLD.order_reference) IS DISTINCT FROM
                       (NEW.number, NEW.title, NEW.description, NEW.tags, NEW.customer_id,
                        NEW.order_reference))
    EXECUTE FUNCTION search_changed_ticket();
CREATE TRIGGER search_follows_owner AFTER UPDATE ON tickets
    FOR EACH ROW WHEN ((OLD.customer_id, OLD.assignee_id) IS DISTINCT FROM
                       (NEW.customer_id, NEW.assignee_id))
    EXECUTE FUNCTION search_handed_on_ticket();
CREATE TRIGGER search_follows AFTER INSERT OR DELETE ON comments
    FOR EACH ROW EXECUTE FUNCTION search_changed_comment();
CREATE TRIGGER search_follows_words AFTER UPDATE ON comments
    FOR EACH ROW WHEN ((OLD.body, OLD.visibility, OLD.ticket_id) IS DISTINCT FROM
                       (NEW.body, NEW.visibility, NEW.ticket_id))
    EXECUTE FUNCTION search_changed_comment();
CREATE TRIGGER search_follows AFTER INSERT OR UPDATE ON customers
    FOR EACH ROW EXECUTE FUNCTION search_changed_customer();
CREATE TRIGGER search_follows AFTER INSERT OR UPDATE ON contacts
    FOR EACH ROW EXECUTE FUNCTION search_changed_contact();
CREATE TRIGGER search_follows AFTER INSERT OR UPDATE ON assets
    FOR EACH ROW EXECUTE FUNCTION search_changed_asset();

-- What exists already; the owner is under row-level security too.
ALTER TABLE tickets NO FORCE ROW LEVEL SECURITY;
ALTER TABLE comments NO FORCE ROW LEVEL SECURITY;
ALTER TABLE customers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE assets NO FORCE ROW LEVEL SECURITY;
ALTER TABLE search_documents NO FORCE ROW LEVEL SECURITY;
ALTER TABLE search_changes NO FORCE ROW LEVEL SECURITY;
SELECT search_ticket(t) FROM tickets AS t;
SELECT search_comment(c, t)
  FROM comments AS c
  JOIN tickets AS t ON (t.tenant_id, t.id) = (c.tenant_id, c.ticket_id);
SELECT search_customer(c) FROM customers AS c;
SELECT search_contact(p) FROM contacts AS p;
SELECT search_asset(a) FROM assets AS a;
ALTER TABLE tickets FORCE ROW LEVEL SECURITY;
ALTER TABLE comments FORCE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE assets FORCE ROW LEVEL SECURITY;
ALTER TABLE search_documents FORCE ROW LEVEL SECURITY;
ALTER TABLE search_changes FORCE ROW LEVEL SECURITY;

-- Last, because from here on the two functions are no longer the owner's own.
DO $$
DECLARE
    searching text := current_schema() || '_search';
BEGIN
    EXECUTE format('GRANT SELECT ON search_documents, search_words TO %I', searching);
    EXECUTE format('CREATE POLICY search_reads ON search_documents FOR SELECT TO %I USING (true)',
                   searching);
    EXECUTE format('CREATE POLICY search_reads ON search_words FOR SELECT TO %I USING (true)',
                   searching);
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO %I', current_schema(), searching);
    EXECUTE format('ALTER FUNCTION similar_search_words(text) OWNER TO %I', searching);
    EXECUTE format('ALTER FUNCTION find_documents(text, text, text[], text[], boolean, uuid, uuid,'
                   ' integer) OWNER TO %I', searching);
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %I', current_schema(), searching);
    EXECUTE format('REVOKE ALL ON FUNCTION similar_search_words(text),'
                   ' find_documents(text, text, text[], text[], boolean, uuid, uuid, integer)'
                   ' FROM PUBLIC');
    EXECUTE format('GRANT EXECUTE ON FUNCTION'
                   ' find_documents(text, text, text[], text[], boolean, uuid, uuid, integer)'
                   ' TO %1$I_app, %1$I_worker', current_schema());
END
$$;
