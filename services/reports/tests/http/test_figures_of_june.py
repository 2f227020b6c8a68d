"""The figures of T-1001 and its invoice, as every report must tell them."""

from datetime import UTC, datetime

import msgspec
import pytest

from psa_common.testing import Api
from reports_builders import June, arrive, report_of


async def test_the_sla_report_says_one_of_one_met_with_79_2_percent(
    reader: Api, june: June
) -> None:
    await june.happen()

    report = await report_of(reader, "sla?from=2026-06-01&until=2026-07-01&priority=P2")

    response, resolution = report["rows"]
    assert resolution == {
        "priority": "P2",
        "metric": "resolution",
        "measured": 1,
        "met": 1,
        "missed": 0,
        "met_percent": "100.0",
        "average_consumed_percent": "79.2",
        "warnings": 1,
        "breaches": 0,
    }
    assert (response["metric"], response["met"]) == ("response", 1)
    assert response["average_consumed_percent"] == "16.7"
    assert [total["priority"] for total in report["totals"]] == [None, None]
    assert report["parameters"] == {
        "from": "2026-06-01",
        "until": "2026-07-01",
        "priority": "P2",
        "metric": None,
        "customer_id": None,
    }


async def test_july_s_revenue_by_invoice_is_786_29_gross(reader: Api, june: June) -> None:
    await june.happen()

    report = await report_of(reader, "revenue?month=2026-07")

    amounts = {
        "currency": "EUR",
        "invoices": 1,
        "recurring_cents": 43_500,
        "time_cents": 22_575,
        "one_off_cents": 0,
        "credit_cents": 0,
        "other_cents": 0,
        "net_cents": 66_075,
        "vat_cents": 12_554,
        "gross_cents": 78_629,
    }
    nobody = {"customer_id": None, "customer_number": None, "customer_name": None}
    mueller = {
        "customer_id": str(june.customer_id),
        "customer_number": "KD-10042",
        "customer_name": "Müller Maschinenbau GmbH",
    }
    assert report["rows"] == [{**mueller, **amounts}]
    assert report["totals"] == [{**nobody, **amounts}]
    assert (await report_of(reader, "revenue?month=2026-06"))["rows"] == []


@pytest.mark.parametrize(
    ("month", "recurring", "time"), [("2026-06", 0, 22_575), ("2026-07", 43_500, 0)]
)
async def test_revenue_by_service_puts_the_work_into_june_and_the_servers_into_july(
    reader: Api, june: June, month: str, recurring: int, time: int
) -> None:
    await june.happen()

    report = await report_of(reader, f"revenue?month={month}&basis=service")

    [row] = report["rows"]
    assert (row["recurring_cents"], row["time_cents"]) == (recurring, time)
    assert row["net_cents"] == recurring + time
    assert row["vat_cents"] is row["gross_cents"] is None
    assert report["totals"][0]["vat_cents"] is None


async def test_after_the_invoice_nothing_is_unbilled(reader: Api, june: June) -> None:
    await june.happen()

    report = await report_of(reader, "unbilled-work?until=2026-07-01")

    assert report["rows"] == []
    [total] = report["totals"]
    assert (total["entries"], total["minutes"]) == (0, 0)


async def test_before_the_invoice_100_minutes_on_t_1001_are_unbilled(
    reader: Api, june: June
) -> None:
    await june.happen(without=["invoice.issued.v1"])

    report = await report_of(reader, "unbilled-work?until=2026-07-01")

    assert report["rows"] == [
        {
            "customer_id": str(june.customer_id),
            "customer_number": "KD-10042",
            "customer_name": "Müller Maschinenbau GmbH",
            "kind": "ticket",
            "number": "T-1001",
            "title": "Warenwirtschaft langsam",
            "entries": 3,
            "minutes": 100,
            "first_work_date": "2026-06-03",
            "last_work_date": "2026-06-08",
        }
    ]
    assert (report["totals"][0]["entries"], report["totals"][0]["minutes"]) == (3, 100)


async def test_the_last_day_is_not_part_of_the_period(reader: Api, june: June) -> None:
    await june.happen(without=["invoice.issued.v1"])

    report = await report_of(reader, "unbilled-work?from=2026-06-05&until=2026-06-08")

    assert report["totals"][0]["minutes"] == 75


async def test_billable_work_on_a_task_is_named_by_its_task(reader: Api, june: June) -> None:
    await june.happen()
    await june.tell("time_entry.approved.v1", june.internal_entry(billable="billable"))

    [row] = (await report_of(reader, "unbilled-work"))["rows"]

    assert (row["kind"], row["number"], row["title"]) == ("task", "P-1001-1", "Betriebshandbuch")
    assert row["customer_number"] is None


async def test_utilisation_tells_billable_and_internal_minutes_apart(
    reader: Api, june: June
) -> None:
    await june.happen()
    goodwill = june.entry(minutes=10, billable="goodwill")
    await june.tell("time_entry.approved.v1", goodwill)

    report = await report_of(reader, "utilisation?from=2026-06-01&until=2026-07-01")

    [row] = report["rows"]
    assert row == {
        "user_id": str(june.technician_id),
        "user_name": "Technician",
        "entries": 5,
        "minutes": 140,
        "billable_minutes": 100,
        "goodwill_minutes": 10,
        "no_charge_minutes": 0,
        "non_billable_minutes": 30,
        "billable_percent": "71.4",
    }
    assert report["totals"] == [{**row, "user_id": None, "user_name": None}]


async def test_a_resolved_ticket_is_no_backlog(reader: Api, june: June) -> None:
    await june.happen(without=["ticket.status_changed.v1"])
    open_ = await report_of(reader, "backlog")
    await june.tell("ticket.status_changed.v1", june.resolved(), sequence=6)

    over = await report_of(reader, "backlog")

    [row] = open_["rows"]
    assert (row["priority"], row["category"], row["tickets"]) == ("P2", "new", 1)
    assert row["oldest_opened_at"] == "2026-06-03T14:30:00Z"
    assert (over["rows"], over["totals"][0]["tickets"]) == ([], 0)


async def test_a_report_says_how_far_it_has_heard(reader: Api, june: June) -> None:
    before = await report_of(reader, "sla")
    newest = datetime(2026, 7, 1, 8, tzinfo=UTC)
    older = datetime(2026, 6, 30, 8, tzinfo=UTC)
    created = june.event("user.created.v1", june.technician())
    updated = june.event("user.updated.v1", june.technician())
    await arrive(june.pool, msgspec.structs.replace(created, time=newest))
    await arrive(june.pool, msgspec.structs.replace(updated, time=older))

    after = await report_of(reader, "sla")

    assert before["as_of"] is None
    assert after["as_of"] == "2026-07-01T08:00:00Z"


async def test_a_measurement_belongs_to_the_tenants_day(reader: Api, june: June) -> None:
    await june.happen(without=["sla.measured.v1"])
    late = june.measured(measured_at="2026-06-30T22:30:00Z")
    await june.tell("sla.measured.v1", late, sequence=9)

    june_report = await report_of(reader, "sla?from=2026-06-01&until=2026-07-01")
    july_report = await report_of(reader, "sla?from=2026-07-01&metric=resolution")

    assert [row["measured"] for row in june_report["rows"]] == [0]
    assert [row["measured"] for row in july_report["rows"]] == [1]
