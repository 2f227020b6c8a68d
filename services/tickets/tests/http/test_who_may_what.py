"""Every route of the application, asked by everybody who should not get everything from it."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from tickets_builders import EVERYTHING
from tickets_routes import Route, World, ask, placeholders, questions, routes_of
from tickets_world import COST_CENTS, PUBLIC, SECRET, a_world

COSTS = "finance:view_cost:all"
#: Every permission that a role for customers' people can hold.
PORTAL = tuple(
    f"{permission}:own_customer"
    for permission in (
        "ticket:view",
        "ticket:create",
        "ticket:update",
        "ticket:comment",
        "ticket:close",
        "sla:view",
        "article:view",
        "customer:view",
        "contact:view",
        "location:view",
        "asset:view",
    )
)
#: What a technician may do with what is assigned to them, and with their own time.
NARROW = (
    *(
        f"ticket:{action}:assigned"
        for action in ("view", "create", "update", "assign", "comment", "close", "merge")
    ),
    "sla:view:assigned",
    "time_entry:view:own",
    "time_entry:create:own",
)


@pytest.fixture
def boss(api: Api, acme: Tenant) -> Api:
    """Give somebody who may do and see everything, costs too."""
    return api.as_(acme.person(*EVERYTHING, COSTS, name="Chefin"))


@pytest.fixture
async def world(boss: Api, worker_pool: Pool, acme: Tenant) -> World:
    """Give a ticket with everything on it."""
    return await a_world(boss, worker_pool, acme)


@pytest.fixture
def routes(asgi: Any) -> list[Route]:
    """Give every route of the application."""
    return routes_of(asgi.document())


async def test_every_route_answers_whoever_may_do_everything(
    boss: Api, world: World, routes: list[Route]
) -> None:
    reading = [route for route in routes if route.method == "get"]
    writing = [route for route in routes if route.method != "get"]

    for route in reading:
        for question in questions(route, SECRET):
            assert (await ask(boss, route, world, question)).status_code == 200, route.name
    for route in writing:
        response = await ask(boss, route, world)
        assert "VALIDATION_ERROR" not in response.text, (route.name, response.text)
        assert response.status_code < 500, (route.name, response.text)


async def test_another_tenant_gets_and_changes_nothing(
    boss: Api, beta: Tenant, world: World, routes: list[Route]
) -> None:
    stranger = boss.as_(beta.person(*EVERYTHING, COSTS))

    before = await boss.get(f"/tickets/{world.ids['ticket_id']}")

    told, changed = await everything(stranger, world, routes)

    assert leaks(told, SECRET, PUBLIC) == []
    assert [one.name for one in changed if placeholders(one.path)] == []
    after = await boss.get(f"/tickets/{world.ids['ticket_id']}")
    assert after.json()["data"] == before.json()["data"]


async def test_a_person_of_another_customer_gets_and_changes_nothing(
    boss: Api, acme: Tenant, world: World, routes: list[Route]
) -> None:
    stranger = boss.as_(portal(acme, world.stranger_customer_id))

    told, changed = await everything(stranger, world, routes)

    assert leaks(told, SECRET, PUBLIC) == []
    assert [one.name for one in changed] == ["PUT /notifications/read", "POST /ticket-views"]


async def test_a_customers_own_person_never_reads_what_colleagues_write(
    boss: Api, acme: Tenant, world: World, routes: list[Route]
) -> None:
    customer = boss.as_(portal(acme, world.customer_id))

    told, _ = await everything(customer, world, routes)

    assert leaks(told, SECRET, str(COST_CENTS)) == []
    assert any(PUBLIC in answer.text for _, answer in told)


async def test_who_sees_assigned_tickets_gets_and_changes_nothing_of_a_colleagues(
    boss: Api, acme: Tenant, world: World, routes: list[Route]
) -> None:
    technician = boss.as_(acme.person(*NARROW))

    told, changed = await everything(technician, world, routes)

    assert leaks(told, PUBLIC) == []
    opened = "POST /tickets/from-template/{template_id}"
    assert [one.name for one in changed if placeholders(one.path)] == [opened]


async def test_who_holds_no_permission_is_refused_everywhere(
    boss: Api, acme: Tenant, world: World, routes: list[Route]
) -> None:
    nobody = boss.as_(acme.person())

    answers = {route.name: (await ask(nobody, route, world)).status_code for route in routes}

    assert {name for name, code in answers.items() if code != 403} == {
        "GET /notifications",
        "PUT /notifications/read",
        "PUT /notifications/{notification_id}/read",
    }


async def test_who_has_not_signed_in_is_refused_everywhere(
    api: Api, world: World, routes: list[Route]
) -> None:
    answers = {route.name: (await ask(api, route, world)).status_code for route in routes}

    assert {name: code for name, code in answers.items() if code != 401} == {}


def portal(tenant: Tenant, customer_id: UUID) -> Any:
    """Return one of a customer's own people."""
    return tenant.person(*PORTAL, name="Kundin", customer_id=str(customer_id))


Told = list[tuple[Route, httpx.Response]]


async def everything(who: Api, world: World, routes: list[Route]) -> tuple[Told, list[Route]]:
    """Ask every route in every way; return what was told and which writing was let through."""
    told: Told = []
    for route in routes:
        asked = questions(route, SECRET) if route.method == "get" else [None]
        for question in asked:
            response = await ask(who, route, world, question)
            assert response.status_code < 500, (route.name, response.text)
            told.append((route, response))
    changed = [one for one, answer in told if one.method != "get" and answer.is_success]
    return told, changed


def leaks(told: Told, *canaries: str) -> list[str]:
    """Return which routes said one of the words by themselves, not as an echo of the question."""
    found = [
        route.name
        for route, answer in told
        if any(canary in _without_echo(answer) for canary in canaries)
    ]
    return sorted(set(found))


def _without_echo(answer: httpx.Response) -> str:
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return answer.text
    document = answer.json()
    return str({name: part for name, part in document.items() if name not in {"links", "meta"}})
