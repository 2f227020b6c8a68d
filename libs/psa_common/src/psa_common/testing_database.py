"""Ask a migrated database whether it keeps tenants and services apart."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

PASSWORD = "only-for-tests"  # the roles of a throw-away database

#: Tables that hold no tenant's data, with the reason.
WITHOUT_TENANT: Mapping[str, str] = {
    "schema_migrations": "the history of the schema itself",
}

UNPROTECTED_SQL = """
    SELECT c.relname
      FROM pg_class AS c
     WHERE c.relnamespace = current_schema()::regnamespace
       AND c.relkind IN ('r', 'p')
       AND NOT c.relname = ANY(%(allowed)s)
       AND (NOT c.relrowsecurity
            OR NOT c.relforcerowsecurity
            OR NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid)
            OR NOT EXISTS (SELECT FROM pg_attribute AS a
                            WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)
            OR EXISTS (SELECT FROM pg_constraint AS k
                        WHERE k.conrelid = c.oid
                          AND k.contype IN ('p', 'u', 'f')
                          AND NOT EXISTS (SELECT FROM pg_attribute AS a
                                           WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
                                             AND a.attnum = ANY(k.conkey)))
            OR EXISTS (SELECT FROM pg_constraint AS k
                        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confdeltype <> 'a')
            OR has_table_privilege(current_schema() || '_app', c.oid, 'TRUNCATE')
            OR has_table_privilege(current_schema() || '_worker', c.oid, 'TRUNCATE')
            OR pg_get_userbyid(c.relowner) <> current_schema() || '_owner')
     ORDER BY c.relname
"""

NUMERIC_WITHOUT_CHECK_SQL = """
    SELECT c.relname || '.' || a.attname
      FROM pg_class AS c
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = current_schema()::regnamespace
       AND c.relkind IN ('r', 'p')
       AND a.atttypid = 'numeric'::regtype
       AND NOT EXISTS (SELECT FROM pg_constraint AS k
                        WHERE k.conrelid = c.oid AND k.contype = 'c'
                          AND a.attnum = ANY(k.conkey)
                          AND pg_get_constraintdef(k.oid) LIKE '%NaN%')
"""


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database of one service, and how each of its roles gets there."""

    superuser_dsn: str
    owner_dsn: str
    app_dsn: str
    worker_dsn: str

    def unprotected_tables(self, *, allowed: Mapping[str, str] | None = None) -> list[str]:
        """Return the tables whose tenants are not kept apart by the database."""
        names = [*WITHOUT_TENANT, *(allowed or {})]
        with psycopg.connect(self.owner_dsn) as conn:
            return [row[0] for row in conn.execute(UNPROTECTED_SQL, {"allowed": names})]

    @contextmanager
    def as_stranger(self) -> Generator[psycopg.Connection, None, None]:
        """Connect as a service that has nothing to do with this one."""
        name = "stranger_app"
        with psycopg.connect(self.superuser_dsn, autocommit=True) as conn:
            role = sql.Identifier(name)
            if conn.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is None:
                conn.execute(sql.SQL("CREATE ROLE {}").format(role))
            login = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
            conn.execute(login.format(role, sql.Literal(PASSWORD)))
            database = sql.Identifier(conn.info.dbname)
            conn.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))
        dsn = make_conninfo(self.superuser_dsn, user=name, password=PASSWORD)
        with psycopg.connect(dsn) as stranger:
            yield stranger

    def numerics_that_may_be_nan(self) -> list[str]:
        """Return the numeric columns without a check against NaN."""
        with psycopg.connect(self.owner_dsn) as conn:
            return [row[0] for row in conn.execute(NUMERIC_WITHOUT_CHECK_SQL)]
