"""Create the database, and for each service a schema and its roles."""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

#: What a role may not do for longer, in milliseconds; a request must never hang on a lock.
TIMEOUTS = {
    "statement_timeout": "5000",
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "15000",
}


@dataclass(frozen=True, slots=True)
class RolePasswords:
    """The passwords of a service's roles."""

    owner: str
    app: str
    worker: str


def provision(superuser_dsn: str, database: str, services: Mapping[str, RolePasswords]) -> None:
    """
    Create what is missing and set the passwords; safe to run again.

    `<service>_owner` owns the schema and migrates; `<service>_app` and `<service>_worker` own
    nothing, may not bypass row-level security and see no other service's schema. Nobody signs in
    as `<service>_search`: a migration may give it functions that find text by an index which
    row-level security cannot use.
    """
    with psycopg.connect(superuser_dsn, autocommit=True) as conn:
        exists = conn.execute("SELECT FROM pg_database WHERE datname = %s", (database,)).fetchone()
        if exists is None:
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        for service, passwords in services.items():
            _create_role(conn, f"{service}_owner", passwords.owner)
            _create_role(conn, f"{service}_app", passwords.app)
            _create_role(conn, f"{service}_worker", passwords.worker)
            _create_search_role(conn, service)

    with psycopg.connect(superuser_dsn, dbname=database, autocommit=True) as conn:
        conn.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        conn.execute(
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
        )
        for extension in ("btree_gin", "pg_trgm", "unaccent"):
            statement = "CREATE EXTENSION IF NOT EXISTS {} SCHEMA public"
            conn.execute(sql.SQL(statement).format(sql.Identifier(extension)))
        for service in services:
            _create_schema(conn, database, service)


def _create_role(conn: psycopg.Connection, role: str, password: str) -> None:
    name = sql.Identifier(role)
    if conn.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
        conn.execute(sql.SQL("CREATE ROLE {}").format(name))
    attributes = "ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}"
    conn.execute(sql.SQL(attributes).format(name, sql.Literal(password)))


def _create_search_role(conn: psycopg.Connection, service: str) -> None:
    """Create a role without login or rights; the owner is in it, to give it what it may do."""
    name = sql.Identifier(f"{service}_search")
    exists = "SELECT FROM pg_roles WHERE rolname = %s"
    if conn.execute(exists, (f"{service}_search",)).fetchone() is None:
        conn.execute(sql.SQL("CREATE ROLE {}").format(name))
    attributes = "ALTER ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
    conn.execute(sql.SQL(attributes).format(name))
    owner = sql.Identifier(f"{service}_owner")
    conn.execute(sql.SQL("GRANT {} TO {}").format(name, owner))


def _create_schema(conn: psycopg.Connection, database: str, service: str) -> None:
    schema = sql.Identifier(service)
    owner = sql.Identifier(f"{service}_owner")
    conn.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(schema, owner))
    search = sql.Identifier(f"{service}_search")
    conn.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}, {}").format(owner, search))
    conn.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, search))
    for process in ("owner", "app", "worker"):
        role = sql.Identifier(f"{service}_{process}")
        grants = (
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), role),
            sql.SQL("GRANT USAGE ON SCHEMA {}, public TO {}").format(schema, role),
            sql.SQL("ALTER ROLE {} SET search_path TO {}, public").format(role, schema),
        )
        for grant in grants:
            conn.execute(grant)
        if process == "owner":
            continue
        for name, value in TIMEOUTS.items():
            statement = sql.SQL("ALTER ROLE {} SET {} TO {}")
            conn.execute(statement.format(role, sql.Identifier(name), sql.Literal(value)))
