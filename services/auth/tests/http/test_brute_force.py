"""Guessing is slow, whoever exists, and shuts nobody out."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from auth_builders import ADMIN, PASSWORD, Company, now
from psa_auth.usecases import sign_in
from psa_auth.usecases.sign_in import Credentials, Door, InvalidCredentials, SlowedDown
from psa_common.context import RequestContext
from psa_common.ids import uuid7

WRONG = "Wrong-password-17"


def from_ip(ip: str) -> RequestContext:
    """Return the context of a request from *ip*."""
    request_id = f"test-{uuid7().hex}"
    return RequestContext(request_id=request_id, correlation_id=request_id, ip=ip)


async def guess(
    door: Door, company: Company, ip: str, *, email: str = ADMIN, later: float = 0, **fields: Any
) -> str:
    """Try a wrong password and return what became of it."""
    typed = {"tenant": company.slug, "email": email, "password": WRONG, **fields}
    try:
        moment = now() + timedelta(seconds=later)
        await sign_in.login(door, from_ip(ip), Credentials(**typed), now=moment)
    except (InvalidCredentials, SlowedDown) as error:
        return error.code
    return "in"


async def test_after_five_tries_the_sixth_has_to_wait(company: Company) -> None:
    codes = [(await company.login(password=WRONG)).status_code for _ in range(5)]
    slowed = await company.login()

    assert codes == [401] * 5
    assert slowed.status_code == 429
    assert slowed.headers["retry-after"] == "1"
    assert slowed.json()["error"]["code"] == "TOO_MANY_ATTEMPTS"


async def test_an_unknown_address_and_an_unknown_tenant_are_slowed_down_alike(
    company: Company,
) -> None:
    elsewhere = Company(company.id, f"{company.slug}-not", company.api)
    for place, email in ((company, "nobody@acme.example"), (elsewhere, ADMIN)):
        codes = [(await place.login(email, WRONG)).status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]


async def test_of_two_hundred_at_once_five_are_looked_at(company: Company) -> None:
    answers = await asyncio.gather(*(company.login(password=WRONG) for _ in range(200)))

    codes = [one.status_code for one in answers]
    assert codes.count(401) == 5
    assert codes.count(429) == 195


async def test_the_delay_ends_and_doubles_with_the_next_failure(
    company: Company, door: Door
) -> None:
    for _ in range(5):
        await guess(door, company, "192.0.2.1")

    assert await guess(door, company, "192.0.2.1", later=0.5) == "too_many_attempts"
    assert await guess(door, company, "192.0.2.1", later=1.5) == "invalid_credentials"
    assert await guess(door, company, "192.0.2.1", later=3.0) == "too_many_attempts"
    assert await guess(door, company, "192.0.2.1", later=4.0, password=PASSWORD) == "in"


async def test_a_good_sign_in_forgets_the_failures_before(company: Company) -> None:
    for _ in range(4):
        await company.login(password=WRONG)
    await company.tokens()

    codes = [(await company.login(password=WRONG)).status_code for _ in range(5)]

    assert codes == [401] * 5


async def test_many_networks_together_are_slowed_down_but_a_known_one_is_not(
    company: Company, door: Door
) -> None:
    assert await guess(door, company, "198.51.100.7", password=PASSWORD) == "in"
    codes = [await guess(door, company, f"10.{n}.0.1") for n in range(25)]

    assert codes[:20] == ["invalid_credentials"] * 20
    assert codes[20:] == ["too_many_attempts"] * 5
    assert await guess(door, company, "198.51.100.7", password=PASSWORD) == "in"
    assert await guess(door, company, "203.0.113.9", password=PASSWORD) == "too_many_attempts"
    assert await guess(door, company, "203.0.113.9", password=PASSWORD, later=61) == "in"


async def test_one_network_that_tries_many_accounts_is_slowed_down(
    company: Company, door: Door
) -> None:
    codes = [
        await guess(door, company, "192.0.2.1", email=f"user{n}@acme.example") for n in range(52)
    ]

    assert codes[:50] == ["invalid_credentials"] * 50
    assert codes[50:] == ["too_many_attempts"] * 2
    assert await guess(door, company, "192.0.2.200", password=PASSWORD) == "too_many_attempts"
    assert await guess(door, company, "198.51.100.7", password=PASSWORD) == "in"


async def test_another_tenant_does_not_feel_it(company: Company, stranger: Company) -> None:
    for _ in range(6):
        await company.login(password=WRONG)

    assert (await stranger.login()).status_code == 200


async def test_a_crowd_is_sent_away_instead_of_filling_memory(
    company: Company, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.hasher, "_room", 0)

    response = await company.login()

    assert response.status_code == 503
    assert response.headers["retry-after"] == "2"
    assert response.json()["error"]["code"] == "SERVICE_UNAVAILABLE"


async def test_the_loop_goes_on_while_passwords_are_checked(company: Company) -> None:
    loop = asyncio.get_running_loop()
    crowd = asyncio.gather(*(company.login(f"user{n}@acme.example", WRONG) for n in range(8)))
    slowest = 0.0
    while not crowd.done():
        started = loop.time()
        await asyncio.sleep(0)
        slowest = max(slowest, loop.time() - started)
    await crowd

    assert slowest < 0.1
