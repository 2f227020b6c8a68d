"""POST /auth/login: who is let in, who is not, and that nobody learns why."""

from typing import Any
from uuid import UUID

import jwt
import psycopg
import pytest

from auth_builders import ADMIN, PASSWORD, Company
from psa_auth.usecases.sign_in import Door
from psa_common.db import Pool
from psa_common.identity import TokenVerifier
from psa_common.testing import AUDIENCE, ISSUER, Api, Database
from psa_contracts import validate
from psa_events.testing import published

SAME = ("code", "message", "details")


def said(response: Any) -> tuple[int, dict[str, Any]]:
    """Return what a caller can tell answers apart by."""
    error = response.json()["error"]
    return response.status_code, {name: error[name] for name in SAME}


async def test_a_token_says_who_where_and_what(
    company: Company, own_verifier: TokenVerifier
) -> None:
    answer = await company.login()

    tokens = answer.json()
    principal = own_verifier.verify(tokens["access_token"])
    header = jwt.get_unverified_header(tokens["access_token"])
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert answer.headers["cache-control"] == "no-store"
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    assert (header["alg"], header["typ"]) == ("RS256", "at+jwt")
    assert (claims["iss"], claims["aud"]) == (ISSUER, AUDIENCE)
    assert claims["exp"] - claims["iat"] == 900
    assert principal.tenant_id == company.id
    assert (principal.name, principal.email) == ("Erika", ADMIN)
    assert principal.customer_id is None
    assert "user:create:all" in principal.permissions
    assert "tenant:create:all" not in principal.permissions


async def test_the_address_is_found_in_any_case(company: Company) -> None:
    assert (await company.login(" Admin@ACME.example ")).status_code == 200


async def test_a_portal_user_carries_their_customer(
    company: Company, own_verifier: TokenVerifier
) -> None:
    customer_id = UUID(int=7)
    await company.hire("Kunde", "customer_user", customer_id=customer_id)

    tokens = await company.tokens("kunde@acme.example")

    principal = own_verifier.verify(tokens["access_token"])
    assert principal.customer_id == customer_id
    assert principal.scope("ticket:view") == "own_customer"
    assert all(one.endswith(":own_customer") for one in principal.permissions)


async def test_wrong_password_unknown_address_inactive_and_unknown_tenant_look_the_same(
    company: Company,
) -> None:
    user = await company.hire("Tim", "technician")
    admin = await company.sign_in()
    await admin.post(f"/users/{user['id']}/deactivate")
    elsewhere = Company(company.id, "there-is-no-such", company.api)

    answers = [
        await company.login(password="Wrong-password-17"),
        await company.login("nobody@acme.example"),
        await company.login("tim@acme.example"),
        await elsewhere.login(),
    ]

    assert {said(one)[0] for one in answers} == {401}
    assert len({str(said(one)) for one in answers}) == 1
    assert said(answers[0])[1]["code"] == "INVALID_CREDENTIALS"


async def test_without_an_account_a_password_is_checked_all_the_same(
    company: Company, monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    checked: list[str | None] = []
    matches = type(door.hasher).matches

    async def spy(hasher: Any, stored: str | None, password: str) -> bool:
        checked.append(stored)
        return await matches(hasher, stored, password)

    monkeypatch.setattr(type(door.hasher), "matches", spy)
    await company.login("nobody@acme.example")
    await Company(company.id, "there-is-no-such", company.api).login()

    assert checked == [None, None]


async def test_a_failure_is_told_without_what_was_typed(
    company: Company, worker_pool: Pool
) -> None:
    await company.login(password="Wrong-password-17")
    await company.login("nobody@acme.example", "Wrong-password-17")

    events = [one for one in await published(worker_pool, company.id) if "login" in one.type]
    for event in events:
        validate(event.type, event.data)
    assert [one.data["reason"] for one in events] == ["wrong_password", "unknown_user"]
    assert events[0].data["user_id"] is not None
    assert events[1].data["user_id"] is None
    assert "Wrong-password" not in str(events)
    assert "nobody@" not in str(events)


async def test_the_same_address_in_another_tenant_is_another_person(
    company: Company, stranger: Company, own_verifier: TokenVerifier
) -> None:
    ours = own_verifier.verify((await company.tokens())["access_token"])
    theirs = own_verifier.verify((await stranger.tokens())["access_token"])

    assert (ours.tenant_id, theirs.tenant_id) == (company.id, stranger.id)
    assert ours.user_id != theirs.user_id


async def test_every_sign_in_is_a_new_session(
    company: Company, own_verifier: TokenVerifier
) -> None:
    first = own_verifier.verify((await company.tokens())["access_token"])
    second = own_verifier.verify((await company.tokens())["access_token"])

    assert first.session_id != second.session_id
    assert first.token_id != second.token_id


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"tenant": "x", "email": "a"},
        {"tenant": "x", "email": "a", "password": "b", "mfa": True},
        {"tenant": "x", "email": ["a"], "password": "b"},
        {"tenant": "x", "email": "a", "password": {"$ne": 1}},
        {"tenant": "x'; --", "email": "a", "password": "b"},
        {"tenant": "x", "email": "a", "password": "b" * 4097},
        {"tenant": "x", "email": "a\u0000", "password": "b"},
        {"tenant": "x", "email": "a", "password": "b\u0000c"},
    ],
)
async def test_malformed_input_is_refused(api: Api, body: dict[str, Any]) -> None:
    response = await api.post("/auth/login", body)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    ("stored", "typed", "good"),
    [
        ("a" * 60 + "bcdefghijklm" + "X", "a" * 60 + "bcdefghijklm" + "Y", False),
        ("Stra\u00dfenbahn-K\u00f6ln-4", "Stra\u00dfenbahn-Ko\u0308ln-4", True),
        ("Rasenmaeher-Kupfer-17 ", "Rasenmaeher-Kupfer-17", False),
        ("Rasenmaeher-\U0001f680-17", "Rasenmaeher-\U0001f680-17", True),
        ("x1y2z3-" * 585, "x1y2z3-" * 585, True),
    ],
)
async def test_a_password_counts_to_its_last_byte(
    company: Company, stored: str, typed: str, good: bool
) -> None:
    admin = await company.sign_in()
    body = {"name": "Ida", "email": "i@acme.example", "password": stored, "roles": ["technician"]}
    created = await admin.post("/users", body)
    assert created.status_code == 201, created.text

    response = await company.login("i@acme.example", typed)

    assert response.status_code == (200 if good else 401)


async def test_tokens_are_never_kept_for_a_repetition(company: Company) -> None:
    admin = await company.sign_in()
    body = {"tenant": company.slug, "email": ADMIN, "password": PASSWORD}
    key = {"Idempotency-Key": "a-key-of-this-test"}

    first = await admin.post("/auth/login", body, headers=key)
    second = await admin.post("/auth/login", body, headers=key)

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["refresh_token"] != second.json()["refresh_token"]


async def test_a_suspended_tenant_lets_nobody_in(company: Company, database: Database) -> None:
    tokens = await company.tokens()
    with psycopg.connect(database.superuser_dsn) as conn:
        conn.execute(
            "UPDATE auth.tenant_registry SET status = 'suspended' WHERE tenant_id = %s",
            (company.id,),
        )

    assert (await company.login()).status_code == 401
    assert (await company.refresh(tokens["refresh_token"])).status_code == 401
