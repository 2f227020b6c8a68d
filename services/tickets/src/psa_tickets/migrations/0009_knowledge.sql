-- The knowledge base: articles in versions, of which readers see the published one.

SELECT set_config('search_path', current_schema() || ', pg_temp', true);

CREATE TABLE articles (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    id           uuid        NOT NULL,
    number       text        NOT NULL,
    status       text        NOT NULL,
    latest       integer     NOT NULL,
    published    integer,
    published_at timestamptz,
    published_by uuid,
    review_by    date,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    version      integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number)
);
CREATE INDEX articles_by_update ON articles (tenant_id, updated_at, id);
CREATE INDEX articles_by_review ON articles (tenant_id, review_by, id) WHERE review_by IS NOT NULL;
SELECT protect_tenant_table('articles');

-- Who may read it is part of what is published: an edit of a draft opens nothing.
CREATE TABLE article_versions (
    tenant_id    uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    article_id   uuid        NOT NULL,
    position     integer     NOT NULL,
    title        text        NOT NULL,
    html         text        NOT NULL,
    body         text        NOT NULL,
    audience     text        NOT NULL CHECK (audience IN ('internal', 'portal', 'customer')),
    customer_ids uuid[]      NOT NULL DEFAULT '{}',
    category_id  uuid,
    tags         text[]      NOT NULL DEFAULT '{}',
    author_id    uuid        NOT NULL,
    author_name  text        NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, article_id, position),
    CHECK ((audience = 'customer') = (customer_ids <> '{}')),
    FOREIGN KEY (tenant_id, article_id) REFERENCES articles (tenant_id, id)
        DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant_id, category_id) REFERENCES categories (tenant_id, id)
);
SELECT protect_tenant_table('article_versions');
-- NOT VALID: nothing is there yet, and a check would run into row-level security.
ALTER TABLE articles
    ADD FOREIGN KEY (tenant_id, id, latest)
        REFERENCES article_versions (tenant_id, article_id, position)
        DEFERRABLE INITIALLY DEFERRED NOT VALID,
    ADD FOREIGN KEY (tenant_id, id, published)
        REFERENCES article_versions (tenant_id, article_id, position) NOT VALID;

CREATE TABLE article_feedback (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    article_id uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    helpful    boolean     NOT NULL,
    given_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, article_id, user_id),
    FOREIGN KEY (tenant_id, article_id) REFERENCES articles (tenant_id, id)
);
SELECT protect_tenant_table('article_feedback');

CREATE TABLE ticket_articles (
    tenant_id  uuid        NOT NULL DEFAULT current_setting('app.tenant_id')::uuid,
    ticket_id  uuid        NOT NULL,
    article_id uuid        NOT NULL,
    linked_by  uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, article_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, article_id) REFERENCES articles (tenant_id, id)
);
SELECT protect_tenant_table('ticket_articles');

-- Whether a second person has to publish. One row, or none for no.
CREATE TABLE article_rules (
    tenant_id uuid    NOT NULL DEFAULT current_setting('app.tenant_id')::uuid PRIMARY KEY,
    four_eyes boolean NOT NULL
);
SELECT protect_tenant_table('article_rules');

DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE ON article_versions FROM %1$I_app, %1$I_worker',
                   current_schema());
    EXECUTE format('GRANT DELETE ON ticket_articles TO %1$I_app, %1$I_worker', current_schema());
END
$$;

-- Only what is published can be found: once for everybody, or once for each customer named.
CREATE FUNCTION search_changed_article() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    DELETE FROM search_documents WHERE kind = 'article' AND id = NEW.id;
    IF NEW.published IS NULL OR NEW.status = 'archived' THEN
        RETURN NULL;
    END IF;
    PERFORM keep_search_document(
               NEW.tenant_id, 'article', NEW.id, coalesce(reader, NEW.id), v.audience = 'internal',
               reader, NULL, NULL,
               setweight(search_vector(NEW.number || ' ' || v.title), 'A')
               || setweight(search_vector(array_to_string(v.tags, ' ')), 'B')
               || setweight(search_vector(v.body), 'C') || search_keys(search_key(NEW.number)))
       FROM article_versions AS v
       LEFT JOIN unnest(v.customer_ids) AS reader ON true
      WHERE v.article_id = NEW.id
        AND v.position = NEW.published;
    RETURN NULL;
END
$$;
CREATE TRIGGER search_follows AFTER UPDATE ON articles
    FOR EACH ROW WHEN ((OLD.status, OLD.published) IS DISTINCT FROM (NEW.status, NEW.published))
    EXECUTE FUNCTION search_changed_article();
