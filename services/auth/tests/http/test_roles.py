"""/roles and /permissions: known permissions only, and never more than one's own."""

from typing import Any

import pytest

from auth_builders import Company, a_user
from psa_auth.domain.permission import KNOWN, PLATFORM_ONLY, SEEDED
from psa_common.identity import TokenVerifier


def a_role(*permissions: str, **fields: Any) -> dict[str, Any]:
    """Return the body that defines a role."""
    return {"name": "dispatcher", "title": "Disposition", "permissions": [*permissions], **fields}


async def test_a_tenant_starts_with_the_seeded_roles(company: Company) -> None:
    admin = await company.sign_in()

    page = (await admin.get("/roles")).json()

    names = [one["attributes"]["name"] for one in page["data"]]
    assert names == sorted(set(SEEDED) - {"platform_operator"})
    for one in page["data"]:
        expected = sorted(SEEDED[one["attributes"]["name"]].permissions)
        assert one["attributes"]["permissions"] == expected
        assert one["attributes"]["is_seeded"] is True


async def test_an_own_role_gives_exactly_its_permissions(
    company: Company, own_verifier: TokenVerifier
) -> None:
    admin = await company.sign_in()
    wanted = ["ticket:view:team", "ticket:assign:team", "ticket:view:team"]

    created = await admin.post("/roles", a_role(*wanted))
    await admin.post("/users", a_user("Tim", "dispatcher"))
    tokens = await company.tokens("tim@acme.example")

    assert created.status_code == 201
    assert created.json()["data"]["attributes"]["permissions"] == sorted(set(wanted))
    assert own_verifier.verify(tokens["access_token"]).permissions == frozenset(wanted)


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        (["ticket:*:*"], (400, "UNKNOWN_PERMISSION")),
        (["*"], (400, "UNKNOWN_PERMISSION")),
        (["ticket:view"], (400, "UNKNOWN_PERMISSION")),
        (["ticket:view:own"], (400, "UNKNOWN_PERMISSION")),
        (["tіcket:view:all"], (400, "UNKNOWN_PERMISSION")),
        (["TICKET:VIEW:ALL"], (400, "UNKNOWN_PERMISSION")),
        (["ticket:view:all "], (400, "UNKNOWN_PERMISSION")),
        ([], (400, "VALIDATION_ERROR")),
        (["ticket:view:all"] * 10_000, (400, "VALIDATION_ERROR")),
        (["tenant:create:all"], (403, "BEYOND_OWN_RIGHTS")),
        (["ticket:view:own_customer", "ticket:view:all"], (422, "MIXED_ROLE")),
    ],
)
async def test_a_role_of_other_things_is_refused(
    company: Company, permissions: list[str], expected: tuple[int, str]
) -> None:
    admin = await company.sign_in()

    response = await admin.post("/roles", a_role(*permissions))

    assert (response.status_code, response.json()["error"]["code"]) == expected
    assert (await admin.get("/roles?name=dispatcher")).json()["meta"]["total"] == 0


async def test_nobody_defines_a_role_beyond_their_own(company: Company) -> None:
    admin = await company.sign_in()
    body = a_role("role:manage:all", "role:view:all", "ticket:view:team")
    await admin.post("/roles", body)
    await admin.post("/users", a_user("Tim", "dispatcher"))
    tim = await company.sign_in("tim@acme.example")

    wider = await tim.post("/roles", a_role("ticket:view:all", name="wider"))
    other = await tim.post("/roles", a_role("user:create:all", name="other"))
    narrower = await tim.post("/roles", a_role("ticket:view:assigned", name="narrower"))

    assert (wider.status_code, other.status_code) == (403, 403)
    assert narrower.status_code == 201


@pytest.mark.parametrize("name", ["technician", "platform_operator", "tenant_admin"])
async def test_the_name_of_a_seeded_role_is_taken(company: Company, name: str) -> None:
    admin = await company.sign_in()

    response = await admin.post("/roles", a_role("user:view:all", name=name))

    assert (response.status_code, response.json()["error"]["code"]) == (409, "ROLE_NAME_TAKEN")


async def test_a_name_is_given_once_in_a_tenant_but_again_in_another(
    company: Company, stranger: Company
) -> None:
    ours, theirs = await company.sign_in(), await stranger.sign_in()

    codes = [
        (await api.post("/roles", a_role("user:view:all"))).status_code
        for api in (ours, ours, theirs)
    ]

    assert codes == [201, 409, 201]


async def test_a_role_of_another_tenant_cannot_be_given(
    company: Company, stranger: Company
) -> None:
    ours, theirs = await company.sign_in(), await stranger.sign_in()
    await theirs.post("/roles", a_role("user:view:all"))

    response = await ours.post("/users", a_user("Tim", "dispatcher"))

    assert (response.status_code, response.json()["error"]["code"]) == (422, "UNKNOWN_ROLE")


async def test_every_permission_of_a_tenant_is_listed(company: Company) -> None:
    admin = await company.sign_in()

    entries = (await admin.get("/permissions")).json()["data"]

    listed = {f"{one['name']}:{scope}" for one in entries for scope in one["scopes"]}
    assert listed == {one for one in KNOWN if one.rpartition(":")[0] not in PLATFORM_ONLY}
