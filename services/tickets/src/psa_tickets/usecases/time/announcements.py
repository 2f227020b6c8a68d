"""Tell the other services how far time, travel and material are on their way to the invoice."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_events import outbox
from psa_tickets.domain.time.entry import Approval
from psa_tickets.events import (
    MaterialApproved,
    Surcharge,
    TimeEntryApproved,
    TimeEntryRejected,
    TimeEntryReversed,
    TimeEntrySubmitted,
    TimeEntryWithdrawn,
    TravelApproved,
)
from psa_tickets.queries.charges import Material, Travel
from psa_tickets.queries.time_entries import EntryRow


def submitted(tx: Tx, row: EntryRow, principal: Principal, *, now: datetime) -> None:
    """Tell that somebody asks for approval."""
    event = TimeEntrySubmitted(
        time_entry_id=row.id,
        ticket_id=row.ticket_id,
        task_id=row.task_id,
        customer_id=row.customer_id,
        user_id=row.user_id,
        work_date=row.work_date,
        minutes=row.minutes,
        work_type=row.work_type,
        billable=row.billable,
        submitted_at=now,
        submitted_by=principal.user_id,
    )
    outbox.publish(tx, event)


def approved(
    tx: Tx, row: EntryRow, principal: Principal, *, ticket_number: str | None, now: datetime
) -> None:
    """Tell that the time may be billed, and which part of it counts more."""
    parts = [Surcharge(**msgspec.structs.asdict(part)) for part in row.surcharges]
    event = TimeEntryApproved(
        time_entry_id=row.id,
        ticket_id=row.ticket_id,
        ticket_number=ticket_number,
        task_id=row.task_id,
        customer_id=row.customer_id,
        user_id=row.user_id,
        work_date=row.work_date,
        started_at=row.started_at,
        minutes=row.minutes,
        work_type=row.work_type,
        billable=row.billable,
        note=row.note,
        approved_at=now,
        approved_by=principal.user_id,
        surcharges=parts or msgspec.UNSET,
    )
    outbox.publish(tx, event)


def rejected(tx: Tx, row: EntryRow, principal: Principal, *, now: datetime) -> None:
    """Tell that somebody has to look at it again."""
    event = TimeEntryRejected(
        time_entry_id=row.id,
        customer_id=row.customer_id,
        user_id=row.user_id,
        work_date=row.work_date,
        reason=row.reason,
        rejected_at=now,
        rejected_by=principal.user_id,
    )
    outbox.publish(tx, event)


def withdrawn(tx: Tx, row: EntryRow, principal: Principal, *, now: datetime) -> None:
    """Tell that nobody asks for approval any more."""
    event = TimeEntryWithdrawn(
        time_entry_id=row.id,
        customer_id=row.customer_id,
        work_date=row.work_date,
        withdrawn_at=now,
        withdrawn_by=principal.user_id,
    )
    outbox.publish(tx, event)


def reversed_(tx: Tx, row: EntryRow, twin: EntryRow, principal: Principal, now: datetime) -> None:
    """Tell that an approved entry is taken back; minutes are those of the entry."""
    event = TimeEntryReversed(
        time_entry_id=row.id,
        reversal_id=twin.id,
        ticket_id=row.ticket_id,
        task_id=row.task_id,
        customer_id=row.customer_id,
        work_date=row.work_date,
        minutes=row.minutes,
        was_billed=row.state is Approval.BILLED,
        reason=twin.reason,
        reversed_at=now,
        reversed_by=principal.user_id,
    )
    outbox.publish(tx, event)


def travel_approved(tx: Tx, row: Travel, approver: UUID, ticket_number: str, now: datetime) -> None:
    """Tell that the way may be billed."""
    event = TravelApproved(
        travel_id=row.id,
        ticket_id=row.ticket_id,
        ticket_number=ticket_number,
        customer_id=row.customer_id,
        user_id=row.user_id,
        visit_date=row.visit_date,
        zone=row.zone,
        km=None if row.km is None else plain(row.km),
        minutes=row.minutes,
        billable=row.billable,
        note=row.note,
        approved_at=now,
        approved_by=approver,
    )
    outbox.publish(tx, event)


def material_approved(
    tx: Tx, row: Material, approver: UUID, ticket_number: str, now: datetime
) -> None:
    """Tell that the material may be billed."""
    event = MaterialApproved(
        material_id=row.id,
        ticket_id=row.ticket_id,
        ticket_number=ticket_number,
        customer_id=row.customer_id,
        user_id=row.user_id,
        used_on=row.used_on,
        description=row.description,
        product_ref=row.product_ref,
        serial=row.serial,
        quantity=plain(row.quantity),
        unit_price_cents=row.unit_price_cents,
        unit_cost_cents=row.unit_cost_cents,
        currency=row.currency,
        tax_class=row.tax_class,
        billable=row.billable,
        approved_at=now,
        approved_by=approver,
    )
    outbox.publish(tx, event)


def plain(number: Decimal) -> str:
    """Return *number* without exponent or trailing zeros, so that equal ones look equal."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
