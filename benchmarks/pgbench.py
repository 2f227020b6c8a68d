"""The same statements by pgbench: prepared, in one pipeline, under the service's own role."""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import cast
from uuid import UUID

import msgspec
from desk import Desk
from psycopg.conninfo import conninfo_to_dict

from psa_common.db import Jsonb
from psa_common.pipeline import Statement
from psa_local import binaries
from psa_local.problem import Problem

CONNECTIONS = 16
PARAMETER = re.compile(r"%\((\w+)\)s")
TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
#: An id that no other transaction has, from the number that `\set` has drawn.
FRESH_ID = "('{kind:08x}-0000-7000-8000-' || lpad(to_hex(:fresh::bigint), 12, '0'))"
FRESH_NUMBER = "('B-' || :fresh::bigint)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A transaction for pgbench and the values of its variables."""

    text: str
    values: Mapping[str, str]


def script_of(statements: Sequence[Statement], fresh: Mapping[str, str] | None = None) -> Script:
    """
    Write recorded statements down for pgbench.

    *fresh* maps a recorded value to the SQL that makes one of its own for each transaction.
    """
    values: dict[str, str] = {}
    lines = ["\\set fresh random(1, 281474976710655)", "\\startpipeline"]
    for position, statement in enumerate(statements):
        lines.append(_sql_of(statement, position, fresh or {}, values) + ";")
    lines.append("\\endpipeline")
    return Script(text="\n".join(lines) + "\n", values=values)


def fresh_ids(statements: Sequence[Statement]) -> dict[str, str]:
    """Return what must differ each time: the id that a row is stored with, and the number."""
    fresh: dict[str, str] = {}
    for statement in statements:
        for name, value in statement.params.items():
            if name == "id" and str(value) not in fresh:
                fresh[str(value)] = FRESH_ID.format(kind=len(fresh) + 1)
            elif name == "number":
                fresh[str(value)] = FRESH_NUMBER
    return fresh


def run(desk: Desk, script: Script, seconds: int) -> float:
    """Return transactions a second; raises Problem when one failed."""
    program = binaries.require("postgres").with_name("pgbench")
    address = conninfo_to_dict(desk.app_dsn)
    known = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    surroundings = {**os.environ, "PGPASSWORD": str(address["password"])}
    surroundings |= {name: str(address[key]) for key, name in known.items()}
    defined = [f"--define={name}={value}" for name, value in script.values.items()]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "transaction.sql"
        file.write_text(script.text)
        words = [str(program), "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1"]
        words += ["-T", str(seconds), "-f", str(file), *defined]
        done = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False)
    found = TPS.search(done.stdout)
    if done.returncode != 0 or found is None or "aborted" in done.stderr:
        raise Problem("pgbench failed.", f"{script.text}\n{done.stdout}\n{done.stderr}")
    return float(found[1])


def _sql_of(
    statement: Statement, position: int, fresh: Mapping[str, str], values: dict[str, str]
) -> str:
    def written(match: re.Match[str]) -> str:
        name = match[1]
        value = statement.params[name]
        if value is None:
            return "NULL"
        text = _text(value)
        if text in fresh:
            made = fresh[text]
            return f"{made}::uuid" if isinstance(value, UUID) else made
        values[f"{name}_{position}"] = text
        return f":{name}_{position}"

    return PARAMETER.sub(written, statement.sql).strip()


def _text(value: object) -> str:
    """Write a value the way that PostgreSQL reads it as a text parameter."""
    if isinstance(value, Jsonb):
        return msgspec.json.encode(value.obj).decode()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, list | tuple):
        return _array(cast("Sequence[object]", value))
    return str(value)


def _array(values: Sequence[object]) -> str:
    escaped = (_text(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"
