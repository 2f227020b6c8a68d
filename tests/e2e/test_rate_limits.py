"""How much one user may ask: exactly so much, whoever they pretend to be, and only they."""

import secrets
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from actors import Company, found_company
from psa_local.demo.actors import PlatformOperator, Technician
from psa_local.demo.client import Answer, Place

LIMIT = 1_000
ASKED = LIMIT + 60
#: What the bucket gets back while the requests are on their way: one every 3.6 seconds.
REFILLED_MAX = 30
ASKERS = 8


@pytest.fixture(scope="module")
def company(operator: PlatformOperator) -> Iterator[Company]:
    """Give a company whose requests nobody else counts."""
    company = found_company(operator, "limits")
    yield company
    company.staff.leave()


@pytest.fixture(scope="module")
def answers(company: Company, place: Place) -> list[Answer]:
    """Let one user ask more than they may, from what they say are many places."""
    login = company.staff.admin.add("Eager", "eager@company.example", "technician")
    person = Technician(place, login)

    def ask(_: int) -> Answer:
        pretended = {
            "x-forwarded-for": f"198.51.100.{secrets.randbelow(250)}",
            "x-real-ip": f"203.0.113.{secrets.randbelow(250)}",
            "x-user-id": secrets.token_hex(16),
        }
        return person.api.ask("GET", "/tickets?limit=1", headers=pretended)

    with ThreadPoolExecutor(ASKERS) as askers:
        answers = list(askers.map(ask, range(ASKED)))
    person.leave()
    return answers


def test_a_user_gets_their_requests_and_no_more(answers: list[Answer]) -> None:
    counted = Counter(answer.status for answer in answers)

    assert set(counted) == {200, 429}
    assert LIMIT <= counted[200] <= LIMIT + REFILLED_MAX


def test_whoever_is_over_the_limit_is_told_when_to_come_back(answers: list[Answer]) -> None:
    refused = next(answer for answer in answers if answer.status == 429)

    assert refused.code == "RATE_LIMIT_EXCEEDED"
    assert 1 <= int(refused.headers["retry-after"]) <= 3_600
    assert refused.headers["x-ratelimit-limit"] == str(LIMIT)
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert int(refused.headers["x-ratelimit-reset"]) > 0


def test_every_answer_says_how_much_is_left(answers: list[Answer]) -> None:
    left = [int(answer.headers["x-ratelimit-remaining"]) for answer in answers]

    assert max(left) >= LIMIT - ASKERS
    assert min(left) == 0


def test_colleagues_and_other_companies_are_not_held_up(
    answers: list[Answer], company: Company, acme: Company
) -> None:
    assert company.staff.technician.api.ask("GET", "/tickets").status == 200
    assert acme.staff.technician.api.ask("GET", "/tickets").status == 200


def test_asking_for_the_limits_costs_nothing(company: Company) -> None:
    api = company.staff.technician.api

    first, second = (api.get("/limits")["data"]["attributes"] for _ in range(2))

    assert first["rates"]["user"] == {"requests": LIMIT, "seconds": 3_600}
    assert second["nearest"]["remaining"] >= first["nearest"]["remaining"]
