"""A service that dies in the middle of its work leaves whole things or none, and no halves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from actors import Company, a_customer, a_ticket, approved_work, found_company
from books import Ledger
from faults import Faults
from psa_local.demo import scenario
from psa_local.demo.actors import Document, PlatformOperator
from psa_local.demo.client import Answer, Api
from psa_local.demo.eventually import eventually

TICKETS = 150
WRITERS = 6
#: Of the first answers, enough to know that the burst is in full swing.
UNDER_WAY = 30


@pytest.fixture
def company(operator: PlatformOperator) -> Iterator[Company]:
    """Give a company whose tickets nobody else counts."""
    company = found_company(operator, "killed")
    yield company
    company.staff.leave()


def test_of_tickets_opened_while_the_service_is_killed_each_exists_once_or_not_at_all(
    company: Company, faults: Faults, ledger: Ledger
) -> None:
    customer_id = a_customer(company)["id"]
    a_ticket(company, customer_id)
    keys = [str(uuid4()) for _ in range(TICKETS)]
    api = company.staff.manager.api

    first = _burst_with_a_kill(api, customer_id, keys, faults)

    confirmed = {key for key, answer in first.items() if answer and answer.is_good}
    stored = _stored(company)
    assert confirmed, "the kill came before the first ticket"
    assert len(confirmed) < TICKETS, "the kill came after the last ticket"
    assert confirmed <= stored.keys(), "a confirmed ticket is gone"
    assert all(len(numbers) == 1 for numbers in stored.values())
    unfit = {answer.status for answer in first.values() if answer} - {201, 502, 503, 504}
    assert not unfit

    second = {key: _open(api, customer_id, key) for key in keys}

    stored = _stored(company)
    assert all(answer is not None and answer.status == 201 for answer in second.values())
    assert stored.keys() == set(keys)
    assert all(len(numbers) == 1 for numbers in stored.values())
    for key in confirmed:
        before, after = first[key], second[key]
        assert before is not None
        assert after is not None
        assert before.body == after.body, "a repeated request got another answer"
    drawn = sorted(number for numbers in stored.values() for number in numbers)
    assert drawn == [f"T-{number}" for number in range(1002, 1002 + TICKETS)], "numbers have gaps"
    assert ledger.count_sent(company.slug, "tickets", "ticket.created.v1") == TICKETS + 1
    ledger.wait_settled(company.slug)


def test_an_invoice_that_was_being_issued_when_billing_died_gets_one_number(
    company: Company, faults: Faults, ledger: Ledger
) -> None:
    accountant = company.staff.accountant
    path = f"/invoices/{_an_approved_invoice(company)}/issue"
    key = {"idempotency-key": str(uuid4())}

    with ThreadPoolExecutor(1) as other:
        first = other.submit(_try, accountant.api, path, {}, key)
        eventually(lambda: first.running() or first.done(), awaited="somebody issues it")
        killed = faults.kill("billing-app")
        interrupted = first.result()
    faults.wait_mended("billing-app", killed)
    again = eventually(
        lambda: accountant.api.ask("POST", path, {}, headers=key),
        awaited="the gateway asks the service again",
        holds=lambda answer: answer.status < 500,
    )

    assert interrupted is None or interrupted.status in {200, 502, 503, 504}
    assert again.status == 200, again.body
    (invoice,) = accountant.find("/invoices")
    assert invoice["attributes"]["number"].endswith("-000001"), "a number was burned"
    assert invoice["attributes"]["status"] == "issued"
    assert accountant.print_out(invoice["id"]).startswith(b"%PDF-")
    assert accountant.e_invoice(invoice["id"]).startswith(b"<?xml")
    assert ledger.count_sent(company.slug, "billing", "invoice.issued.v1") == 1
    ledger.wait_settled(company.slug)


def _an_approved_invoice(company: Company) -> str:
    accountant = company.staff.accountant
    customer_id: str = a_customer(company)["id"]
    accountant.add_billing_account(customer_id, scenario.BILLING_ACCOUNT)
    terms = {**scenario.CONTRACT, "customer_id": customer_id}
    accountant.sign_contract(terms, scenario.CONTRACT_LINES[1:])
    approved_work(company, a_ticket(company, customer_id)["id"], minutes=60)
    run = eventually(
        lambda: accountant.propose(customer_id, scenario.BILLED_UP_TO),
        awaited="billing has heard of the work",
        holds=lambda run: bool(run["attributes"]["drafts"]),
    )
    (invoice_id,) = accountant.approve(run["id"])
    return invoice_id


def _burst_with_a_kill(
    api: Api, customer_id: str, keys: list[str], faults: Faults
) -> dict[str, Answer | None]:
    """Open tickets in parallel, kill the service meanwhile, wait until it is back."""
    with ThreadPoolExecutor(WRITERS) as writers:
        waiting = {key: writers.submit(_open, api, customer_id, key) for key in keys}
        eventually(
            lambda: sum(one.done() for one in waiting.values()),
            awaited="the burst is under way",
            holds=lambda done: done >= UNDER_WAY,
        )
        killed = faults.kill("tickets-app")
        answers = {key: one.result() for key, one in waiting.items()}
    faults.wait_mended("tickets-app", killed)
    eventually(
        lambda: api.ask("GET", "/tickets?limit=1"),
        awaited="the gateway asks the service again",
        holds=lambda answer: answer.is_good,
    )
    return answers


def _open(api: Api, customer_id: str, key: str) -> Answer | None:
    """Open the ticket called *key*."""
    body = {"title": key, "customer_id": customer_id}
    return _try(api, "/tickets", body, {"idempotency-key": key})


def _try(api: Api, path: str, body: object, headers: dict[str, str]) -> Answer | None:
    """Post once and return the answer; None where the connection broke before it came."""
    try:
        return api.ask("POST", path, body, headers=headers)
    except OSError:
        return None


def _stored(company: Company) -> dict[str, list[str]]:
    """Return the numbers of the burst's tickets by their titles."""
    stored: dict[str, list[str]] = {}
    following = "/tickets?limit=100&sort=created_at&cursor="
    while following:
        page: Document = company.staff.manager.api.get(following)
        for ticket in page["data"]:
            attributes = ticket["attributes"]
            if attributes["title"] != "Warenwirtschaft langsam":
                stored.setdefault(attributes["title"], []).append(attributes["number"])
        following = (page["links"]["next"] or "").removeprefix("/api/v1")
    return stored
