"""Refuse a change that breaks what was released, unless an exception with a reason allows it."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from psa_contracts.breaches import MEND, Breach, Rule
from psa_contracts.event_rules import event_breaches
from psa_contracts.events import pointer_of, validator_of
from psa_contracts.files import Document
from psa_contracts.keywords import DeadReference
from psa_contracts.openapi_rules import openapi_breaches
from psa_contracts.snapshots import Snapshot

EXCEPTIONS_FILE = "exceptions.toml"
EXCEPTION_FIELDS = frozenset({"file", "pointer", "rule", "reason"})

Compare = Callable[[Document, Document], list[Breach]]


class BadException(ValueError):
    """A row of exceptions.toml says too little, or something unknown."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A breach and the file that it stands in."""

    file: str
    breach: Breach

    def __str__(self) -> str:
        breach = self.breach
        return (
            f"{self.file}\n    at   {breach.pointer or '/'}\n    rule {breach.rule}: "
            f"{breach.found}\n    mend {MEND[breach.rule]}"
        )


@dataclass(frozen=True, slots=True)
class Permission:
    """One named exception: the breach that may pass, and why."""

    file: str
    pointer: str
    rule: Rule
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Return whether this exception means *finding*."""
        breach = finding.breach
        return (self.file, self.pointer, self.rule) == (finding.file, breach.pointer, breach.rule)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate refuses, and which exceptions nothing needs any more."""

    refused: list[Finding]
    unused: list[Permission]


def judge(old: Snapshot, new: Snapshot, permissions: list[Permission]) -> Verdict:
    """Return the verdict on a change from *old* to *new*."""
    findings = find_breaches(old, new)
    refused = [f for f in findings if not any(p.covers(f) for p in permissions)]
    unused = [p for p in permissions if not any(p.covers(f) for f in findings)]
    return Verdict(refused, unused)


def find_breaches(old: Snapshot, new: Snapshot) -> list[Finding]:
    """Return every breach between two snapshots, whatever the exceptions say."""
    by_rule = {
        *_compare(old.schemas, new.schemas, event_breaches),
        *_compare(old.http, new.http, openapi_breaches),
    }
    files = {finding.file for finding in by_rule}
    by_sample = {finding for finding in _old_samples(old, new) if finding.file not in files}
    return sorted(by_rule | by_sample)


def _compare(
    old: dict[str, Document], new: dict[str, Document], compare: Compare
) -> Iterator[Finding]:
    for file, before in old.items():
        if file not in new:
            yield Finding(file, Breach("", Rule.CONTRACT_REMOVED, "the document is gone"))
            continue
        try:
            yield from (Finding(file, breach) for breach in compare(before, new[file]))
        except DeadReference as error:
            raise DeadReference(f"{file}: {error}") from error


def _old_samples(old: Snapshot, new: Snapshot) -> Iterator[Finding]:
    """Hold what was valid before against the new schema: it finds what the rules overlook."""
    for path, sample in old.samples.items():
        folder, _, name = path.rpartition("/")
        file = f"{folder}/{name.split('.')[0]}.schema.json"
        if file not in new.schemas:
            continue
        for error in validator_of(new.schemas[file]).iter_errors(sample):
            found = f"released sample {name} fails at {pointer_of(error.instance_path)}: "
            pointer = pointer_of(error.schema_path)
            yield Finding(file, Breach(pointer, Rule.SAMPLE_REFUSED, found + error.message))


def read_permissions(contracts: Path) -> list[Permission]:
    """Return the named exceptions; raises BadException for a row that is not complete."""
    path = contracts / EXCEPTIONS_FILE
    if not path.is_file():
        return []

    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("exception", [])
    return [_permission(row, number) for number, row in enumerate(rows, start=1)]


def _permission(row: Document, number: int) -> Permission:
    if row.keys() != EXCEPTION_FIELDS or not str(row["reason"]).strip():
        wanted = ", ".join(sorted(EXCEPTION_FIELDS))
        raise BadException(f"{EXCEPTIONS_FILE}: row {number} must have {wanted}, none empty.")
    if row["rule"] not in set(Rule):
        known = ", ".join(Rule)
        raise BadException(f"{EXCEPTIONS_FILE}: row {number} names no rule. Rules: {known}.")

    return Permission(row["file"], row["pointer"], Rule(row["rule"]), row["reason"])
