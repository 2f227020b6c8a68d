"""/workflow: the statuses of the desk, and which steps lead from one to another."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Resource, answer, expected_version
from psa_common.guards import requires
from psa_tickets.domain.closing import CloseRules
from psa_tickets.domain.status_kind import Kind, SlaEffect, Stage
from psa_tickets.domain.workflow import StatusDefinition, Transition, Workflow
from psa_tickets.queries import workflows
from psa_tickets.queries.workflows import CurrentWorkflow
from psa_tickets.usecases import workflow_editing

#: Which statuses there are is the tenant's choice.
StatusKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Label = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\r\n\t]*\S[^\r\n\t]*\Z")]
FieldName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39})?\Z")]


class StatusInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A status; without an `sla_effect` its kind decides."""

    key: StatusKey
    kind: Kind
    label_de: Label
    label_en: Label
    customer_label: Label | None = None
    sla_effect: Literal["run", "pause"] | None = None
    allow_time_entry: bool = True


class TransitionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step, and what it demands: fields (or `custom.<key>`), a permission."""

    source: StatusKey
    target: StatusKey
    required_fields: Annotated[list[FieldName], Meta(max_length=20)] = []
    permission: Annotated[str, Meta(max_length=60)] | None = None


class CloseRulesInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be done before a ticket counts as solved."""

    resolution_comment: bool = False
    time_entry: bool = False
    required_fields: bool = False
    no_open_children: bool = True
    checklist_complete: bool = True


class WorkflowInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole process; it takes the place of the one before."""

    statuses: Annotated[list[StatusInput], Meta(min_length=3, max_length=60)]
    transitions: Annotated[list[TransitionInput], Meta(max_length=1000)]
    initial: StatusKey
    after_assignment: StatusKey
    after_reply: StatusKey
    close_rules: CloseRulesInput = CloseRulesInput()
    reopen_days: Annotated[int, Meta(ge=0, le=365)] = 7
    auto_close_days: Annotated[int, Meta(ge=1, le=90)] | None = 5


class StatusAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A status as readers see it, with what it means."""

    key: str
    kind: Kind
    status_category: Stage
    label_de: str
    label_en: str
    customer_label: str | None
    sla_effect: SlaEffect
    allow_time_entry: bool


class TransitionAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A step as readers see it."""

    source: str
    target: str
    required_fields: tuple[str, ...]
    permission: str | None


class WorkflowAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The process as readers see it."""

    statuses: list[StatusAttributes]
    transitions: list[TransitionAttributes]
    initial: str
    after_assignment: str
    after_reply: str
    close_rules: CloseRules
    reopen_days: int
    auto_close_days: int | None


def show(current: CurrentWorkflow, tenant_id: UUID) -> Resource[WorkflowAttributes]:
    """Show the process; there is one for each tenant."""
    workflow = current.workflow
    statuses = [_show_status(status) for status in workflow.statuses]
    transitions = [
        TransitionAttributes(
            source=one.source,
            target=one.target,
            required_fields=one.required_fields,
            permission=one.permission,
        )
        for one in workflow.transitions
    ]
    attributes = WorkflowAttributes(
        statuses=statuses,
        transitions=transitions,
        initial=workflow.initial,
        after_assignment=workflow.after_assignment,
        after_reply=workflow.after_reply,
        close_rules=workflow.close_rules,
        reopen_days=workflow.reopen_days,
        auto_close_days=workflow.auto_close_days,
    )
    return Resource(tenant_id, "workflow", attributes)


def _show_status(status: StatusDefinition) -> StatusAttributes:
    return StatusAttributes(
        key=status.key,
        kind=status.kind,
        status_category=status.stage,
        label_de=status.label_de,
        label_en=status.label_en,
        customer_label=status.customer_label,
        sla_effect=status.effect,
        allow_time_entry=status.allow_time_entry,
    )


def workflow_of(data: WorkflowInput) -> Workflow:
    """Return the process that the input describes; raises what the domain refuses."""
    return Workflow(
        statuses=tuple(
            StatusDefinition(
                key=status.key,
                kind=status.kind,
                label_de=status.label_de,
                label_en=status.label_en,
                customer_label=status.customer_label,
                sla_effect=SlaEffect(status.sla_effect) if status.sla_effect else None,
                allow_time_entry=status.allow_time_entry,
            )
            for status in data.statuses
        ),
        transitions=tuple(
            Transition(
                source=one.source,
                target=one.target,
                required_fields=tuple(one.required_fields),
                permission=one.permission,
            )
            for one in data.transitions
        ),
        initial=data.initial,
        after_assignment=data.after_assignment,
        after_reply=data.after_reply,
        close_rules=CloseRules(**msgspec.structs.asdict(data.close_rules)),
        reopen_days=data.reopen_days,
        auto_close_days=data.auto_close_days,
    )


@get("/", guards=[requires("ticket:view")])
async def read_workflow(tx: NamedDependency[Tx]) -> Document[WorkflowAttributes]:
    """Read the process that tickets follow."""
    current = await workflows.get(tx)
    return answer(show(current, tx.tenant_id), version=current.version)


@put("/", guards=[requires("desk:manage")])
async def replace_workflow(
    request: Request[Any, Any, Any], data: JSONBody[WorkflowInput], tx: NamedDependency[Tx]
) -> Document[WorkflowAttributes]:
    """Let tickets follow another process; statuses in use keep their meaning."""
    current = await workflow_editing.replace_workflow(
        tx,
        workflow_of(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(show(current, tx.tenant_id), version=current.version)


ROUTER = Router("/workflow", route_handlers=[read_workflow, replace_workflow])
