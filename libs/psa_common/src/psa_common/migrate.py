"""
Bring a service's schema to the version its package carries.

Numbered `.sql` files of each component run once, in order, each in its own transaction, under
a lock that lets one of many starters do the work. A gap in the numbers or a file that was
edited after it had run is refused: history is not rewritten.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import psycopg
import structlog
from psycopg import sql

log = structlog.get_logger()

NAME = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.sql")
# A migration waits a moment for a table that is in use, then gives way to the traffic.
SESSION_SQL = (
    "SELECT set_config('lock_timeout', '2s', false), set_config('statement_timeout', '60s', false)"
)

CREATE_HISTORY_SQL = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        component  text        NOT NULL,
        number     integer     NOT NULL,
        name       text        NOT NULL,
        checksum   text        NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (component, number)
    )
"""

APPLIED_SQL = """
    SELECT number, name, checksum
      FROM schema_migrations
     WHERE component = %s
     ORDER BY number
"""

INSERT_SQL = (
    "INSERT INTO schema_migrations (component, number, name, checksum) VALUES (%s, %s, %s, %s)"
)


class MigrationError(Exception):
    """The files and the database tell different histories."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_migrations(folder: Traversable) -> tuple[Migration, ...]:
    """Return the numbered files of *folder* in order; raises MigrationError for a gap."""
    found: list[Migration] = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        match = NAME.fullmatch(entry.name)
        if match:
            text = entry.read_text(encoding="utf-8")
            found.append(Migration(int(match["number"]), entry.name, text))
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            raise MigrationError(f"{migration.name}: number {expected:04d} is missing before it")
    return tuple(found)


def components_of(service: str) -> tuple[tuple[str, Traversable], ...]:
    """Return where the migrations of a service come from: both libraries, then its own."""
    return (
        ("psa_common", files("psa_common") / "sql"),
        ("psa_events", files("psa_events") / "sql"),
        (service, files(f"psa_{service}") / "migrations"),
    )


def migrate(owner_dsn: str, schema: str, components: Sequence[tuple[str, Traversable]]) -> int:
    """
    Apply what is missing as the schema's owner and return how many files ran.

    Raises MigrationError for an edited or missing file, and the database's own error when a
    file fails; what ran before stays.
    """
    with psycopg.connect(owner_dsn, autocommit=True) as conn:
        conn.execute(SESSION_SQL)
        conn.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
        conn.execute("SET lock_timeout TO '60s'")
        conn.execute("SELECT pg_advisory_lock(hashtextextended('migrate ' || %s, 0))", (schema,))
        conn.execute("SET lock_timeout TO '2s'")
        conn.execute(CREATE_HISTORY_SQL)
        return sum(_apply(conn, name, read_migrations(folder)) for name, folder in components)


def _apply(conn: psycopg.Connection, component: str, migrations: tuple[Migration, ...]) -> int:
    applied = conn.execute(APPLIED_SQL, (component,)).fetchall()
    for (number, name, checksum), migration in zip(applied, migrations, strict=False):
        if (number, checksum) != (migration.number, migration.checksum):
            raise MigrationError(
                f"{component}: {name} was changed after it had run; write a new migration instead"
            )
    for migration in migrations[len(applied) :]:
        with conn.transaction():
            # The file is ours, read from the installed package, and holds many statements.
            conn.execute(migration.text.encode())
            row = (component, migration.number, migration.name, migration.checksum)
            conn.execute(INSERT_SQL, row)
        log.info("migration_applied", component=component, migration=migration.name)
    return max(0, len(migrations) - len(applied))
