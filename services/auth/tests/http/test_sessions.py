"""/auth/sessions, /auth/logout and /auth/me."""

from uuid import UUID

from auth_builders import Company, bearing
from psa_common.db import Pool
from psa_common.identity import TokenVerifier
from psa_common.ids import uuid7
from psa_contracts import validate
from psa_events.testing import published


async def test_logout_ends_the_session_and_says_so_once(
    company: Company, own_verifier: TokenVerifier, worker_pool: Pool
) -> None:
    token = (await company.tokens())["access_token"]
    admin = bearing(company.api, token)

    codes = [(await admin.post("/auth/logout")).status_code for _ in range(2)]

    revoked = [
        one for one in await published(worker_pool, company.id) if one.type == "session.revoked.v1"
    ]
    [event] = revoked
    validate(event.type, event.data)
    assert codes == [204, 204]
    assert event.subject == str(own_verifier.verify(token).session_id)
    assert event.data["expires_at"] > event.data["revoked_at"]
    assert (await admin.get("/auth/me")).status_code == 401


async def test_me_shows_who_is_asking(company: Company) -> None:
    admin = await company.sign_in()

    me = (await admin.get("/auth/me")).json()["data"]

    assert me["attributes"]["name"] == "Erika"
    assert me["attributes"]["roles"] == ["tenant_admin"]
    assert "user:create:all" in me["attributes"]["permissions"]
    assert me["relationships"]["tenant"]["data"]["id"] == str(company.id)


async def test_everybody_sees_and_ends_their_own_sessions(company: Company) -> None:
    await company.hire("Tim", "technician")
    first = await company.sign_in("tim@acme.example")
    second = await company.sign_in("tim@acme.example")
    mine = (await second.get("/auth/me")).json()["data"]["relationships"]["session"]["data"]["id"]

    listed = (await first.get("/auth/sessions?active=true")).json()["data"]
    ended = await first.delete(f"/auth/sessions/{mine}")

    assert len(listed) == 2
    assert mine in {one["id"] for one in listed}
    assert ended.status_code == 204
    assert (await second.get("/auth/me")).status_code == 401
    assert (await first.get("/auth/me")).status_code == 200


async def test_the_sessions_of_others_do_not_exist_for_a_technician(company: Company) -> None:
    await company.hire("Tim", "technician")
    admin = await company.sign_in()
    theirs = (await admin.get("/auth/me")).json()["data"]["relationships"]["session"]["data"]["id"]
    tim = await company.sign_in("tim@acme.example")

    listed = (await tim.get("/auth/sessions")).json()["data"]
    refused = await tim.delete(f"/auth/sessions/{theirs}")
    unknown = await tim.delete(f"/auth/sessions/{uuid7()}")

    assert theirs not in {one["id"] for one in listed}
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert (await admin.get("/auth/me")).status_code == 200


async def test_an_administrator_ends_anybodys_session_in_their_tenant_only(
    company: Company, stranger: Company
) -> None:
    await company.hire("Tim", "technician")
    tim = await company.sign_in("tim@acme.example")
    session = (await tim.get("/auth/me")).json()["data"]["relationships"]["session"]["data"]["id"]
    foreign = await stranger.sign_in()
    admin = await company.sign_in()

    not_theirs = await foreign.delete(f"/auth/sessions/{session}")
    listed = (await admin.get("/auth/sessions")).json()["data"]
    ended = await admin.delete(f"/auth/sessions/{session}")

    assert not_theirs.status_code == 404
    assert session in {one["id"] for one in listed}
    assert ended.status_code == 204
    assert (await tim.get("/auth/me")).status_code == 401


async def test_nobody_is_let_in_without_a_token(company: Company) -> None:
    for path in ("/auth/me", "/auth/sessions", "/users", "/roles", "/permissions", "/audit-log"):
        assert (await company.api.get(path)).status_code == 401
    for path in (
        "/auth/logout",
        "/users",
        "/roles",
        "/tenants",
        f"/users/{UUID(int=1)}/deactivate",
    ):
        assert (await company.api.post(path, {})).status_code == 401
