"""What one company has, another never sees: not by id, not in a list, not in an error."""

import json
import secrets
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

import nest as nest_of
from actors import Company
from contract import Contract, Route
from psa_local.demo import scenario
from psa_local.demo.client import Api

#: Ids of one type that are tried on one route; more would only repeat the same statement.
TRIED_MAX = 3
#: Parameters that are no ids.
PLAIN = {"position": "1", "metric": "resolution", "source": "customer"}
#: Types that a parameter means, where it is not named after them.
SAID_OTHERWISE = {
    "blocked": "blocked_sender",
    "colleague": "user",
    "field": "ticket_field",
    "item": "checklist_item",
    "recurring": "recurring_ticket",
    "reapplication": "sla_reapplication",
    "subject": "customer",
}


@pytest.fixture(scope="module")
def canary() -> str:
    """Give a word that stands in every text of the first company."""
    return f"KANARIENVOGEL{secrets.token_hex(6).upper()}"


@pytest.fixture(scope="module")
def nest(acme: Company, contract: Contract, canary: str) -> dict[str, set[str]]:
    """Fill the first company with one of everything; return all its ids by type."""
    found: dict[str, set[str]] = {}
    for thing in nest_of.fill(acme, canary):
        _note(thing, found)
    _harvest(acme.staff.admin.api, contract, found)
    return found


def _harvest(api: Api, contract: Contract, found: dict[str, set[str]]) -> None:
    """Walk through every list, then through the lists below what was found."""
    for depth in (0, 1):
        for route in contract.routes:
            if route.is_list and len(route.parameters) == depth:
                for path in _paths(route, found):
                    for thing in api.get(path, limit=100)["data"]:
                        _note(thing, found)


def _note(thing: dict[str, Any], found: dict[str, set[str]]) -> None:
    found.setdefault(thing["type"], set()).add(thing["id"])
    for link in thing.get("relationships", {}).values():
        linked = link["data"] if isinstance(link["data"], list) else [link["data"]]
        for one in filter(None, linked):
            found.setdefault(one["type"], set()).add(one["id"])


def _paths(route: Route, found: dict[str, set[str]]) -> list[str]:
    """Return a route's paths with every id, of those tried, that its parameters may mean."""
    if not route.parameters:
        return [route.at()]
    meant = [_meant_by(name, found) for name in route.parameters]
    if not meant[0]:
        return []
    return [
        route.at(**dict(zip(route.parameters, ids, strict=True)))
        for ids in product(*(ids or [str(uuid4())] for ids in meant))
    ]


def _meant_by(parameter: str, found: dict[str, set[str]]) -> list[str]:
    """Return ids of the types that a parameter is named after: of each some, the newest."""
    if parameter in PLAIN:
        return [PLAIN[parameter]]
    kind = parameter.removesuffix("_id")
    exact = [type_ for type_ in (kind, SAID_OTHERWISE.get(kind)) if type_ in found]
    types = exact or [type_ for type_ in found if type_.endswith(f"_{kind}")]
    return [one for type_ in types for one in sorted(found[type_])[-TRIED_MAX:]]


def test_the_first_company_sees_all_that_it_has(
    nest: dict[str, set[str]], acme: Company, contract: Contract
) -> None:
    unseen: set[str] = set()
    for route in contract.routes:
        if route.method == "get" and route.parameters:
            answers = [acme.staff.admin.api.ask("GET", path) for path in _paths(route, nest)]
            if not any(answer.is_good for answer in answers):
                unseen.add(str(route))

    assert not unseen, (
        f"{sorted(unseen)}: a route whose ids this story does not know proves nothing below"
    )


def test_no_id_of_one_company_is_found_by_another(
    nest: dict[str, set[str]], beta: Company, contract: Contract, canary: str
) -> None:
    for route in contract.routes:
        if route.method != "get" or not route.parameters:
            continue
        for path in _paths(route, nest):
            answer = beta.staff.admin.api.ask("GET", path)

            assert answer.status == 404, f"{path}: {answer.status} {answer.body[:300]!r}"
            assert canary.encode() not in answer.body, path


def test_nothing_of_one_company_can_be_changed_by_another(
    nest: dict[str, set[str]], beta: Company, contract: Contract, canary: str
) -> None:
    for route in contract.routes:
        if route.method == "get" or not route.parameters:
            continue
        body = None if route.body is None else contract.sample(route.body)
        for path in _paths(route, nest):
            answer = beta.staff.admin.api.ask(route.method.upper(), path, body)

            assert 400 <= answer.status < 500, f"{route} {path}: {answer.status}"
            assert canary.encode() not in answer.body, path


def test_no_list_of_another_company_holds_anything_of_the_first(
    nest: dict[str, set[str]], beta: Company, contract: Contract, canary: str
) -> None:
    shared = {"report_definition"}
    foreign = {one for type_, ids in nest.items() if type_ not in shared for one in ids}
    for route in contract.routes:
        if route.method != "get" or route.parameters or route.is_open:
            continue
        answer = beta.staff.admin.api.ask("GET", route.at())

        text = answer.body.decode()
        assert canary not in text, route
        assert canary.lower() not in text, route
        assert not {one for one in foreign if one in text}, route


def test_nothing_new_can_be_hung_on_what_another_company_has(
    nest: dict[str, set[str]], beta: Company
) -> None:
    (customer_id, *_) = nest["customer"]
    (task_id, *_) = nest["task"]
    manager, accountant = beta.staff.manager.api, beta.staff.accountant.api
    attempts = (
        (manager, "/tickets", {"title": "x", "customer_id": customer_id}),
        (manager, "/contacts", {"name": "x", "customer_id": customer_id}),
        (manager, "/locations", {**scenario.LOCATION, "customer_id": customer_id}),
        (manager, "/projects", {"name": "x", "customer_id": customer_id}),
        (manager, "/assets", scenario.server("X", customer_id)),
        (manager, "/time-entries", {**scenario.INTERNAL_WORK, "task_id": task_id}),
        (accountant, "/billing-accounts", {**scenario.BILLING_ACCOUNT, "customer_id": customer_id}),
        (accountant, "/contracts", {**scenario.CONTRACT, "customer_id": customer_id}),
        (accountant, "/billing-runs", {"up_to": "2026-07-01", "customer_id": customer_id}),
    )
    for api, path, body in attempts:
        answer = api.ask("POST", path, body)

        assert answer.status in {404, 422}, f"{path}: {answer.status} {json.dumps(body)}"


def test_a_filter_by_a_foreign_id_finds_nothing(nest: dict[str, set[str]], beta: Company) -> None:
    (customer_id, *_) = nest["customer"]
    for path in ("/tickets", "/contacts", "/locations", "/billing-accounts", "/assets"):
        assert beta.staff.admin.find(path, customer_id=customer_id) == [], path


def test_no_log_holds_a_text_of_a_customer(
    nest: dict[str, set[str]], suite_logs: str, canary: str
) -> None:
    assert canary not in suite_logs
