"""The one door to the index of words: it lets through ids of one's own tenant, and no more."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
import pytest

from psa_common.ids import uuid7
from psa_common.testing import Database
from psa_tickets.domain.found_words import fold

FIND = (
    "SELECT id FROM find_documents(%(text)s, 'all', %(kinds)s, %(scopes)s, false, NULL, NULL, 10)"
)
ASK = {"kinds": ["ticket"], "scopes": ["all"]}


@contextmanager
def _as_app(database: Database, tenant: str | None) -> Generator[psycopg.Connection, None, None]:
    with psycopg.connect(database.app_dsn) as conn:
        if tenant is not None:
            conn.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
        yield conn


@pytest.fixture
def theirs(database: Database) -> str:
    """Give a tenant that has a document about Geheimnis."""
    tenant = str(uuid7())
    with _as_app(database, tenant) as conn:
        conn.execute(
            "INSERT INTO search_documents (kind, id, part, internal, words)"
            " VALUES ('ticket', %(id)s, %(id)s, false, search_vector('Geheimnis'))",
            {"id": uuid7()},
        )
        conn.execute("INSERT INTO search_words (word) VALUES ('geheimnis')")
        conn.commit()
    return tenant


def test_only_the_transactions_own_tenant_is_searched(database: Database, theirs: str) -> None:
    found: dict[str, int] = {}
    for tenant in (theirs, str(uuid7())):
        with _as_app(database, tenant) as conn:
            found[tenant] = len(conn.execute(FIND, {**ASK, "text": "Geheimnis"}).fetchall())

    assert list(found.values()) == [1, 0]


def test_without_a_tenant_the_door_stays_shut(database: Database, theirs: str) -> None:
    with (
        _as_app(database, None) as conn,
        pytest.raises((psycopg.errors.UndefinedObject, psycopg.errors.InvalidTextRepresentation)),
    ):
        conn.execute(FIND, {**ASK, "text": "Geheimnis"})


@pytest.mark.parametrize(
    ("text", "kinds", "scopes"),
    [
        ("Geheimnis' OR true --", ["ticket"], ["all"]),
        ("Geheimnis", ["ticket' OR true --"], ["all"]),
        ("Geheimnis", ["ticket"], ["all' OR true --"]),
        ("Geheimnis", ["ticket"], ["unheard_of"]),
        ("Geheimnis", ["ticket"], []),
        ("Geheimnis", [], ["all"]),
    ],
)
def test_sql_in_the_question_is_text(
    database: Database, theirs: str, text: str, kinds: list[str], scopes: list[str]
) -> None:
    stranger = str(uuid7())

    with _as_app(database, stranger) as conn:
        rows = conn.execute(FIND, {"text": text, "kinds": kinds, "scopes": scopes}).fetchall()

    assert rows == []


def test_a_temporary_table_does_not_take_the_place_of_ours(database: Database, theirs: str) -> None:
    with psycopg.connect(database.superuser_dsn) as conn:
        name = conn.info.dbname
        conn.execute(f'GRANT TEMPORARY ON DATABASE "{name}" TO tickets_app'.encode())
    with _as_app(database, theirs) as conn:
        conn.execute("CREATE TEMPORARY TABLE search_documents (LIKE tickets.search_documents)")
        rows = conn.execute(FIND, {**ASK, "text": "Geheimnis"}).fetchall()

    assert len(rows) == 1


def test_the_caller_cannot_put_another_tenant_into_its_place(
    database: Database, theirs: str
) -> None:
    with (
        _as_app(database, str(uuid7())) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute("SET ROLE tickets_search")


@pytest.mark.parametrize("process", ["app", "worker"])
def test_words_of_the_vocabulary_are_not_given_away(database: Database, process: str) -> None:
    dsn = {"app": database.app_dsn, "worker": database.worker_dsn}[process]
    with psycopg.connect(dsn) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("SELECT similar_search_words('geheimnis')")


def test_the_search_role_reads_two_tables_and_can_do_nothing_else(database: Database) -> None:
    with psycopg.connect(database.superuser_dsn) as conn:
        rights = conn.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = 'tickets_search' ORDER BY table_name"
        ).fetchall()
        role = conn.execute(
            "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,"
            " has_schema_privilege('tickets_search', 'tickets', 'CREATE')"
            " FROM pg_roles WHERE rolname = 'tickets_search'"
        ).fetchone()

    assert rights == [("search_documents", "SELECT"), ("search_words", "SELECT")]
    assert role == (False,) * 6


def test_every_function_with_rights_of_its_own_keeps_its_path(database: Database) -> None:
    with psycopg.connect(database.owner_dsn) as conn:
        paths = conn.execute(
            "SELECT proname, proconfig[1] FROM pg_proc"
            " WHERE prosecdef AND pronamespace = 'tickets'::regnamespace ORDER BY proname"
        ).fetchall()

    assert paths == [
        ("find_documents", "search_path=tickets, pg_temp"),
        ("similar_search_words", "search_path=tickets, pg_temp"),
    ]


@pytest.mark.parametrize(
    "word", ["Störung", "Stoerung", "STRASSE", "Straße", "neue", "Quelle", "Façade", "SRV02"]
)
def test_the_database_folds_words_as_the_domain_does(database: Database, word: str) -> None:
    with psycopg.connect(database.owner_dsn) as conn:
        row = conn.execute("SELECT search_fold(%s)", (word,)).fetchone()

    assert row == (fold(word),)
