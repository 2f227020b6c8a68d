"""What the service desk says of time besides its approval, as events of the demo's story."""

from typing import Any
from uuid import UUID

from billing_story import Story
from psa_common.ids import uuid7


def submitted(story: Story, time_entry_id: UUID, **changes: Any) -> dict[str, Any]:
    """Return time_entry.submitted.v1: E9, 190 minutes on site on 16 June."""
    return {
        "time_entry_id": time_entry_id,
        "ticket_id": story.ticket_id,
        "task_id": None,
        "customer_id": story.customer_id,
        "user_id": uuid7(),
        "work_date": "2026-06-16",
        "minutes": 190,
        "work_type": "on_site",
        "billable": "billable",
        "submitted_at": "2026-06-16T16:00:00Z",
        "submitted_by": uuid7(),
    } | changes


def approved(story: Story, time_entry_id: UUID, **changes: Any) -> dict[str, Any]:
    """Return time_entry.approved.v1 for what *submitted* says."""
    kept = submitted(story, time_entry_id)
    del kept["submitted_at"], kept["submitted_by"]
    return (
        kept
        | {
            "ticket_number": "T-1005",
            "started_at": None,
            "note": "Serverumzug",
            "approved_at": "2026-06-30T12:00:00Z",
            "approved_by": uuid7(),
        }
        | changes
    )


def rejected(story: Story, time_entry_id: UUID) -> dict[str, Any]:
    """Return time_entry.rejected.v1."""
    return {
        "time_entry_id": time_entry_id,
        "customer_id": story.customer_id,
        "user_id": uuid7(),
        "work_date": "2026-06-16",
        "reason": "Falscher Kunde",
        "rejected_at": "2026-06-17T08:00:00Z",
        "rejected_by": uuid7(),
    }


def withdrawn(story: Story, time_entry_id: UUID) -> dict[str, Any]:
    """Return time_entry.withdrawn.v1."""
    return {
        "time_entry_id": time_entry_id,
        "customer_id": story.customer_id,
        "work_date": "2026-06-16",
        "withdrawn_at": "2026-06-17T08:00:00Z",
        "withdrawn_by": uuid7(),
    }


def reversed_(story: Story, time_entry_id: UUID, **changes: Any) -> dict[str, Any]:
    """Return time_entry.reversed.v1; the desk has not been told of any invoice."""
    return {
        "time_entry_id": time_entry_id,
        "reversal_id": uuid7(),
        "ticket_id": story.ticket_id,
        "task_id": None,
        "customer_id": story.customer_id,
        "work_date": "2026-06-05",
        "minutes": 75,
        "was_billed": False,
        "reason": "Falsches Ticket",
        "reversed_at": "2026-07-02T08:00:00Z",
        "reversed_by": uuid7(),
    } | changes


async def june_with(story: Story) -> UUID:
    """Let June happen and return the entry of 75 minutes, so that it can be taken back."""
    for number in ("SRV-01", "SRV-02", "SRV-03"):
        await story.server(number)
    await story.time(20, "2026-06-03")
    time_entry_id = await story.time(75, "2026-06-05")
    await story.time(5, "2026-06-08")
    await story.contract()
    return time_entry_id
