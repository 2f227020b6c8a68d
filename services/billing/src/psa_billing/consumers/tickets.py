"""What billing does when the service desk reports something: approved time is billed."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_billing.domain.run_inputs import Billable
from psa_billing.queries import supplied
from psa_billing.queries.supplied import ApprovedTime
from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope


class TimeEntryApproved(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that we keep; the contract has more."""

    time_entry_id: UUID
    customer_id: UUID | None
    ticket_id: UUID | None
    ticket_number: str | None
    task_id: UUID | None
    user_id: UUID
    work_date: date
    minutes: int
    work_type: str
    billable: Billable
    note: str
    approved_at: datetime


async def keep_time(tx: Tx, event: TimeEntryApproved, envelope: Envelope) -> None:
    """Keep the entry, billable or not, until a run bills it or passes it over."""
    values = msgspec.structs.asdict(event)
    entry = ApprovedTime(id=values.pop("time_entry_id"), **values)
    supplied.keep_time_entry(tx, entry, sequence=envelope.sequence)


SUBSCRIPTIONS = (Subscription("time_entry.approved.v1", TimeEntryApproved, keep_time),)
