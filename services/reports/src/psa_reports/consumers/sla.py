"""What reports keep of the SLA clocks of tickets."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_reports.queries import sla


class SlaMeasured(msgspec.Struct, frozen=True):
    """How a clock stopped; the contract has more."""

    ticket_id: UUID
    customer_id: UUID
    metric: str
    priority: str
    budget_minutes: int
    consumed_minutes: int
    verdict: str
    measured_at: datetime
    excluded: bool = False


class SlaAlert(msgspec.Struct, frozen=True):
    """A clock reached a level; the contract has more."""

    ticket_id: UUID
    metric: str
    priority: str
    due_at: datetime
    occurred_at: datetime


async def keep_result(tx: Tx, event: SlaMeasured, envelope: Envelope) -> None:
    """Keep how the clock stopped; a later measurement replaces it."""
    result = sla.Result(
        ticket_id=event.ticket_id,
        metric=event.metric,
        customer_id=event.customer_id,
        priority=event.priority,
        budget_minutes=event.budget_minutes,
        consumed_minutes=event.consumed_minutes,
        met=event.verdict == "met",
        measured_at=event.measured_at,
        excluded=event.excluded,
    )
    sla.keep_result(tx, result, sequence=envelope.sequence)


async def keep_warning(tx: Tx, event: SlaAlert, _envelope: Envelope) -> None:
    """Count the warning."""
    _keep_alert(tx, event, "warning")


async def keep_breach(tx: Tx, event: SlaAlert, _envelope: Envelope) -> None:
    """Count the breach."""
    _keep_alert(tx, event, "breach")


def _keep_alert(tx: Tx, event: SlaAlert, level: str) -> None:
    alert = sla.Alert(
        ticket_id=event.ticket_id,
        metric=event.metric,
        level=level,
        due_at=event.due_at,
        priority=event.priority,
        occurred_at=event.occurred_at,
    )
    sla.keep_alert(tx, alert)


SUBSCRIPTIONS = (
    Subscription("sla.measured.v1", SlaMeasured, keep_result),
    Subscription("sla.warning.v1", SlaAlert, keep_warning),
    Subscription("sla.breached.v1", SlaAlert, keep_breach),
)
