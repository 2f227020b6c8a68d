"""The statuses of a service desk and the steps between them, as a tenant defines them."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from psa_tickets.domain.closing import CloseRules
from psa_tickets.domain.status_kind import FINAL, SLA_EFFECTS, STAGES, Kind, SlaEffect, Stage
from psa_tickets.domain.workflow_refusals import (
    BadStatusKey,
    ClockStopsAnyway,
    FinalStatusLeft,
    NoStatusOfKind,
    StatusTwice,
    StatusUnreachable,
    StepMissing,
    StepTwice,
    UnknownDemand,
    UnknownStatus,
    WrongKindForRole,
)

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")

#: What a step may demand to be filled in; a field of the tenant's own is `custom.<key>`.
DEMANDABLE = frozenset(
    {
        "assignee_id",
        "category_id",
        "contact_id",
        "contract_id",
        "due_at",
        "estimated_minutes",
        "follow_up_at",
        "impact",
        "location_id",
        "order_reference",
        "queue_id",
        "urgency",
    }
)

#: What a step may demand of who takes it, beyond changing tickets at all.
PERMISSIONS = frozenset(
    {"desk:manage", "ticket:assign", "ticket:close", "ticket:merge", "ticket:override"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusDefinition:
    """One status: its fixed kind, and what people call it."""

    key: str
    kind: Kind
    label_de: str
    label_en: str
    #: What the customer reads instead, such as "In Bearbeitung" for everything inside.
    customer_label: str | None = None
    #: None follows the kind; a waiting status may let the clock run, an open one rest.
    sla_effect: SlaEffect | None = None
    allow_time_entry: bool = True

    @property
    def stage(self) -> Stage:
        """What the status means to other services."""
        return STAGES[self.kind]

    @property
    def effect(self) -> SlaEffect:
        """What the status does to the resolution clock."""
        return self.sla_effect or SLA_EFFECTS[self.stage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A step that tickets may take, and what it demands."""

    source: str
    target: str
    required_fields: tuple[str, ...] = ()
    permission: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """
    The process that tickets follow.

    `initial` is where they start, `after_assignment` where a new one goes with its owner,
    `after_reply` where the customer's words bring it back to. Raises a WorkflowRefused for
    anything in which a ticket could get stuck.
    """

    statuses: tuple[StatusDefinition, ...]
    transitions: tuple[Transition, ...]
    initial: str
    after_assignment: str
    after_reply: str
    close_rules: CloseRules = field(default_factory=CloseRules)
    #: For so many days after the solution the customer's reply reopens the ticket.
    reopen_days: int = 7
    #: After so many business days without a word a solved ticket is closed; None never does.
    auto_close_days: int | None = 5

    def __post_init__(self) -> None:
        _check_statuses(self)
        _check_transitions(self)
        _check_roles(self)
        _check_reach(self)

    def find(self, key: str) -> StatusDefinition | None:
        """Return the status called *key*, if there is one."""
        return next((status for status in self.statuses if status.key == key), None)

    def status(self, key: str, *, field: str = "status") -> StatusDefinition:
        """Return the status called *key*; raises UnknownStatus."""
        found = self.find(key)
        if found is None:
            raise UnknownStatus(key, self.keys, field=field)
        return found

    def step(self, source: str, target: str) -> Transition | None:
        """Return the step between two statuses, if the process has it."""
        return next(
            (one for one in self.transitions if (one.source, one.target) == (source, target)), None
        )

    def targets(self, source: str) -> list[str]:
        """Return where a ticket may go from *source*."""
        return [one.target for one in self.transitions if one.source == source]

    def closing_of(self, source: str) -> str | None:
        """Return the closed status that a step leads to from *source*."""
        closed = (key for key in self.targets(source) if self.status(key).kind is Kind.CLOSED)
        return next(closed, None)

    @property
    def reopen_window(self) -> timedelta:
        """How long after the solution a reply reopens; later ones are new problems."""
        return timedelta(days=self.reopen_days)

    @property
    def keys(self) -> list[str]:
        """The names of all statuses, in the tenant's order."""
        return [status.key for status in self.statuses]


def changed_in_meaning(before: Workflow, after: Workflow) -> list[str]:
    """Return the statuses that are gone, or that mean something else to clocks and reports."""
    kept = {status.key: (status.kind, status.effect) for status in after.statuses}
    return [
        status.key
        for status in before.statuses
        if kept.get(status.key) != (status.kind, status.effect)
    ]


def _check_statuses(workflow: Workflow) -> None:
    for key in workflow.keys:
        if not KEY.fullmatch(key):
            raise BadStatusKey(key)
    twice = [key for key, times in Counter(workflow.keys).items() if times > 1]
    if twice:
        raise StatusTwice(twice)

    for kind in (Kind.RESOLVED, Kind.CLOSED):
        if all(status.kind is not kind for status in workflow.statuses):
            raise NoStatusOfKind(kind)
    for status in workflow.statuses:
        stops = SLA_EFFECTS[status.stage] is SlaEffect.STOP
        if status.sla_effect and (stops or status.sla_effect is SlaEffect.STOP):
            raise ClockStopsAnyway(status.key)


def _check_transitions(workflow: Workflow) -> None:
    seen: set[tuple[str, str]] = set()
    for one in workflow.transitions:
        source = workflow.status(one.source, field="transitions")
        workflow.status(one.target, field="transitions")
        if source.kind in FINAL:
            raise FinalStatusLeft(one.source)
        if (one.source, one.target) in seen:
            raise StepTwice((one.source, one.target))
        seen.add((one.source, one.target))

        if one.permission is not None and one.permission not in PERMISSIONS:
            raise UnknownDemand(one.permission, PERMISSIONS)
        for name in one.required_fields:
            if name not in DEMANDABLE and not name.startswith("custom."):
                raise UnknownDemand(name, {*DEMANDABLE, "custom.<key>"})


def _check_roles(workflow: Workflow) -> None:
    roles = {
        "initial": (workflow.initial, (Kind.NEW,)),
        "after_assignment": (workflow.after_assignment, (Kind.NEW, Kind.OPEN)),
        "after_reply": (workflow.after_reply, (Kind.OPEN,)),
    }
    for role, (key, allowed) in roles.items():
        if workflow.status(key, field=role).kind not in allowed:
            raise WrongKindForRole(role, key, allowed)


def _check_reach(workflow: Workflow) -> None:
    for status in workflow.statuses:
        answered = status.kind in {Kind.WAITING_CUSTOMER, Kind.RESOLVED}
        if answered and workflow.step(status.key, workflow.after_reply) is None:
            raise StepMissing(
                status.key, workflow.after_reply, "there a ticket goes when the customer replies"
            )
        if status.kind is Kind.RESOLVED and workflow.closing_of(status.key) is None:
            raise StepMissing(status.key, "a closed status", "solved tickets are closed in time")

    reached = {workflow.initial, workflow.after_assignment}
    frontier = list(reached)
    while frontier:
        following = [key for key in workflow.targets(frontier.pop()) if key not in reached]
        reached.update(following)
        frontier += following
    if len(reached) < len(workflow.statuses):
        raise StatusUnreachable(key for key in workflow.keys if key not in reached)
