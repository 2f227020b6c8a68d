"""Why a process is refused: every way in which a ticket could get stuck in it."""

from collections.abc import Iterable

from psa_common.errors import Invalid, Refused
from psa_tickets.domain.status_kind import Kind


class WorkflowRefused(Refused):
    """The statuses and steps do not make a process that a ticket could live in."""

    code = "workflow_refused"


class BadStatusKey(Invalid):
    """A status key is written into URLs, events and reports."""

    code = "bad_status_key"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key!r} is no status key; use up to 40 small letters, digits and underscores.",
            field="statuses",
        )


class StatusTwice(WorkflowRefused):
    """A key names one status."""

    code = "status_twice"

    def __init__(self, keys: Iterable[str]) -> None:
        super().__init__(f"Defined twice: {', '.join(keys)}.", field="statuses")


class StepTwice(WorkflowRefused):
    """Between two statuses there is one step."""

    code = "step_twice"

    def __init__(self, step: tuple[str, str]) -> None:
        super().__init__(
            f"The step from {step[0]} to {step[1]} is defined twice; keep one.",
            field="transitions",
        )


class UnknownStatus(Invalid):
    """The status is not one of the tenant's."""

    code = "unknown_status"

    def __init__(self, key: str, known: Iterable[str], *, field: str = "status") -> None:
        super().__init__(f"There is no status {key}; there are {', '.join(known)}.", field=field)
        self.key = key


class UnknownDemand(WorkflowRefused):
    """A step demands what a ticket does not have, or a permission that does not exist."""

    code = "unknown_demand"

    def __init__(self, demand: str, known: Iterable[str]) -> None:
        super().__init__(
            f"A step cannot demand {demand}; it can demand {', '.join(sorted(known))}.",
            field="transitions",
        )


class NoStatusOfKind(WorkflowRefused):
    """Every desk solves and closes tickets."""

    code = "no_status_of_kind"

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"Define at least one status of kind {kind}.", field="statuses")
        self.kind = kind


class WrongKindForRole(WorkflowRefused):
    """Where tickets start, or where they go by themselves, must be a status that fits."""

    code = "wrong_kind_for_role"

    def __init__(self, role: str, key: str, allowed: Iterable[Kind]) -> None:
        super().__init__(
            f"{role} is {key}; it must be a status of kind {' or '.join(allowed)}.", field=role
        )


class StatusUnreachable(WorkflowRefused):
    """No ticket could ever be there."""

    code = "status_unreachable"

    def __init__(self, keys: Iterable[str]) -> None:
        super().__init__(
            f"No steps lead from the first status to {', '.join(keys)}.", field="transitions"
        )


class FinalStatusLeft(WorkflowRefused):
    """What is closed stays so; a new problem is a follow-up ticket."""

    code = "final_status_left"

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is final; remove the steps out of it.", field="transitions")


class StepMissing(WorkflowRefused):
    """Something that happens by itself needs the step for it."""

    code = "step_missing"

    def __init__(self, source: str, wanted: str, why: str) -> None:
        super().__init__(f"Define a step from {source} to {wanted}: {why}.", field="transitions")


class ClockStopsAnyway(WorkflowRefused):
    """A solved or closed ticket has no running clock to pause."""

    code = "clock_stops_anyway"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key} stops the clock by its kind; leave out its sla_effect.", field="statuses"
        )
