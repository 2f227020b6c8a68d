"""All contract documents of one moment: of the working tree, of a release, or of a git ref."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from psa_contracts.files import Document, parse_json, read_json

SCHEMAS = ("events/*/*/v*.schema.json", "envelope/v*.schema.json")
HTTP = ("http/*.openapi.json",)
SAMPLES = ("events/*/*/v*.*.valid.json", "envelope/v*.*.valid.json")
RELEASED = "released"


class UnknownRef(LookupError):
    """Git does not know the ref, or cannot read its files."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Documents and valid samples by their path within the folder of contracts."""

    schemas: dict[str, Document]
    http: dict[str, Document]
    samples: dict[str, Document]


def of_folder(folder: Path) -> Snapshot:
    """Return what lies in *folder* now."""
    return Snapshot(*(_read_all(folder, patterns) for patterns in (SCHEMAS, HTTP, SAMPLES)))


def _read_all(folder: Path, patterns: tuple[str, ...]) -> dict[str, Document]:
    return {name: read_json(folder / name) for name in paths(folder, patterns)}


def paths(folder: Path, patterns: tuple[str, ...]) -> list[str]:
    """Return the files in *folder* that match, relative to it, in order."""
    found = (path for pattern in patterns for path in folder.glob(pattern))
    return sorted(path.relative_to(folder).as_posix() for path in found)


def of_git_ref(contracts: Path, ref: str) -> Snapshot:
    """Return what lay in the folder at *ref*; raises UnknownRef."""
    listing = _git(contracts, "ls-tree", "-r", "--name-only", ref, "--", ".")
    names = listing.decode().splitlines()

    def read(patterns: tuple[str, ...]) -> dict[str, Document]:
        return {
            name: parse_json(_git(contracts, "show", f"{ref}:./{name}"))
            for name in _matching(names, patterns)
        }

    return Snapshot(read(SCHEMAS), read(HTTP), read(SAMPLES))


def _matching(names: list[str], patterns: tuple[str, ...]) -> Iterator[str]:
    """Match as a folder does: a star does not reach across a slash."""
    for name in names:
        for pattern in patterns:
            same_depth = name.count("/") == pattern.count("/")
            if same_depth and fnmatch(name, pattern):
                yield name


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", *arguments]
    # No shell reads it, and the arguments come from the person who runs the gate.
    result = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
    if result.returncode != 0:
        raise UnknownRef(result.stderr.decode(errors="replace").strip())

    return result.stdout
