"""Where the contracts lie, and how they are read and written."""

import json
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]

ENVIRONMENT_VARIABLE = "PSA_CONTRACTS_DIR"
SCHEMA_FILE = "v*.schema.json"


class NoContracts(LookupError):
    """There is no folder of contracts here or above."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of one event, or of the envelope."""

    service: str
    type: str
    version: int
    path: Path

    @property
    def versioned_type(self) -> str:
        """The type as it stands in the envelope and in the routing key."""
        return f"{self.type}.v{self.version}"

    def sample_paths(self, validity: str) -> list[Path]:
        """Return the files of the samples that are *validity*: valid or invalid."""
        return sorted(self.path.parent.glob(f"v{self.version}.*.{validity}.json"))


def contracts_dir() -> Path:
    """
    Return the folder of the contracts.

    It is named by PSA_CONTRACTS_DIR, or lies at or above the working directory or this
    file, and is known by its envelope. Raises NoContracts.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    candidates = [Path(named)] if named else list(_folders_above())
    for candidate in candidates:
        if (candidate / "envelope").is_dir():
            return candidate

    raise NoContracts(
        f"No contracts found. Set {ENVIRONMENT_VARIABLE} to the folder that holds `envelope`, "
        "or run inside the repository."
    )


def _folders_above() -> Iterator[Path]:
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            yield folder / "contracts"
            yield folder


def event_contracts(contracts: Path) -> list[Contract]:
    """Return every version of every event, in the order of their paths."""
    return [
        Contract(path.parent.parent.name, path.parent.name, _version(path), path)
        for path in sorted((contracts / "events").glob(f"*/*/{SCHEMA_FILE}"))
    ]


def envelope_contract(contracts: Path) -> Contract:
    """Return the contract of the envelope."""
    return Contract("psa", "envelope", 1, contracts / "envelope" / "v1.schema.json")


def _version(path: Path) -> int:
    return int(path.name.removeprefix("v").removesuffix(".schema.json"))


def sample_name(path: Path) -> str:
    """Return the story or the fault that a sample file is named after."""
    return path.name.split(".")[1]


def read_json(path: Path) -> Any:
    """Return the value in a JSON file; raises ValueError that names the file."""
    try:
        return parse_json(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def parse_json(text: bytes) -> Any:
    """Read strict JSON; raises ValueError for NaN and for a key that stands twice."""
    return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _unique(pairs: list[tuple[str, Any]]) -> Document:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"{', '.join(twice)} stands twice in one object.")

    return document


def write_json(path: Path, document: Document) -> None:
    """Write a JSON file as people read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(document), encoding="utf-8")


def as_text(document: Document) -> str:
    """Return a document as the text of its file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def who_listens(contracts: Path) -> dict[str, Document]:
    """Return publisher and listeners by event type."""
    return tomllib.loads((contracts / "who_listens.toml").read_text(encoding="utf-8"))
