"""What a tenant has decided about time: overlaps, approvals, the locked period, kinds of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from psa_common.errors import Conflict, Forbidden, Refused


class Overlap(StrEnum):
    """What happens to work at a time that is claimed already."""

    FORBID = "forbid"
    WARN = "warn"


class PeriodLocked(Conflict):
    """What lies in a closed period has been counted and reported."""

    code = "period_locked"

    def __init__(self, day: date, locked_until: date) -> None:
        super().__init__(
            f"{day} lies in the period locked until {locked_until}; choose a later day, or let "
            "somebody with the permission time_entry:lock enter it with an override_reason.",
            field="work_date",
        )
        self.day = day
        self.locked_until = locked_until


class LockOverrideForbidden(Forbidden):
    """A reason alone opens no closed period."""

    code = "lock_override_forbidden"

    def __init__(self) -> None:
        super().__init__(
            "Leave out override_reason, or ask for the permission time_entry:lock.",
            field="override_reason",
        )


class UnknownWorkType(Refused):
    """The kind of work is none of the tenant's."""

    code = "unknown_work_type"

    def __init__(self, key: str, known: Mapping[str, object]) -> None:
        super().__init__(
            f"There is no active work type {key}; use one of {', '.join(sorted(known))}.",
            field="work_type",
        )
        self.key = key


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRules:
    """The tenant's decisions; without any, these."""

    time_zone: str = "Europe/Berlin"
    overlap: Overlap = Overlap.FORBID
    approval_tiers: Literal[1, 2] = 1
    own_approval: bool = True
    locked_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkKind:
    """A kind of work: how it is called, whether it is charged, and dearer at night."""

    key: str
    label: str
    billable: str = "billable"
    surcharges: bool = True


#: What a tenant starts with; its first own work type takes the place of all of these.
DEFAULT_WORK_KINDS = (
    WorkKind(key="remote", label="Fernwartung"),
    WorkKind(key="on_site", label="Vor Ort"),
    WorkKind(key="consulting", label="Beratung"),
    WorkKind(key="monitoring", label="Überwachung", surcharges=False),
    WorkKind(key="patching", label="Updates", surcharges=False),
    WorkKind(key="travel", label="Fahrzeit"),
    WorkKind(key="project", label="Projektarbeit"),
    WorkKind(key="internal", label="Intern", billable="non_billable", surcharges=False),
)


def is_locked(day: date, rules: TimeRules) -> bool:
    """Tell whether *day* lies in the locked period; the lock date itself does."""
    return rules.locked_until is not None and day <= rules.locked_until


def refuse_locked_day(day: date, rules: TimeRules) -> None:
    """Raise PeriodLocked for a day up to the lock date."""
    if rules.locked_until is not None and day <= rules.locked_until:
        raise PeriodLocked(day, rules.locked_until)


def kind_of(key: str, kinds: Mapping[str, WorkKind]) -> WorkKind:
    """Return the kind of work called *key*; raises UnknownWorkType."""
    kind = kinds.get(key)
    if kind is None:
        raise UnknownWorkType(key, kinds)
    return kind
