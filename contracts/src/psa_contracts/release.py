"""Keep a copy of the contracts as released: what the gate compares with from now on."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from psa_contracts.gate import EXCEPTIONS_FILE, Permission, read_permissions
from psa_contracts.snapshots import HTTP, RELEASED, SAMPLES, SCHEMAS, paths

EXCEPTIONS_HEADER = """\
# Breaking changes that the gate lets pass, each with its reason. An exception that nothing needs
# is an error; a release empties its part of this file. A row:
#
#   [[exception]]
#   file = "events/tickets/ticket.created/v1.schema.json"
#   pointer = "/properties/opened_by/type"
#   rule = "type_changed"
#   reason = "No reader of opened_by exists yet; see who_listens.toml."
"""


def release(contracts: Path, services: Iterable[str] = ()) -> int:
    """
    Copy the contracts of *services*, or of all, to `released/`; return the number of files.

    The envelope belongs to every release. Exceptions of what was released are spent.
    """
    chosen = frozenset(services)
    patterns = (*SCHEMAS, *HTTP, *SAMPLES)
    files = [name for name in paths(contracts, patterns) if _belongs(name, chosen)]
    released = contracts / RELEASED
    for name in paths(released, patterns):
        if _belongs(name, chosen):
            (released / name).unlink()
    for name in files:
        target = released / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(contracts / name, target)

    kept = [row for row in read_permissions(contracts) if not _belongs(row.file, chosen)]
    write_permissions(contracts, kept)
    return len(files)


def _belongs(name: str, services: frozenset[str]) -> bool:
    folder, _, rest = name.partition("/")
    if folder == "envelope" or not services:
        return True

    return rest.split("/")[0].split(".")[0] in services


def write_permissions(contracts: Path, permissions: list[Permission]) -> None:
    """Write exceptions.toml anew."""
    rows = [
        "\n[[exception]]\n"
        + "".join(
            f"{name} = {json.dumps(str(getattr(permission, name)), ensure_ascii=False)}\n"
            for name in ("file", "pointer", "rule", "reason")
        )
        for permission in permissions
    ]
    text = "".join([EXCEPTIONS_HEADER, *rows])
    (contracts / EXCEPTIONS_FILE).write_text(text, encoding="utf-8")
