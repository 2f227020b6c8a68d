"""What arrives counts once, in whatever order it comes."""

import random
from itertools import permutations
from typing import Any

import pytest

from psa_common.ids import uuid7
from psa_common.testing import Api
from psa_events.envelope import Envelope
from reports_builders import June, arrive, report_of

REPORTS = (
    "sla",
    "backlog",
    "revenue?month=2026-07",
    "revenue?month=2026-06&basis=service",
    "unbilled-work",
    "utilisation",
)


async def _all_reports(reader: Api) -> list[Any]:
    """Return rows and totals of every report."""
    reports = [await report_of(reader, path) for path in REPORTS]
    return [(report["rows"], report["totals"]) for report in reports]


async def test_everything_delivered_twice_counts_once(reader: Api, june: June) -> None:
    envelopes = june.envelopes()
    first = [await arrive(june.pool, envelope) for envelope in envelopes]
    once = await _all_reports(reader)

    second = [await arrive(june.pool, envelope) for envelope in envelopes]

    assert all(first)
    assert not any(second)
    assert await _all_reports(reader) == once


async def test_everything_told_again_by_new_events_counts_once(reader: Api, june: June) -> None:
    await june.happen()
    once = await _all_reports(reader)

    await june.happen()

    assert await _all_reports(reader) == once


@pytest.mark.parametrize("seed", range(5))
async def test_the_figures_are_the_same_in_any_order(reader: Api, june: June, seed: int) -> None:
    envelopes = june.envelopes()
    random.Random(seed).shuffle(envelopes)

    for envelope in envelopes:
        await arrive(june.pool, envelope)

    sla, backlog, revenue, june_revenue, unbilled, utilisation = await _all_reports(reader)
    assert [row["average_consumed_percent"] for row in sla[0]] == ["16.7", "79.2"]
    assert backlog[0] == []
    assert [row["gross_cents"] for row in revenue[0]] == [78_629]
    assert [row["net_cents"] for row in june_revenue[0]] == [22_575]
    assert unbilled[0] == []
    assert [row["minutes"] for row in utilisation[0]] == [130]


def _measurements(june: June) -> list[Envelope]:
    """Return a clock that is met, missed after a reopening, and met again after another."""
    missed = june.measured(verdict="missed", consumed_minutes=500)
    again = june.measured(consumed_minutes=410, measured_at="2026-06-09T07:30:00Z")
    return [
        june.event("sla.measured.v1", june.measured(), sequence=7),
        june.event("sla.measured.v1", missed, sequence=10),
        june.event("sla.measured.v1", again, sequence=13),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_clock_counts_with_its_last_measurement(
    reader: Api, june: June, order: tuple[int, ...]
) -> None:
    measurements = _measurements(june)

    for at in order:
        await arrive(june.pool, measurements[at])

    [row] = (await report_of(reader, "sla"))["rows"]
    assert (row["measured"], row["met"]) == (1, 1)
    assert row["average_consumed_percent"] == "85.4"


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_each_field_of_a_ticket_has_its_newest_value(
    reader: Api, june: June, order: tuple[int, ...]
) -> None:
    entry = june.entry()
    changed = [{"field": "title", "previous": "x", "current": "Anderer Name"}]
    raised = [{"field": "priority", "previous": "P2", "current": "P1"}]
    ticket = {"ticket_id": june.ticket_id}
    waiting = june.resolved(current="waiting_customer", category="waiting_customer")
    envelopes = [
        june.event("ticket.created.v1", june.ticket(), sequence=1),
        june.event("ticket.updated.v1", {**ticket, "changes": changed}, sequence=3),
        june.event("ticket.updated.v1", {**ticket, "changes": raised}, sequence=2),
        june.event("ticket.status_changed.v1", waiting, sequence=4),
    ]
    await june.tell("time_entry.approved.v1", entry)

    for at in order:
        await arrive(june.pool, envelopes[at])

    [unbilled] = (await report_of(reader, "unbilled-work"))["rows"]
    [backlog] = (await report_of(reader, "backlog"))["rows"]
    assert unbilled["title"] == "Anderer Name"
    assert (backlog["priority"], backlog["category"]) == ("P1", "waiting_customer")


async def test_a_ticket_whose_opening_is_still_to_come_is_no_backlog(
    reader: Api, june: June
) -> None:
    waiting = june.resolved(current="waiting_customer", category="waiting_customer")

    await june.tell("ticket.status_changed.v1", waiting, sequence=4)

    assert (await report_of(reader, "backlog"))["rows"] == []


async def test_an_alert_counts_once_for_each_due_date(reader: Api, june: June) -> None:
    later = june.alert(due_at="2026-06-09T14:00:00Z", occurred_at="2026-06-09T12:00:00Z")
    for data in (june.alert(), june.alert(), later):
        await june.tell("sla.warning.v1", data)
    await june.tell("sla.breached.v1", june.alert())

    [row] = (await report_of(reader, "sla"))["rows"]

    assert (row["warnings"], row["breaches"]) == (2, 1)


async def test_who_has_left_keeps_their_name_and_minutes(reader: Api, june: June) -> None:
    left = {"user_id": june.technician_id, "deactivated_at": "2026-06-30T12:00:00Z"}
    await june.tell("user.deactivated.v1", left, sequence=2)
    await june.happen()

    [row] = (await report_of(reader, "utilisation"))["rows"]

    assert row["user_name"] == "Technician"


async def test_a_customer_is_called_by_the_newest_name(reader: Api, june: June) -> None:
    renamed = june.customer(name="Müller SE")
    await june.tell("customer.updated.v1", renamed, sequence=2)
    await june.happen()

    [row] = (await report_of(reader, "revenue?month=2026-07"))["rows"]

    assert row["customer_name"] == "Müller SE"


async def test_an_invoice_with_many_entries_bills_each_of_them(reader: Api, june: June) -> None:
    entry_ids = [uuid7() for _ in range(300)]
    for entry_id in entry_ids[:3]:
        await june.tell("time_entry.approved.v1", june.entry(time_entry_id=entry_id))
    lines = [
        {
            "position": 1,
            "kind": "time",
            "service_from": "2026-06-08",
            "service_to": "2026-06-03",
            "net_cents": 100,
            "time_entry_ids": entry_ids,
        }
    ]

    await june.tell("invoice.issued.v1", june.invoice(lines=lines))

    assert (await report_of(reader, "unbilled-work"))["rows"] == []
    [row] = (await report_of(reader, "revenue?month=2026-06&basis=service"))["rows"]
    assert row["net_cents"] == 100
