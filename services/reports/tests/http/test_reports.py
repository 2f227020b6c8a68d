"""/reports over HTTP: the catalogue, files, scopes, refusals."""

import csv
import io
from typing import Any

import pytest

from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from reports_builders import EVERYTHING, June, a_line, report_of

NAMES = ("sla", "backlog", "revenue", "unbilled-work", "utilisation")
PATHS = tuple(f"{name}?month=2026-07" if name == "revenue" else name for name in NAMES)


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Read a file as a spreadsheet would."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


async def test_the_catalogue_names_every_report_in_both_languages(reader: Api) -> None:
    response = await reader.get("/reports")

    entries = {item["attributes"]["name"]: item["attributes"] for item in response.json()["data"]}
    assert set(entries) == set(NAMES)
    assert entries["sla"]["title"] == {"de": "SLA-Einhaltung", "en": "SLA compliance"}
    assert entries["sla"]["path"] == "/api/v1/reports/sla"
    assert [one["name"] for one in entries["revenue"]["parameters"] if one["required"]] == ["month"]
    assert entries["revenue"]["permissions"] == ["report:view", "finance:view_cost"]


async def test_the_catalogue_names_every_parameter_that_a_report_takes(reader: Api) -> None:
    document = (await reader.get("/reports")).json()

    for item in document["data"]:
        name = item["attributes"]["name"]
        known = {one["name"] for one in item["attributes"]["parameters"]}
        refused = (await reader.get(f"/reports/{name}?x=1")).json()["error"]["message"]
        assert set(refused.partition("known are ")[2].rstrip(".").split(", ")) == known


@pytest.mark.parametrize("path", PATHS)
async def test_a_report_without_events_is_empty_but_sound(reader: Api, path: str) -> None:
    report = await report_of(reader, path)

    assert report["rows"] == []
    assert report["as_of"] is None


async def test_a_report_can_be_had_as_a_file(reader: Api, june: June) -> None:
    await june.happen()

    response = await reader.get("/reports/sla?format=csv")

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="sla.csv"'
    assert response.headers["cache-control"] == "private, no-cache"
    assert rows_of(response.content)[1] == {
        "priority": "P2",
        "metric": "resolution",
        "measured": "1",
        "met": "1",
        "missed": "0",
        "met_percent": "100,0",
        "average_consumed_percent": "79,2",
        "warnings": "1",
        "breaches": "0",
    }


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        ("", "text/csv", "text/csv"),
        ("", "application/json, text/csv;q=0.5", "application/json"),
        ("", "text/csv, application/json;q=0.5", "text/csv"),
        ("", "*/*", "application/json"),
        ("", "image/png", "application/json"),
        ("?format=json", "text/csv", "application/json"),
        ("?format=csv", "application/json", "text/csv"),
    ],
)
async def test_the_query_decides_about_the_format_before_the_header(
    reader: Api, query: str, accept: str, expected: str
) -> None:
    response = await reader.get(f"/reports/backlog{query}", headers={"accept": accept})

    assert response.headers["content-type"].partition(";")[0] == expected
    assert response.headers["vary"] == "accept"


async def test_a_customers_name_cannot_become_a_formula(reader: Api, june: June) -> None:
    await june.happen()
    evil = june.customer(name='=HYPERLINK("https://evil.example";"x")')
    await june.tell("customer.updated.v1", evil, sequence=2)

    response = await reader.get("/reports/revenue?month=2026-07&format=csv")

    [row] = rows_of(response.content)
    assert row["customer_name"] == '\'=HYPERLINK("https://evil.example";"x")'
    assert row["net_cents"] == "66075"


async def test_credits_and_unknown_kinds_have_their_columns(reader: Api, june: June) -> None:
    lines = [
        a_line(),
        a_line(position=2, kind="credit", net_cents=-4_833),
        a_line(position=3, kind="one_off", net_cents=17_980),
        a_line(position=4, kind="subscription_fee", net_cents=100),
    ]
    await june.tell("invoice.issued.v1", june.invoice(net_cents=56_747, lines=lines))

    [row] = (await report_of(reader, "revenue?month=2026-07"))["rows"]

    assert row["credit_cents"] == -4_833
    assert row["one_off_cents"] == 17_980
    assert row["other_cents"] == 100
    assert row["customer_number"] is None


async def test_currencies_are_never_added(reader: Api, june: June) -> None:
    await june.tell("invoice.issued.v1", june.invoice())
    swiss = june.invoice(invoice_id=uuid7(), currency="CHF")
    await june.tell("invoice.issued.v1", swiss)

    report = await report_of(reader, "revenue?month=2026-07")

    assert [(row["currency"], row["net_cents"]) for row in report["totals"]] == [
        ("CHF", 66_075),
        ("EUR", 66_075),
    ]


@pytest.mark.parametrize("net_cents", [10_000, -4_833, 1, 99])
async def test_the_months_of_a_line_add_up_to_the_line(
    reader: Api, june: June, net_cents: int
) -> None:
    line = a_line(service_from="2026-05-17", service_to="2026-08-03", net_cents=net_cents)
    await june.tell("invoice.issued.v1", june.invoice(lines=[line]))

    months = [
        await report_of(reader, f"revenue?month=2026-{month:02}&basis=service")
        for month in range(4, 10)
    ]

    shares = [sum(row["net_cents"] for row in month["rows"]) for month in months]
    assert sum(shares) == net_cents
    assert (shares[0], shares[-1]) == (0, 0)


async def test_a_month_gets_its_days_rounded_half_up_away_from_zero(
    reader: Api, june: June
) -> None:
    half = {"service_from": "2026-06-30", "service_to": "2026-07-01"}
    lines = [
        a_line(net_cents=1, **half),
        a_line(position=2, kind="credit", net_cents=-1, **half),
    ]
    await june.tell("invoice.issued.v1", june.invoice(lines=lines))

    [row] = (await report_of(reader, "revenue?month=2026-06&basis=service"))["rows"]

    assert (row["recurring_cents"], row["credit_cents"]) == (1, -1)


BAD = [
    "sla?from=gestern",
    "sla?from=2026-02-30",
    "sla?from=2026-07-01&until=2026-07-01",
    "sla?from=2026-07-01&until=2026-06-01",
    "sla?from=0001-01-01",
    "sla?until=9999-12-31",
    "sla?metric=reaction",
    "sla?priority=%00",
    "sla?priority=P2%0a",
    "sla?priority=" + "P" * 200,
    "sla?customer_id=mueller",
    "sla?format=xlsx",
    "sla?from=2026-06-01&from=2026-06-02",
    "sla?since=2026-06-01",
    "sla?month=2026-06",
    "backlog?from=2026-06-01",
    "revenue",
    "revenue?month=2026-13",
    "revenue?month=2026-7",
    "revenue?month=2026-07-01",
    "revenue?month=0000-01",
    "revenue?month=2026-07%0a",
    "revenue?month=%D9%A2026-07",
    "revenue?month=2026-07&basis=paid",
    "unbilled-work?until=now",
    "utilisation?customer_id=1",
]


@pytest.mark.parametrize("path", BAD)
async def test_a_bad_parameter_is_refused_and_named(reader: Api, path: str) -> None:
    response = await reader.get(f"/reports/{path}")

    error: dict[str, Any] = response.json()["error"]
    assert response.status_code == 400
    assert error["code"] in {"VALIDATION_ERROR", "PERIOD_EMPTY"}
    named = error["details"][0]["field"]
    assert named == "month" if path == "revenue" else f"{named}=" in path


async def test_there_is_no_report_of_another_name(reader: Api) -> None:
    assert (await reader.get("/reports/profit")).status_code == 404


@pytest.mark.parametrize("path", PATHS)
async def test_another_tenants_figures_stay_theirs(
    api: Api, june: June, beta: Tenant, path: str
) -> None:
    await june.happen(without=["invoice.issued.v1"] if path == "unbilled-work" else [])

    report = await report_of(api.as_(beta.person(*EVERYTHING)), path)

    assert report["rows"] == []
    assert report["as_of"] is None


@pytest.mark.parametrize("path", PATHS)
async def test_without_the_permission_there_is_no_report(api: Api, acme: Tenant, path: str) -> None:
    nobody = api.as_(acme.person("ticket:view:all", "finance:view_cost:all"))

    assert (await nobody.get(f"/reports/{path}")).status_code == 403
    assert (await nobody.get("/reports")).status_code == 403
    assert (await api.get(f"/reports/{path}")).status_code == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("sla", 200),
        ("backlog", 200),
        ("revenue?month=2026-07", 403),
        ("unbilled-work", 403),
        ("utilisation", 403),
    ],
)
async def test_money_needs_a_permission_of_its_own(
    api: Api, acme: Tenant, path: str, status: int
) -> None:
    viewer = api.as_(acme.person("report:view:all"))

    assert (await viewer.get(f"/reports/{path}")).status_code == status


@pytest.mark.parametrize("path", ["sla", "backlog"])
async def test_a_customers_person_sees_the_customers_figures_only(
    api: Api, acme: Tenant, june: June, path: str
) -> None:
    await june.happen(without=["ticket.status_changed.v1"])
    scope = "report:view:own_customer"
    theirs = api.as_(acme.person(scope, customer_id=str(june.customer_id)))
    others = api.as_(acme.person(scope, customer_id=str(uuid7())))
    nobodys = api.as_(acme.person(scope))

    assert len((await report_of(theirs, path))["rows"]) > 0
    assert (await report_of(others, path))["rows"] == []
    assert (await report_of(nobodys, path))["rows"] == []


async def test_a_customers_person_sees_no_money_even_with_the_permission(
    api: Api, acme: Tenant, june: June
) -> None:
    await june.happen()
    held = ("report:view:own_customer", "finance:view_cost:all")
    person = api.as_(acme.person(*held, customer_id=str(june.customer_id)))

    assert (await report_of(person, "revenue?month=2026-07"))["rows"] == []
    assert (await report_of(person, "revenue?month=2026-07&basis=service"))["rows"] == []
    assert (await report_of(person, "utilisation"))["rows"] == []


@pytest.mark.parametrize("path", ["sla", "backlog", "unbilled-work"])
async def test_a_report_can_be_about_one_customer(reader: Api, june: June, path: str) -> None:
    await june.happen(without=["ticket.status_changed.v1", "invoice.issued.v1"])

    own = await report_of(reader, f"{path}?customer_id={june.customer_id}")
    other = await report_of(reader, f"{path}?customer_id={uuid7()}")

    assert len(own["rows"]) > 0
    assert other["rows"] == []
