"""What the desk says after the fact changes the figures, in whatever order it is heard."""

from itertools import permutations
from typing import Any

import pytest

from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.envelope import Envelope
from psa_events.testing import an_envelope
from reports_builders import June, arrive, report_of


async def arrive_twice(june: June, envelopes: list[Envelope], order: tuple[int, ...]) -> None:
    """Let each event arrive and come again."""
    for at in order:
        assert await arrive(june.pool, envelopes[at])
        assert not await arrive(june.pool, envelopes[at])


async def measured(reader: Api, metric: str = "resolution") -> int:
    """Return how many clocks of the metric the SLA report counts."""
    rows = (await report_of(reader, f"sla?metric={metric}"))["rows"]
    return sum(row["measured"] for row in rows)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1)])
async def test_time_that_was_taken_back_counts_nowhere(
    reader: Api, june: June, order: tuple[int, ...]
) -> None:
    wrong = uuid7()
    envelopes = [
        june.event("time_entry.approved.v1", june.entry(time_entry_id=wrong)),
        june.event("time_entry.reversed.v1", june.taken_back(wrong), sequence=2),
        june.event("time_entry.approved.v1", june.entry(minutes=60)),
    ]

    await arrive_twice(june, envelopes, order)

    [unbilled] = (await report_of(reader, "unbilled-work"))["rows"]
    [utilisation] = (await report_of(reader, "utilisation"))["rows"]
    assert (unbilled["entries"], unbilled["minutes"]) == (1, 60)
    assert (utilisation["entries"], utilisation["billable_minutes"]) == (1, 60)


async def test_time_that_was_taken_back_after_its_invoice_is_not_utilisation(
    reader: Api, june: June
) -> None:
    await june.happen()

    await june.tell("time_entry.reversed.v1", june.taken_back(june.entry_ids[1]), sequence=2)

    [row] = (await report_of(reader, "utilisation"))["rows"]
    [revenue] = (await report_of(reader, "revenue?month=2026-07"))["rows"]
    assert row["minutes"] == 130 - 75
    assert revenue["gross_cents"] == 78_629


async def test_what_another_tenant_takes_back_counts_here(
    reader: Api, june: June, beta: Tenant
) -> None:
    entry = june.entry()
    await june.tell("time_entry.approved.v1", entry)
    theirs = june.taken_back(entry["time_entry_id"])

    await arrive(june.pool, an_envelope(beta.id, "time_entry.reversed.v1", theirs))

    assert (await report_of(reader, "unbilled-work"))["totals"][0]["minutes"] == 75


@pytest.mark.parametrize("order", list(permutations(range(2))))
async def test_a_ticket_that_is_left_out_has_neither_verdict_nor_alert(
    reader: Api, june: June, order: tuple[int, ...]
) -> None:
    envelopes = [
        june.event("sla.measured.v1", june.measured(), sequence=7),
        june.event("sla.measured.v1", june.measured(excluded=True), sequence=9),
    ]
    await june.tell("sla.warning.v1", june.alert())

    await arrive_twice(june, envelopes, order)

    assert (await report_of(reader, "sla"))["rows"] == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_ticket_that_is_taken_in_again_counts_again(
    reader: Api, june: June, order: tuple[int, ...]
) -> None:
    envelopes = [
        june.event("sla.measured.v1", june.measured(), sequence=7),
        june.event("sla.measured.v1", june.measured(excluded=True), sequence=9),
        june.event("sla.measured.v1", june.measured(excluded=False), sequence=12),
    ]
    await june.tell("sla.breached.v1", june.alert())

    await arrive_twice(june, envelopes, order)

    [row] = (await report_of(reader, "sla"))["rows"]
    assert (row["measured"], row["met"], row["breaches"]) == (1, 1, 1)


def _merge(june: June) -> list[Envelope]:
    """Return a solved ticket that is merged afterwards."""
    closed = june.resolved(current="closed", category="closed")
    return [
        june.event("ticket.created.v1", june.ticket(), sequence=1),
        june.event("sla.measured.v1", june.measured(metric="response"), sequence=2),
        june.event("sla.measured.v1", june.measured(), sequence=7),
        june.event("ticket.status_changed.v1", closed, sequence=8),
        june.event("ticket.merged.v1", june.merged(), sequence=9),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (4, 0, 2, 1, 3)])
async def test_a_merged_ticket_is_not_solved_a_second_time(
    reader: Api, june: June, order: tuple[int, ...]
) -> None:
    goes_on = june.measured(ticket_id=uuid7())
    await june.tell("sla.measured.v1", goes_on)

    await arrive_twice(june, _merge(june), order)

    assert await measured(reader) == 1
    assert await measured(reader, "response") == 1
    assert (await report_of(reader, "backlog"))["rows"] == []


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (5, 0, 4, 2, 3, 1)])
async def test_after_the_merge_was_undone_both_are_solved(
    reader: Api, june: June, order: tuple[int, ...]
) -> None:
    undone = june.event("ticket.unmerged.v1", {"ticket_id": june.ticket_id}, sequence=11)
    await june.tell("sla.measured.v1", june.measured(ticket_id=uuid7()))

    await arrive_twice(june, [*_merge(june), undone], order)

    assert await measured(reader) == 2


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_ticket_counts_for_the_customer_whom_it_belongs_to_now(
    reader: Api, june: June, order: tuple[int, ...]
) -> None:
    other = uuid7()
    moved = [{"field": "customer_id", "previous": str(june.customer_id), "current": str(other)}]
    envelopes = [
        june.event("ticket.created.v1", june.ticket(), sequence=1),
        june.event("sla.measured.v1", june.measured(metric="response"), sequence=2),
        june.event(
            "ticket.updated.v1", {"ticket_id": june.ticket_id, "changes": moved}, sequence=3
        ),
    ]

    await arrive_twice(june, envelopes, order)

    for report in ("backlog", "sla"):
        assert (await report_of(reader, f"{report}?customer_id={june.customer_id}"))["rows"] == []
        assert len((await report_of(reader, f"{report}?customer_id={other}"))["rows"]) == 1


@pytest.mark.parametrize(
    ("status", "category", "open_tickets"),
    [
        ("beim_hersteller", "waiting", 1),
        ("in_arbeit", "open", 1),
        ("abgebrochen", "closed", 0),
        ("geloest", "resolved", 0),
        ("geparkt", "a_kind_of_tomorrow", 1),
    ],
)
async def test_a_desk_may_call_its_statuses_and_types_as_it_likes(
    reader: Api, june: June, status: str, category: str, open_tickets: int
) -> None:
    await june.tell("ticket.created.v1", june.ticket(type="task_of_tomorrow"))

    await june.tell(
        "ticket.status_changed.v1", june.resolved(current=status, category=category), sequence=2
    )

    rows = (await report_of(reader, "backlog"))["rows"]
    assert sum(row["tickets"] for row in rows) == open_tickets


async def test_changes_of_fields_that_no_report_shows_change_no_figure(
    reader: Api, june: June
) -> None:
    await june.happen()
    before = [await report_of(reader, path) for path in ("sla", "backlog")]
    changes: list[dict[str, Any]] = [
        {"field": "tags", "previous": "[]", "current": '["server"]'},
        {"field": "queue_id", "previous": None, "current": str(uuid7())},
        {"field": "due_at", "previous": "2026-06-10T10:00:00Z", "current": None},
        {"field": "field_of_tomorrow", "previous": None, "current": "x"},
    ]

    data = {"ticket_id": june.ticket_id, "changes": changes}
    assert await june.tell("ticket.updated.v1", data, sequence=20)

    after = [await report_of(reader, path) for path in ("sla", "backlog")]
    assert [report["rows"] for report in after] == [report["rows"] for report in before]
