"""POST /tenants: an operator sets a company up, and nobody else does."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from auth_builders import DETAILS, Company, a_slug, a_tenant
from psa_auth.domain.tenant import PLATFORM_ID
from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, a_context
from psa_contracts import validate
from psa_events.testing import published

COUNT_SQL = """
    SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM roles)
           + (SELECT count(*) FROM tenants)
"""


async def test_a_new_tenant_is_announced_in_its_own_name_and_its_admin_signs_in(
    operator: Api, worker_pool: Pool
) -> None:
    slug = a_slug()

    created = await operator.post("/tenants", a_tenant(slug))

    assert created.status_code == 201, created.text
    data = created.json()["data"]
    tenant = Company(UUID(data["id"]), slug, operator.as_(None))
    events = await published(worker_pool, tenant.id)
    for event in events:
        validate(event.type, event.data)
    assert [one.type for one in events] == ["tenant.created.v1", "user.created.v1"]
    assert events[0].data["company"] == DETAILS
    assert events[1].data["user_id"] == data["relationships"]["admin"]["data"]["id"]
    assert events[1].data["roles"] == ["tenant_admin"]
    admin = await tenant.sign_in()
    assert (await admin.get("/auth/me")).json()["data"]["attributes"]["name"] == "Erika"


async def test_both_sides_keep_a_record(operator: Api) -> None:
    slug = a_slug()
    created = (await operator.post("/tenants", a_tenant(slug))).json()["data"]
    admin = await Company(UUID(created["id"]), slug, operator.as_(None)).sign_in()

    theirs = (await admin.get("/audit-log?action=tenant.created")).json()["data"]
    ours = (await operator.get(f"/audit-log?resource_id={created['id']}")).json()["data"]

    assert [one["attributes"]["actor_name"] for one in theirs] == ["Platform operation"]
    assert [one["attributes"]["action"] for one in ours] == ["tenant.created"]
    assert DETAILS["iban"] not in str(theirs) + str(ours)


async def test_an_administrator_of_a_tenant_cannot(company: Company) -> None:
    admin = await company.sign_in()

    response = await admin.post("/tenants", a_tenant(a_slug()))

    assert response.status_code == 403


async def test_a_name_is_given_once_for_ever(operator: Api, pool: Pool) -> None:
    slug = a_slug()

    answers = await asyncio.gather(*(operator.post("/tenants", a_tenant(slug)) for _ in range(4)))

    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    taken = next(one for one in answers if one.status_code == 409)
    assert taken.json()["error"]["code"] == "SLUG_TAKEN"


async def test_a_repeated_request_sets_up_one_tenant(operator: Api) -> None:
    body = a_tenant(a_slug())
    key = {"Idempotency-Key": f"key-{body['slug']}"}

    first = await operator.post("/tenants", body, headers=key)
    again = await operator.post("/tenants", body, headers=key)

    assert (again.status_code, again.content) == (201, first.content)


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("www", (422, "SLUG_RESERVED")),
        ("api", (422, "SLUG_RESERVED")),
        ("admin", (422, "SLUG_RESERVED")),
        ("platform", (422, "SLUG_RESERVED")),
        ("xn--mller-kva", (422, "SLUG_RESERVED")),
        ("аcme", (400, "VALIDATION_ERROR")),
        ("Acme", (400, "VALIDATION_ERROR")),
        ("-acme", (400, "VALIDATION_ERROR")),
        ("a" * 64, (400, "VALIDATION_ERROR")),
        ("../acme", (400, "VALIDATION_ERROR")),
    ],
)
async def test_a_name_that_cannot_be_is_refused(
    operator: Api, slug: str, expected: tuple[int, str]
) -> None:
    response = await operator.post("/tenants", a_tenant(slug))

    assert (response.status_code, response.json()["error"]["code"]) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"time_zone": "Mars/Olympus"}, "UNKNOWN_TIME_ZONE"),
        ({"time_zone": "../../etc/passwd"}, "UNKNOWN_TIME_ZONE"),
        ({"currency": "euro"}, "VALIDATION_ERROR"),
        ({"company": {**DETAILS, "iban": "DE89 3704"}}, "VALIDATION_ERROR"),
        ({"tenant_id": str(UUID(int=1))}, "VALIDATION_ERROR"),
        (
            {"admin": {"name": "E", "email": "e@x.example", "password": "passwort12345"}},
            "PASSWORD_REFUSED",
        ),
    ],
)
async def test_a_wrong_field_sets_nothing_up(
    operator: Api, fields: dict[str, Any], expected: str
) -> None:
    slug = a_slug()

    response = await operator.post("/tenants", a_tenant(slug, **fields))

    assert (response.status_code, response.json()["error"]["code"]) == (400, expected)
    assert (await operator.post("/tenants", a_tenant(slug))).status_code == 201


async def test_setting_up_writes_nothing_into_the_operators_own_tenant(
    operator: Api, pool: Pool
) -> None:
    async def rows() -> int:
        async with tenant_transaction(pool, PLATFORM_ID, a_context()) as tx:
            return int(await tx.fetch_value(COUNT_SQL))

    before = await rows()
    await operator.post("/tenants", a_tenant(a_slug()))

    assert await rows() == before
