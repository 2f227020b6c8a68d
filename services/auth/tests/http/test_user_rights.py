"""/users: nobody gives, or changes in others, what they do not hold."""

from typing import Any
from uuid import UUID

import pytest

from auth_builders import ADMIN, PASSWORD, Company, a_user, refusal, users_of
from psa_common.ids import uuid7
from psa_common.testing import Api


async def a_deputy(company: Company, *permissions: str) -> Api:
    """Return somebody with a role of exactly *permissions*."""
    admin = await company.sign_in()
    name = f"deputy_{uuid7().hex[:20]}"
    body = {"name": name, "title": "Deputy", "permissions": list(permissions)}
    role = await admin.post("/roles", body)
    assert role.status_code == 201, role.text
    hired = await admin.post("/users", a_user(name, name))
    assert hired.status_code == 201, hired.text
    return await company.sign_in(f"{name}@acme.example")


@pytest.mark.parametrize(
    "field",
    [
        {"role": "tenant_admin"},
        {"permissions": ["tenant:create:all"]},
        {"tenant_id": str(UUID(int=1))},
        {"is_platform": True},
        {"email_verified": True},
        {"mfa_enabled": True},
        {"id": str(UUID(int=1))},
        {"created_at": "2020-01-01T00:00:00Z"},
        {"active": True},
        {"password_hash": "x"},
    ],
)
async def test_fields_that_nobody_asked_for_are_refused(
    company: Company, field: dict[str, Any]
) -> None:
    admin = await company.sign_in()
    me = (await admin.get("/auth/me")).json()["data"]["id"]

    created = await admin.post("/users", a_user("Tim", "technician", **field))
    changed = await admin.patch(f"/users/{me}", field)

    assert refusal(created) == (400, "VALIDATION_ERROR")
    assert refusal(changed) == (400, "VALIDATION_ERROR")
    assert await users_of(admin) == 1


@pytest.mark.parametrize("field", [{"password": PASSWORD}, {"customer_id": str(UUID(int=1))}])
async def test_password_and_customer_are_not_changed_in_passing(
    company: Company, field: dict[str, Any]
) -> None:
    user = await company.hire("Tim", "technician")
    admin = await company.sign_in()

    assert refusal(await admin.patch(f"/users/{user['id']}", field))[0] == 400


@pytest.mark.parametrize("role", ["tenant_admin", "technician", "customer_user", "accountant"])
async def test_nobody_gives_a_role_beyond_their_own(company: Company, role: str) -> None:
    deputy = await a_deputy(company, "user:view:all", "user:create:all", "user:update:all")
    friend = await company.hire("Tim", "technician")
    before = await users_of(deputy)
    customer = {"customer_id": str(UUID(int=7))} if role == "customer_user" else {}

    created = await deputy.post("/users", a_user("Freund", role, **customer))
    changed = await deputy.patch(f"/users/{friend['id']}", {"roles": [role]})

    assert refusal(created) == (403, "BEYOND_OWN_RIGHTS")
    assert refusal(changed) == (403, "BEYOND_OWN_RIGHTS")
    assert await users_of(deputy) == before


async def test_nobody_changes_or_deactivates_those_above_them(company: Company) -> None:
    deputy = await a_deputy(
        company, "user:view:all", "user:create:all", "user:update:all", "user:deactivate:all"
    )
    found = (await deputy.get(f"/users?email={ADMIN}")).json()["data"][0]

    answers = [
        await deputy.patch(f"/users/{found['id']}", {"email": "deputy2@acme.example"}),
        await deputy.patch(f"/users/{found['id']}", {"name": "X"}),
        await deputy.post(f"/users/{found['id']}/deactivate"),
    ]

    assert {refusal(one) for one in answers} == {(403, "BEYOND_OWN_RIGHTS")}
    assert (await company.login()).status_code == 200


async def test_nobody_changes_their_own_address_or_roles_or_deactivates_themselves(
    company: Company,
) -> None:
    admin = await company.sign_in()
    me = (await admin.get("/auth/me")).json()["data"]["id"]

    answers = [
        await admin.patch(f"/users/{me}", {"email": "new@acme.example"}),
        await admin.patch(f"/users/{me}", {"roles": ["technician"]}),
        await admin.post(f"/users/{me}/deactivate"),
    ]

    assert {refusal(one) for one in answers} == {(403, "OWN_ACCOUNT")}
    renamed = await admin.patch(f"/users/{me}", {"name": "Erika M."})
    assert renamed.json()["data"]["attributes"]["name"] == "Erika M."


async def test_rights_are_those_of_now_not_of_the_token(company: Company) -> None:
    admin = await company.sign_in()
    user = await company.hire("Maria", "tenant_admin")
    maria = await company.sign_in("maria@acme.example")
    await admin.post(f"/users/{user['id']}/deactivate")

    answers = [
        await maria.get("/auth/me"),
        await maria.post("/users", a_user("Freund", "technician")),
        await maria.post("/roles", {"name": "x1", "title": "x", "permissions": ["user:view:all"]}),
    ]

    assert {refusal(one) for one in answers} == {(401, "SESSION_ENDED")}


async def test_an_unknown_role_is_refused(company: Company) -> None:
    admin = await company.sign_in()

    answers = [
        await admin.post("/users", a_user("Tim", "no_such_role")),
        await admin.post("/users", a_user("Tim", "technician", "platform_operator")),
    ]

    assert {refusal(one) for one in answers} == {(422, "UNKNOWN_ROLE")}


async def test_portal_roles_and_customers_belong_together(company: Company) -> None:
    admin = await company.sign_in()
    customer = {"customer_id": str(UUID(int=7))}

    answers = [
        await admin.post("/users", a_user("Tim", "customer_user")),
        await admin.post("/users", a_user("Tim", "technician", **customer)),
        await admin.post("/users", a_user("Tim", "customer_user", "technician", **customer)),
    ]

    assert [refusal(one) for one in answers] == [
        (422, "CUSTOMER_NEEDED"),
        (422, "STAFF_ROLE_FOR_CUSTOMER"),
        (422, "STAFF_ROLE_FOR_CUSTOMER"),
    ]
    assert await users_of(admin) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/users"), ("post", "/users"), ("get", "/roles"), ("post", "/roles"),
     ("get", "/audit-log"), ("get", "/audit-log/verification"), ("post", "/tenants")],
)  # fmt: skip
async def test_a_portal_user_administers_nothing(company: Company, method: str, path: str) -> None:
    await company.hire("Kunde", "customer_user", customer_id=UUID(int=7))
    guest = await company.sign_in("kunde@acme.example")

    response = await getattr(guest, method)(path)

    assert refusal(response) == (403, "PERMISSION_DENIED")
