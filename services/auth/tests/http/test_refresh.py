"""POST /auth/refresh: a token is good once, and a second use ends the session."""

import asyncio
from datetime import timedelta

import psycopg
import pytest

from auth_builders import Company, now
from psa_auth.usecases import refreshing
from psa_auth.usecases.sign_in import Door
from psa_auth.usecases.tokens import InvalidRefreshToken
from psa_common.db import Pool
from psa_common.identity import TokenVerifier
from psa_common.testing import Api, Database, a_context
from psa_contracts import validate
from psa_events.testing import published

LIVE_LEAVES_SQL = """
    SELECT count(*)
      FROM auth.refresh_tokens AS t
      JOIN auth.sessions AS s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
     WHERE t.tenant_id = %s
       AND t.used_at IS NULL
       AND s.revoked_at IS NULL
"""


def live_leaves(database: Database, company: Company) -> int:
    """Count the refresh tokens that somebody could still use."""
    with psycopg.connect(database.superuser_dsn) as conn:
        row = conn.execute(LIVE_LEAVES_SQL, (company.id,)).fetchone()
    assert row is not None
    return int(row[0])


async def revocations(worker_pool: Pool, company: Company) -> list[str]:
    """Return the sessions whose end was announced."""
    events = await published(worker_pool, company.id)
    ended = [one for one in events if one.type == "session.revoked.v1"]
    for event in ended:
        validate(event.type, event.data)
    return [one.data["session_id"] for one in ended]


async def test_a_refresh_goes_on_in_the_same_session(
    company: Company, own_verifier: TokenVerifier
) -> None:
    first = await company.tokens()

    answer = await company.refresh(first["refresh_token"])

    second = answer.json()
    before = own_verifier.verify(first["access_token"])
    after = own_verifier.verify(second["access_token"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert second["refresh_token"] != first["refresh_token"]
    assert (after.session_id, after.user_id) == (before.session_id, before.user_id)
    assert after.token_id != before.token_id


async def test_of_fifty_at_once_one_goes_on_and_one_leaf_lives(
    company: Company, database: Database, worker_pool: Pool
) -> None:
    tokens = await company.tokens()

    answers = await asyncio.gather(*(company.refresh(tokens["refresh_token"]) for _ in range(50)))

    codes = sorted(one.status_code for one in answers)
    [good] = [one for one in answers if one.status_code == 200]
    assert codes == [200] + [401] * 49
    assert live_leaves(database, company) == 1
    assert await revocations(worker_pool, company) == []
    assert (await company.refresh(good.json()["refresh_token"])).status_code == 200


async def test_a_token_whose_child_was_used_ends_the_session_when_it_comes_back(
    company: Company, database: Database, worker_pool: Pool, own_verifier: TokenVerifier
) -> None:
    first = await company.tokens()
    second = (await company.refresh(first["refresh_token"])).json()
    third = (await company.refresh(second["refresh_token"])).json()

    reused = await company.refresh(first["refresh_token"])

    session_id = own_verifier.verify(first["access_token"]).session_id
    assert reused.status_code == 401
    assert reused.json()["error"]["code"] == "REFRESH_TOKEN_INVALID"
    assert (await company.refresh(third["refresh_token"])).status_code == 401
    assert live_leaves(database, company) == 0
    assert await revocations(worker_pool, company) == [str(session_id)]


async def test_a_token_used_again_after_the_leeway_ends_the_session_once(
    company: Company, door: Door, database: Database, worker_pool: Pool
) -> None:
    tokens = await company.tokens()
    await company.refresh(tokens["refresh_token"])

    later = now() + timedelta(seconds=11)
    for _ in range(2):
        with pytest.raises(InvalidRefreshToken):
            await refreshing.refresh(door, a_context(), tokens["refresh_token"], now=later)

    assert live_leaves(database, company) == 0
    assert len(await revocations(worker_pool, company)) == 1


async def test_a_refresh_gives_the_roles_of_now(
    company: Company, own_verifier: TokenVerifier, database: Database
) -> None:
    await company.hire("Tim", "technician")
    tokens = await company.tokens("tim@acme.example")
    with psycopg.connect(database.superuser_dsn) as conn:
        conn.execute("DELETE FROM auth.user_roles WHERE tenant_id = %s", (company.id,))

    refreshed = (await company.refresh(tokens["refresh_token"])).json()

    assert own_verifier.verify(refreshed["access_token"]).permissions == frozenset()


async def test_nothing_goes_on_after_logout(company: Company) -> None:
    tokens = await company.tokens()
    person = company.api.http.headers
    assert "authorization" not in person
    response = await company.api.post(
        "/auth/logout", headers={"authorization": f"Bearer {tokens['access_token']}"}
    )

    assert response.status_code == 204
    assert (await company.refresh(tokens["refresh_token"])).status_code == 401


async def test_nothing_goes_on_after_a_change_of_roles(company: Company) -> None:
    user = await company.hire("Tim", "technician")
    tokens = await company.tokens("tim@acme.example")
    admin = await company.sign_in()

    changed = await admin.patch(f"/users/{user['id']}", {"roles": ["accountant"]})

    assert changed.status_code == 200
    assert (await company.refresh(tokens["refresh_token"])).status_code == 401


async def test_nothing_goes_on_after_a_deactivation(company: Company) -> None:
    user = await company.hire("Tim", "technician")
    tokens = await company.tokens("tim@acme.example")
    admin = await company.sign_in()

    await admin.post(f"/users/{user['id']}/deactivate")

    assert (await company.refresh(tokens["refresh_token"])).status_code == 401


async def test_a_session_ends_however_often_it_is_refreshed(company: Company, door: Door) -> None:
    token = (await company.tokens())["refresh_token"]
    moment = now()
    for _ in range(4):
        moment += timedelta(days=6)
        token = (await refreshing.refresh(door, a_context(), token, now=moment)).refresh_token

    with pytest.raises(InvalidRefreshToken):
        await refreshing.refresh(door, a_context(), token, now=moment + timedelta(days=6, hours=1))


async def test_a_refresh_token_dies_after_a_week(company: Company, door: Door) -> None:
    token = (await company.tokens())["refresh_token"]

    with pytest.raises(InvalidRefreshToken):
        await refreshing.refresh(door, a_context(), token, now=now() + timedelta(days=7, minutes=1))


async def test_another_tenant_cannot_use_the_token(company: Company, stranger: Company) -> None:
    ours = (await company.tokens())["refresh_token"]
    theirs = (await stranger.tokens())["refresh_token"]
    _, tenant, _ = theirs.split(".")
    prefix, _, secret = ours.split(".")

    forged = await company.refresh(f"{prefix}.{tenant}.{secret}")

    assert forged.status_code == 401
    assert (await company.refresh(ours)).status_code == 200


@pytest.mark.parametrize(
    "text", ["x", "psa_rt..", "psa_rt.AAAA.AAAA", "psa_rt.ü.ü", "a.b.c.d", "psa_rt." + "A" * 150]
)
async def test_what_is_no_refresh_token_is_refused(api: Api, text: str) -> None:
    response = await api.post("/auth/refresh", {"refresh_token": text})

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "REFRESH_TOKEN_INVALID"


async def test_an_access_token_is_no_refresh_token(company: Company) -> None:
    tokens = await company.tokens()

    assert (await company.refresh(tokens["access_token"])).status_code in {400, 401}


async def test_only_a_hash_of_the_token_is_stored(company: Company, database: Database) -> None:
    tokens = await company.tokens()
    secret = tokens["refresh_token"].split(".")[2]

    with psycopg.connect(database.superuser_dsn) as conn:
        rows = conn.execute("SELECT t::text FROM auth.refresh_tokens AS t").fetchall()

    assert rows
    assert secret not in str(rows)
