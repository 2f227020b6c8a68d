"""A worker that dies between its effect and its acknowledgement has each effect once."""

from collections.abc import Iterator

import pytest

from actors import Company, a_customer, a_ticket, approved_work, found_company
from books import Ledger
from faults import Faults
from psa_local.demo import scenario
from psa_local.demo.actors import Document, PlatformOperator

KILLS = 3
BURST = 12
MINUTES = 5


@pytest.fixture(scope="module")
def company(operator: PlatformOperator) -> Iterator[Company]:
    """Give a company whose bill nobody else adds to."""
    company = found_company(operator, "worker")
    yield company
    company.staff.leave()


@pytest.fixture(scope="module")
def customer_id(company: Company) -> str:
    """Give a customer with a contract for time by the hour."""
    customer_id: str = a_customer(company)["id"]
    company.staff.accountant.add_billing_account(customer_id, scenario.BILLING_ACCOUNT)
    company.staff.accountant.sign_contract(
        {**scenario.CONTRACT, "customer_id": customer_id}, scenario.CONTRACT_LINES[1:]
    )
    return customer_id


@pytest.mark.parametrize("service", ["billing", "reports"])
def test_events_that_a_dying_worker_was_at_have_their_effect_once(
    company: Company, customer_id: str, faults: Faults, ledger: Ledger, service: str
) -> None:
    ticket_id = a_ticket(company, customer_id)["id"]
    worker = f"{service}-worker"

    entries: list[Document] = []
    for _ in range(KILLS):
        entries += _burst(company, ticket_id)
        killed = faults.kill(worker)
        entries += _burst(company, ticket_id)
        faults.wait_mended(worker, killed)

    ledger.wait_settled(company.slug)
    run = company.staff.accountant.propose(customer_id, scenario.BILLED_UP_TO)
    billed = [entry for line in _lines(run) for entry in line["time_entry_ids"]]
    assert len(billed) == len(set(billed)), "an entry stands on the bill twice"
    assert {entry["id"] for entry in entries} <= set(billed)
    (line,) = [one for one in _lines(run) if entries[0]["id"] in one["time_entry_ids"]]
    assert line["quantity"] == str(len(entries) * MINUTES // 60)


def test_the_reports_count_every_minute_once(
    company: Company, customer_id: str, ledger: Ledger
) -> None:
    ledger.wait_settled(company.slug)
    run = company.staff.accountant.propose(customer_id, scenario.BILLED_UP_TO)
    billed = sum(len(line["time_entry_ids"]) for line in _lines(run))

    (total,) = company.staff.accountant.report("unbilled-work")["totals"]

    assert (total["entries"], total["minutes"]) == (billed, billed * MINUTES)


def _burst(company: Company, ticket_id: str) -> list[Document]:
    return [approved_work(company, ticket_id, minutes=MINUTES) for _ in range(BURST)]


def _lines(run: Document) -> list[Document]:
    return [line for draft in run["attributes"]["drafts"] for line in draft["lines"]]
