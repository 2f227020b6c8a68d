"""From a call for help to a legal invoice and to the reports, with every figure of June 2026."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from actors import Company, found_company
from books import Ledger
from psa_local.demo import scenario, story
from psa_local.demo.actors import Document, PlatformOperator
from psa_local.demo.figures import UBL
from psa_local.demo.story import Bill, Desk, Reports


@dataclass(frozen=True, slots=True, kw_only=True)
class June:
    """All that the story has left."""

    customer: Document
    servers: list[Document]
    contract: Document
    desk: Desk
    task: Document
    internal_work: Document
    bill: Bill
    reports: Reports


@pytest.fixture(scope="module")
def company(operator: PlatformOperator) -> Iterator[Company]:
    """Give a company that has done nothing but this."""
    company = found_company(operator, "june")
    yield company
    company.staff.leave()


@pytest.fixture(scope="module")
def june(company: Company) -> June:
    """Tell the whole story once."""
    staff = company.staff
    customer = story.take_on_customer(staff)
    servers = story.install_servers(staff, customer["id"])
    contract = story.sign_contract(staff, customer["id"])
    desk = story.solve_ticket(staff, customer["id"], servers[1]["id"])
    task, internal_work = story.document_solution(staff)
    bill = story.send_bill(staff, customer["id"], desk.entries, servers=3)
    return June(
        customer=customer,
        servers=servers,
        contract=contract,
        desk=desk,
        task=task,
        internal_work=internal_work,
        bill=bill,
        reports=story.read_reports(staff, bill.invoice),
    )


@pytest.fixture
def invoice(june: June) -> dict[str, Any]:
    """Give the issued invoice."""
    attributes: dict[str, Any] = june.bill.invoice["attributes"]
    return attributes


@pytest.fixture
def ubl(june: June) -> ElementTree.Element:
    """Give the XRechnung."""
    return ElementTree.fromstring(june.bill.xml)


def test_the_customer_the_servers_and_the_contract_are_as_agreed(june: June) -> None:
    assert june.customer["attributes"]["number"] == "KD-10042"
    assert [one["attributes"]["number"] for one in june.servers] == ["SRV-01", "SRV-02", "SRV-03"]
    assert {one["attributes"]["state"] for one in june.servers} == {"active"}
    assert june.contract["attributes"]["number"] == "V-2026-007"
    assert june.contract["attributes"]["status"] == "active"


def test_the_answer_is_due_after_the_holiday_and_comes_in_ten_minutes(june: June) -> None:
    assert june.desk.ticket["attributes"]["number"] == "T-1001"
    assert june.desk.opened["response"]["due_at"] == "2026-06-05T06:30:00Z"  # 08:30 in Köln

    response = june.desk.replied["response"]

    assert (response["state"], response["consumed_minutes"]) == ("met", 10)


def test_the_solution_is_due_on_friday_until_the_clock_is_paused(june: June) -> None:
    paused = june.desk.paused["resolution"]

    assert june.desk.opened["resolution"]["due_at"] == "2026-06-05T13:30:00Z"
    assert (paused["state"], paused["due_at"]) == ("paused", None)
    assert (paused["consumed_minutes"], paused["remaining_minutes"]) == (120, 360)


def test_after_the_pause_it_is_due_on_monday_at_four(june: June) -> None:
    assert june.desk.resumed["resolution"]["due_at"] == "2026-06-08T14:00:00Z"
    assert june.desk.resumed["resolution"]["warning_at"] == "2026-06-08T12:00:00Z"


def test_the_solution_took_380_of_480_minutes_without_the_pause_of_570(june: June) -> None:
    clock = june.desk.resolved["resolution"]

    assert clock["state"] == "met"
    assert (clock["consumed_minutes"], clock["budget_minutes"]) == (380, 480)
    assert clock["paused_minutes"] == 570
    assert Decimal(clock["consumed_percent"]) == Decimal("79.2")
    notes = [day["note"] for interval in clock["intervals"] for day in interval["days"]]
    assert "Fronleichnam" in notes


def test_what_happened_earlier_keeps_both_instants(june: June) -> None:
    ticket = june.desk.ticket["attributes"]

    assert ticket["opened_at"] == "2026-06-03T14:30:00Z"
    assert ticket["created_at"] > ticket["opened_at"]


def test_the_internal_work_is_approved_and_on_no_bill(june: June) -> None:
    entry = june.internal_work["attributes"]
    billed = [
        one for line in june.bill.invoice["attributes"]["lines"] for one in line["time_entry_ids"]
    ]

    assert (entry["minutes"], entry["billable"], entry["state"]) == (30, "non_billable", "approved")
    assert june.internal_work["id"] not in billed


def test_the_servers_are_billed_for_july_in_advance(invoice: dict[str, Any]) -> None:
    (line,) = [one for one in invoice["lines"] if one["kind"] == "recurring"]

    assert (line["quantity"], line["unit_price"], line["net_cents"]) == ("3", "145.00", 43_500)
    assert (line["service_from"], line["service_to"]) == ("2026-07-01", "2026-07-31")


def test_a_hundred_minutes_are_billed_as_an_hour_and_three_quarters(
    invoice: dict[str, Any], june: June
) -> None:
    (line,) = [one for one in invoice["lines"] if one["kind"] == "time"]

    assert (line["quantity"], line["unit_price"], line["net_cents"]) == ("1.75", "129.00", 22_575)
    assert set(line["time_entry_ids"]) == {entry["id"] for entry in june.desk.entries}
    assert (line["service_from"], line["service_to"]) == ("2026-06-03", "2026-06-08")


def test_the_invoice_comes_to_786_29_with_vat_taken_once(invoice: dict[str, Any]) -> None:
    assert (invoice["net_cents"], invoice["vat_cents"]) == (66_075, 12_554)
    assert invoice["gross_cents"] == 78_629


def test_the_invoice_is_the_first_of_its_year_and_due_in_14_days(invoice: dict[str, Any]) -> None:
    assert invoice["number"] == "RE-2026-000001"
    assert (invoice["issued_on"], invoice["due_on"]) == ("2026-07-01", "2026-07-15")


def test_the_run_that_was_approved_said_the_same(june: June) -> None:
    run = june.bill.run["attributes"]

    assert (run["net_cents"], run["gross_cents"], run["stopped"]) == (66_075, 78_629, False)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "660.75"),
        ("cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount", "660.75"),
        ("cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "786.29"),
        ("cac:LegalMonetaryTotal/cbc:PayableAmount", "786.29"),
        ("cac:TaxTotal/cbc:TaxAmount", "125.54"),
        ("cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent", "19"),
        ("cbc:BuyerReference", "KD-10042"),
        ("cbc:DueDate", "2026-07-15"),
        ("cbc:DocumentCurrencyCode", "EUR"),
    ],
)
def test_the_xrechnung_says_the_same(ubl: ElementTree.Element, path: str, text: str) -> None:
    assert ubl.findtext(path, None, UBL) == text


def test_the_xrechnung_is_one(ubl: ElementTree.Element, invoice: dict[str, Any]) -> None:
    assert ubl.findtext("cbc:ID", None, UBL) == invoice["number"]
    assert "xrechnung_3.0" in (ubl.findtext("cbc:CustomizationID", None, UBL) or "")


@pytest.mark.parametrize(
    "text",
    [
        "RE-2026-000001",
        "Müller Maschinenbau GmbH",
        "3 Stk. 145,00 435,00",
        "1,75 Std. 129,00 225,75",
        "Nettobetrag 660,75 €",
        "Umsatzsteuer 19 % auf 660,75 125,54 €",
        "Rechnungsbetrag 786,29 €",
        "Fällig am 15.07.2026",
    ],
)
def test_the_printed_invoice_says_the_same(june: June, text: str) -> None:
    (page,) = PdfReader(BytesIO(june.bill.pdf)).pages

    assert text in page.extract_text()


def test_an_issued_invoice_never_changes(june: June, company: Company) -> None:
    accountant = company.staff.accountant
    path = f"/invoices/{june.bill.invoice['id']}"

    edited = accountant.api.ask("PATCH", path, {"title": "x"})
    withdrawn = accountant.api.ask("DELETE", path)
    again = accountant.api.ask("POST", f"{path}/issue", {})

    assert (edited.status, withdrawn.status, again.status) == (409, 409, 409)
    assert accountant.e_invoice(june.bill.invoice["id"]) == june.bill.xml
    assert accountant.print_out(june.bill.invoice["id"]) == june.bill.pdf


def test_what_is_billed_is_not_proposed_again(june: June, company: Company) -> None:
    run = company.staff.accountant.propose(june.customer["id"], scenario.BILLED_UP_TO)

    assert run["attributes"]["drafts"] == []


def test_the_sla_report_tells_of_one_promise_and_that_it_was_kept(june: June) -> None:
    (row,) = june.reports.sla["rows"]

    assert (row["priority"], row["metric"]) == ("P2", "resolution")
    assert (row["measured"], row["met"], row["missed"]) == (1, 1, 0)
    assert Decimal(row["average_consumed_percent"]) == Decimal("79.2")


def test_the_revenue_of_the_month_is_the_invoice(june: June) -> None:
    (row,), (total,) = june.reports.revenue["rows"], june.reports.revenue["totals"]

    assert row["customer_number"] == "KD-10042"
    assert (total["net_cents"], total["vat_cents"], total["gross_cents"]) == (
        66_075,
        12_554,
        78_629,
    )


def test_no_work_is_left_unbilled(june: June) -> None:
    assert june.reports.unbilled["rows"] == []


def test_every_event_of_the_story_has_arrived_and_none_came_from_nowhere(
    june: June, company: Company, ledger: Ledger
) -> None:
    ledger.wait_settled(company.slug)
