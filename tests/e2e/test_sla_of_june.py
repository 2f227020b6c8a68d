"""The promise of T-1001 with other calendars, hours and turns: each figure must come out anew."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actors import Company, a_customer, a_ticket, found_company
from psa_local.demo import scenario
from psa_local.demo.actors import Document, PlatformOperator

REOPENED_AT = "2026-06-09T09:00:00+02:00"
SOLVED_AGAIN_AT = "2026-06-09T09:30:00+02:00"
LUNCH = {day: ["08:00-12:00", "13:00-17:00"] for day in scenario.WORKING_DAYS}
CHRISTMAS_EVE = [{"day": "2025-12-24", "hours": ["08:00-12:00"], "name": "Heiligabend"}]


@pytest.fixture(scope="module")
def company(operator: PlatformOperator) -> Iterator[Company]:
    """Give a company that promises each customer something else."""
    company = found_company(operator, "sla")
    yield company
    company.staff.leave()


def a_promised_ticket(
    company: Company, opened_at: str, *, minutes: int = 480, **calendar: Any
) -> Document:
    """Open a ticket of a customer to whom a solution within so many *minutes* is promised."""
    manager = company.staff.manager
    name = f"Zusage {secrets.token_hex(4)}"
    target = {"response_minutes": 60, "resolution_minutes": minutes, "warning_percent": 75}
    urgent = {"response_minutes": 30, "resolution_minutes": 240}
    policy = manager.open_desk(
        {**scenario.CALENDAR, **calendar, "name": name},
        {"name": name, "targets": {"P2": target, "P1": urgent}},
    )
    customer_id: str = a_customer(company)["id"]
    # Opened only to know that the desk has heard of the customer.
    a_ticket(company, customer_id, title="Hallo")
    manager.api.put(f"/sla-assignments/customer/{customer_id}", {"policy_id": policy["id"]})
    return a_ticket(company, customer_id, priority="P2", occurred_at=opened_at)


def resolution(company: Company, ticket: Document) -> Document:
    """Return the clock of the solution."""
    clock: Document = company.staff.manager.clocks(ticket["id"])["resolution"]
    return clock


def as_in_june(company: Company, ticket: Document) -> None:
    """Let happen what happened to T-1001, up to its solution."""
    manager = company.staff.manager
    manager.say(ticket["id"], scenario.REPLY)
    manager.move(ticket["id"], "waiting_customer", scenario.PAUSED_AT)
    manager.say(ticket["id"], scenario.CUSTOMER_ANSWER)
    manager.move(ticket["id"], "resolved", scenario.RESOLVED_AT)


def test_with_a_lunch_break_it_is_due_an_hour_later(company: Company) -> None:
    ticket = a_promised_ticket(company, scenario.TICKET["occurred_at"], week=LUNCH)

    assert resolution(company, ticket)["due_at"] == "2026-06-05T14:30:00Z"  # 16:30 in Köln


def test_without_the_holiday_of_the_state_it_is_due_on_thursday(company: Company) -> None:
    hamburg = {"country": "DE", "subdivision": "HH"}
    ticket = a_promised_ticket(company, scenario.TICKET["occurred_at"], holidays=hamburg)

    assert resolution(company, ticket)["due_at"] == "2026-06-04T13:30:00Z"


def test_half_a_christmas_eve_counts_half_and_the_holidays_not_at_all(company: Company) -> None:
    ticket = a_promised_ticket(
        company, "2025-12-24T10:00:00+01:00", minutes=240, special_days=CHRISTMAS_EVE
    )

    # Two hours on Wednesday, then Thursday and Friday are holidays: Monday at ten.
    assert resolution(company, ticket)["due_at"] == "2025-12-29T09:00:00Z"


def test_opened_at_closing_time_it_begins_on_the_next_working_day(company: Company) -> None:
    ticket = a_promised_ticket(company, "2026-06-05T17:00:00+02:00", minutes=60)

    assert resolution(company, ticket)["due_at"] == "2026-06-08T07:00:00Z"  # Monday 09:00


def test_reopened_and_solved_again_it_has_taken_410_minutes(company: Company) -> None:
    ticket = a_promised_ticket(company, scenario.TICKET["occurred_at"])
    as_in_june(company, ticket)
    before = resolution(company, ticket)
    manager = company.staff.manager

    back = {"body": "Wieder langsam.", "author_kind": "contact", "occurred_at": REOPENED_AT}
    manager.say(ticket["id"], back)
    again = manager.move(ticket["id"], "resolved", SOLVED_AGAIN_AT)

    after = resolution(company, ticket)
    assert (before["consumed_minutes"], before["paused_minutes"]) == (380, 570)
    assert (after["consumed_minutes"], after["state"]) == (410, "met")
    assert again["attributes"]["reopen_count"] == 1


def test_a_raised_priority_counts_what_was_used_against_the_new_promise(company: Company) -> None:
    opened = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    ticket = a_promised_ticket(company, opened.isoformat(), always_open=True, week={})
    slow = resolution(company, ticket)

    path = f"/tickets/{ticket['id']}"
    company.staff.manager.api.must("PATCH", path, {"priority": "P1"})

    fast = resolution(company, ticket)
    assert _instant(slow["due_at"]) == opened + timedelta(minutes=480)
    assert _instant(fast["due_at"]) == opened + timedelta(minutes=240)
    assert fast["budget_minutes"] == 240
    assert fast["consumed_minutes"] >= slow["consumed_minutes"] >= 60


def test_an_edit_happens_now_and_cannot_be_dated_back(company: Company) -> None:
    ticket = a_promised_ticket(company, scenario.TICKET["occurred_at"])
    edit = {"priority": "P1", "occurred_at": "2026-06-08T11:00:00+02:00"}

    answer = company.staff.manager.api.ask("PATCH", f"/tickets/{ticket['id']}", edit)

    assert answer.status == 400
    unchanged = company.staff.manager.api.get(f"/tickets/{ticket['id']}")["data"]["attributes"]
    assert unchanged["priority"] == "P2"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
