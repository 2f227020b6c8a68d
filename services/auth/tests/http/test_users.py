"""/users: added, read, listed, changed, deactivated."""

import asyncio
from uuid import UUID

import pytest

from auth_builders import ADMIN, Company, a_user, refusal, users_of
from psa_common.db import Pool
from psa_contracts import validate
from psa_events.testing import published


async def test_a_new_user_can_sign_in_and_is_told_to_others(
    company: Company, worker_pool: Pool
) -> None:
    user = await company.hire("Tim", "technician", "accountant")

    created = (await published(worker_pool, company.id))[-1]
    validate(created.type, created.data)
    assert (created.type, created.subject) == ("user.created.v1", user["id"])
    assert created.data["roles"] == ["accountant", "technician"]
    assert user["attributes"]["roles"] == ["accountant", "technician"]
    assert "password" not in str(user)
    assert (await company.login("tim@acme.example")).status_code == 200


async def test_an_address_is_given_once_in_any_case(company: Company) -> None:
    admin = await company.sign_in()

    again = await admin.post("/users", a_user("Erik", "technician", email="ADMIN@Acme.Example"))

    assert refusal(again) == (409, "EMAIL_TAKEN")
    assert await users_of(admin) == 1


async def test_of_many_at_once_one_gets_the_address(company: Company) -> None:
    admin = await company.sign_in()

    answers = await asyncio.gather(
        *(admin.post("/users", a_user("Tim", "technician")) for _ in range(6))
    )

    assert sorted(one.status_code for one in answers) == [201] + [409] * 5


async def test_another_tenant_does_not_see_the_user(company: Company, stranger: Company) -> None:
    user = await company.hire("Tim", "technician")
    theirs = await stranger.sign_in()

    answers = [
        await theirs.get(f"/users/{user['id']}"),
        await theirs.patch(f"/users/{user['id']}", {"name": "Tom"}),
        await theirs.post(f"/users/{user['id']}/deactivate"),
    ]

    assert {one.status_code for one in answers} == {404}
    assert await users_of(theirs) == 1
    assert (await company.login("tim@acme.example")).status_code == 200


async def test_a_change_is_told_and_keeps_its_version(company: Company, worker_pool: Pool) -> None:
    user = await company.hire("Tim", "technician")
    admin = await company.sign_in()
    path = f"/users/{user['id']}"

    changed = await admin.patch(
        path, {"name": "Timo", "email": "TIMO@acme.example"}, headers={"If-Match": '"1"'}
    )
    stale = await admin.patch(path, {"name": "Tom"}, headers={"If-Match": '"1"'})
    same = await admin.patch(path, {"name": "Timo"})

    event = (await published(worker_pool, company.id))[-1]
    validate(event.type, event.data)
    assert changed.headers["etag"] == '"2"'
    assert stale.status_code == 412
    assert same.headers["etag"] == '"2"'
    assert (event.type, event.sequence) == ("user.updated.v1", 2)
    assert (event.data["name"], event.data["email"]) == ("Timo", "timo@acme.example")
    read = (await admin.get(path)).json()["data"]["attributes"]
    assert (read["name"], read["roles"]) == ("Timo", ["technician"])


async def test_other_roles_end_the_sessions_and_other_names_do_not(
    company: Company, worker_pool: Pool
) -> None:
    user = await company.hire("Tim", "technician")
    tim = await company.sign_in("tim@acme.example")
    admin = await company.sign_in()

    await admin.patch(f"/users/{user['id']}", {"name": "Timo"})
    before = await tim.get("/auth/me")
    await admin.patch(f"/users/{user['id']}", {"roles": ["technician", "accountant"]})
    after = await tim.get("/auth/me")

    types = [one.type for one in await published(worker_pool, company.id)]
    assert (before.status_code, after.status_code) == (200, 401)
    assert types[-2:] == ["user.updated.v1", "session.revoked.v1"]


async def test_a_deactivated_user_is_out_everywhere(company: Company, worker_pool: Pool) -> None:
    user = await company.hire("Tim", "technician")
    await company.sign_in("tim@acme.example")
    await company.sign_in("tim@acme.example")
    admin = await company.sign_in()

    done = await admin.post(f"/users/{user['id']}/deactivate")
    again = await admin.post(f"/users/{user['id']}/deactivate")

    events = (await published(worker_pool, company.id))[-3:]
    for event in events:
        validate(event.type, event.data)
    assert [one.type for one in events] == ["user.deactivated.v1"] + ["session.revoked.v1"] * 2
    assert done.json()["data"]["attributes"]["active"] is False
    assert refusal(again) == (409, "ALREADY_INACTIVE")


async def test_an_address_of_somebody_else_is_refused_in_a_change_too(company: Company) -> None:
    user = await company.hire("Tim", "technician")
    admin = await company.sign_in()

    assert refusal(await admin.patch(f"/users/{user['id']}", {"email": ADMIN})) == (
        409,
        "EMAIL_TAKEN",
    )


@pytest.mark.parametrize(
    "email",
    ["a@b@c.example", "a@x,b@x", "a\nbcc:c@x.example", '"a@x"@y.example', "а@acme.example", "a@b",
     ".a@b.example", "a..b@c.example", "a@-b.example", "a b@c.example"],
)  # fmt: skip
async def test_what_is_no_plain_address_is_refused(company: Company, email: str) -> None:
    admin = await company.sign_in()

    response = await admin.post("/users", a_user("Tim", "technician", email=email))

    assert refusal(response) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("kurz-17", "VALIDATION_ERROR"),
        ("x" * 4097, "VALIDATION_ERROR"),
        ("tim.tim-1234", "PASSWORD_REFUSED"),
        ("timotheus-2026", "PASSWORD_REFUSED"),
        ("passwort12345", "PASSWORD_REFUSED"),
        ("123456789012", "PASSWORD_REFUSED"),
        ("aaaaaaaaaaaa", "PASSWORD_REFUSED"),
    ],
)
async def test_a_weak_password_is_refused(company: Company, password: str, expected: str) -> None:
    admin = await company.sign_in()
    body = a_user("Timotheus", "technician", email="tim.tim@acme.example", password=password)

    response = await admin.post("/users", body)

    assert refusal(response) == (400, expected)
    assert response.json()["error"]["details"][0]["field"] == "password"
    assert password not in response.text


async def test_users_are_listed_filtered_and_searched(company: Company) -> None:
    await company.hire("Tim", "technician")
    await company.hire("Kunde", "customer_user", customer_id=UUID(int=7))
    admin = await company.sign_in()

    async def names(query: str) -> list[str]:
        page = (await admin.get(f"/users?sort=name&{query}")).json()
        return [one["attributes"]["name"] for one in page["data"]]

    assert await names("") == ["Erika", "Kunde", "Tim"]
    assert await names("role=technician") == ["Tim"]
    assert await names(f"customer_id={UUID(int=7)}") == ["Kunde"]
    assert await names("search=TIM") == ["Tim"]
    assert await names("active=false") == []


async def test_a_repeated_request_adds_one_user(company: Company) -> None:
    admin = await company.sign_in()
    key = {"Idempotency-Key": "a-key-of-this-test"}

    first = await admin.post("/users", a_user("Tim", "technician"), headers=key)
    again = await admin.post("/users", a_user("Tim", "technician"), headers=key)

    assert (again.status_code, again.content) == (201, first.content)
    assert await users_of(admin) == 2
