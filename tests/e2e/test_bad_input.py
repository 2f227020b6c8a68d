"""Whatever is sent: never a 5xx, always the standard document, and nothing is stored."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from actors import Company, a_customer, a_ticket, found_company
from answers import assert_standard
from contract import JSON, Contract, Route
from psa_local.demo.actors import Person, PlatformOperator, TenantAdmin
from psa_local.demo.client import Answer, Place
from psa_local.demo.eventually import eventually

#: The one route that no company's own people may use.
TENANTS = "/api/v1/tenants"
DEEP = 100_000
HUGE_INTEGER = "9" * 5_000
HUGE_TEXT = "x" * 1_100_000
RAW_BODIES = {
    "nothing": b"",
    "half an object": b'{"name": "x"',
    "two documents": b"{} {}",
    "a comment": b"{} // x",
    "not UTF-8": b'{"name": "\xff"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "another type": b'["name"]',
    "a bare null": b"null",
    "a bare number": b"1e400",
    "NaN": b'{"name": NaN}',
    "infinity": b'{"name": -Infinity}',
    "an endless number": f'{{"name": {HUGE_INTEGER}}}'.encode(),
    "a lone surrogate": rb'{"name": "\ud800"}',
    "deep lists": b"[" * DEEP,
    "deep objects in an unknown field": b'{"x":' * DEEP + b"1" + b"}" * DEEP,
    "a megabyte of text": f'{{"name": "{HUGE_TEXT}"}}'.encode(),
}
WRONG_TYPES = {
    "text/plain": 415,
    "application/x-www-form-urlencoded": 415,
    "application/json; charset=utf-16": 415,
    "application/json, text/plain": 415,
    "application/xml": 415,
}
#: By format or type: JSON that no field of that kind can hold.
WRONG_VALUES = {
    "integer": ("1.5", "1e400", HUGE_INTEGER, "-9223372036854775809", '"1"', "true", "NaN"),
    "string": (r'"\u0000"', r'"x\u0000x"', r'"\ud800"', "1", "[]", "{}", "false"),
    "uuid": ('"1"', '"not-a-uuid"', '""', "0"),
    "date": ('"2026-02-30"', '"0000-00-00"', '"10000-01-01"', "20260603"),
    "date-time": (
        '"2026-06-03T16:30:00"',
        '"2026-06-03T24:00:00Z"',
        '"0001-01-01T00:00:00+14:00"',
        '"9999-12-31T23:59:59-12:00"',
        "1780497000",
    ),
    "enum": ('"sideways"', "1", r'"\u0000"'),
    "boolean": ('"true"', "1", "{}"),
    "array": ("{}", '"x"', "[null]"),
}


@pytest.fixture(scope="module")
def company(operator: PlatformOperator) -> Iterator[Company]:
    """Give a company of which nobody else counts the requests."""
    company = found_company(operator, "input")
    yield company
    company.staff.leave()


@pytest.fixture(scope="module")
def writers(company: Company, place: Place, operator: PlatformOperator) -> Iterator["Writers"]:
    """Give administrators who take turns, so that none runs into the limit of one user."""
    writers = Writers(company, place, operator)
    yield writers
    writers.leave()


class Writers:
    """Administrators of one company, a new one as soon as the last has little left to ask."""

    def __init__(self, company: Company, place: Place, operator: PlatformOperator) -> None:
        self._company = company
        self._operator = operator
        self._place = place
        self._people: list[Person] = []

    def ask(self, route: Route, payload: bytes, **headers: str) -> Answer:
        """Send a body to a route whose ids are made up."""
        if not self._people or self._remaining < 50:
            self._people.append(self._next())
        may_write = self._operator if route.path == TENANTS else self._people[-1]
        api, path = may_write.api, route.at()
        # Whoever has not signed in is slowed down together with all of this machine.
        answer = eventually(
            lambda: api.ask(route.method.upper(), path, raw=payload, headers=headers),
            awaited=f"{route} may be asked",
            holds=lambda answer: answer.status != 429,
        )
        if not route.is_open and may_write is not self._operator:
            self._remaining = int(answer.headers.get("x-ratelimit-remaining", self._remaining))
        return answer

    def leave(self) -> None:
        """Close everybody's connections."""
        for person in self._people:
            person.leave()

    def _next(self) -> Person:
        number = len(self._people)
        boss = self._company.staff.admin
        login = boss.add("Writer", f"writer{number}@company.example", "tenant_admin")
        self._remaining = 1_000
        return TenantAdmin(self._place, login)


@pytest.mark.parametrize("name", RAW_BODIES)
def test_a_body_that_is_no_request_is_refused_everywhere(
    writers: Writers, contract: Contract, name: str
) -> None:
    for route in contract.writes:
        answer = writers.ask(route, RAW_BODIES[name])

        assert_standard(answer, f"{route} with {name}")


@pytest.mark.parametrize("kind", WRONG_TYPES)
def test_only_json_is_read(writers: Writers, contract: Contract, kind: str) -> None:
    for route in contract.writes:
        answer = writers.ask(route, b"{}", **{"content-type": kind})

        assert_standard(answer, f"{route} with {kind}")
        assert answer.status == WRONG_TYPES[kind], f"{route} with {kind}"


def test_an_unknown_field_is_refused_by_name(writers: Writers, contract: Contract) -> None:
    for route in contract.writes:
        body = {**contract.sample(route.body or {}), "favourite_colour": "green"}

        answer = writers.ask(route, json.dumps(body).encode())

        assert_standard(answer, f"{route} with an unknown field")


def test_every_field_refuses_what_it_cannot_hold_and_nothing_is_stored(
    writers: Writers, contract: Contract, company: Company
) -> None:
    before = stored(company, contract)

    for route in contract.writes:
        for about, payload in _broken_bodies(contract, route):
            answer = writers.ask(route, payload)

            assert_standard(answer, f"{route} with {about}")
    assert stored(company, contract) == before


def stored(company: Company, contract: Contract) -> dict[str, int]:
    """Count everything that a company has but its people and what was written down about them."""
    lists = [
        route.at()
        for route in contract.routes
        if route.is_list and route.service != "auth" and not route.parameters
    ]
    return {path: company.staff.admin.api.get(path)["meta"]["total"] for path in lists}


def _broken_bodies(contract: Contract, route: Route) -> Iterator[tuple[str, bytes]]:
    """Take a good body and break one field at a time."""
    good: dict[str, Any] = contract.sample(route.body or {})
    for name, schema in contract.properties(route).items():
        rest = {key: value for key, value in good.items() if key != name}
        start = json.dumps(rest)[:-1] + (", " if rest else "")
        for wrong in _wrong_values(schema):
            yield f"{name} = {wrong[:40]}", f'{start}"{name}": {wrong}}}'.encode()


def _wrong_values(schema: dict[str, Any]) -> Iterator[str]:
    allowed = schema.get("enum", [])
    kind = "enum" if allowed else schema.get("format") or schema.get("type")
    for wrong in WRONG_VALUES.get(str(kind), ("1", '"x"', "[]")):
        if wrong not in map(json.dumps, allowed):
            yield wrong


def test_what_is_asked_of_a_list_is_checked(writers: Writers, contract: Contract) -> None:
    queries = (
        "page=-1",
        "page=9223372036854775808",
        "limit=0",
        "limit=1e9",
        "cursor=%00",
        "cursor=W10",
        "sort=;drop",
        "order=sideways",
        "filter[name][$ne]=",
        "unknown=1",
        "page=1&page=2",
    )
    for route in contract.routes:
        if route.method != "get" or route.parameters or route.is_open:
            continue
        for query in queries:
            answer = writers.ask(replace(route, path=f"{route.path}?{query}"), b"")

            if answer.status != 200:
                assert_standard(answer, f"{route} ?{query}")


def test_an_id_that_nobody_gave_is_not_found(writers: Writers, contract: Contract) -> None:
    for route in contract.routes:
        if not route.parameters or route.is_open:
            continue
        body = json.dumps(contract.sample(route.body)).encode() if route.body else b""
        raw = body or (b"a file" if route.media_type else b"")

        answer = writers.ask(route, raw, **{"content-type": route.media_type or JSON})

        assert_standard(answer, str(route))
        if route.body is None and not route.asks:
            assert answer.status in {404, 409}, f"{route}: {answer.body!r}"


def test_bad_ids_and_paths_are_no_way_in(company: Company) -> None:
    api = company.staff.manager.api
    for path in (
        "/tickets/1",
        "/tickets/%00",
        "/tickets/..%2f..%2fusers",
        f"/tickets/{uuid4()}/",
        f"/tickets/{uuid4()};jsessionid=1",
        "/TICKETS",
        "/setup",
        "/tickets/%ff",
    ):
        answer = api.ask("GET", path)

        assert_standard(answer, path)


def test_a_step_that_the_process_does_not_have_is_refused(company: Company) -> None:
    manager = company.staff.manager
    ticket = a_ticket(company, a_customer(company)["id"])
    manager.move(ticket["id"], "resolved")
    manager.move(ticket["id"], "closed")

    answer = manager.api.ask("PUT", f"/tickets/{ticket['id']}/status", {"status": "in_progress"})

    assert answer.status == 422
    assert_standard(answer, "closed → in_progress")
    assert answer.document["error"]["details"][0]["field"] == "status"
