"""Nobody gets in with a token that is not theirs, or further than their role permits."""

import base64
import json
from typing import Any
from uuid import uuid4

from actors import Company, a_customer, a_ticket
from answers import assert_standard
from contract import Contract
from psa_local.demo.actors import Person
from psa_local.demo.client import Api, Place


def test_nobody_does_what_their_role_does_not_permit(acme: Company) -> None:
    technician = acme.staff.technician
    customer = a_customer(acme)
    nothing: dict[str, str] = {}
    attempts: tuple[tuple[str, str, object], ...] = (
        ("POST", "/users", nothing),
        ("POST", "/tenants", nothing),
        ("POST", "/customers", {"name": "Not by me"}),
        ("POST", "/contracts", {"customer_id": customer["id"], "title": "x"}),
        ("POST", "/billing-runs", {"up_to": "2026-07-01"}),
        ("POST", f"/time-entries/{uuid4()}/approve", None),
        ("GET", "/audit-log", None),
        ("GET", "/invoices", None),
    )
    for method, path, body in attempts:
        answer = technician.api.ask(method, path, body)

        assert answer.status == 403, f"{method} {path}: {answer.body!r}"
        assert_standard(answer, f"{method} {path}")


def test_a_technician_cannot_write_history(acme: Company) -> None:
    customer = a_customer(acme)
    ticket = {
        "title": "Gestern",
        "customer_id": customer["id"],
        "occurred_at": "2026-06-03T16:30:00+02:00",
    }
    a_ticket(acme, customer["id"])  # from here on the desk knows the customer

    answer = acme.staff.technician.api.ask("POST", "/tickets", ticket)

    assert answer.status == 403
    assert_standard(answer, "backdating")


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _opened(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    head, claims, signature = token.split(".")
    header, payload = (
        json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        for part in (head, claims)
    )
    return header, payload, signature


def forged_tokens(token: str) -> dict[str, str]:
    """Return tokens that a thief could make out of a good one."""
    header, claims, signature = _opened(token)
    head, body = token.split(".")[:2]
    richer = {**claims, "permissions": [*claims["permissions"], "tenant:create:all"]}
    return {
        "nobody's signature": f"{head}.{body}.",
        "another signature": f"{head}.{body}.{signature[::-1]}",
        "more permissions": f"{head}.{_part(richer)}.{signature}",
        "another tenant": f"{head}.{_part({**claims, 'tenant_id': str(uuid4())})}.{signature}",
        "a later end": f"{head}.{_part({**claims, 'exp': claims['exp'] + 9_999})}.{signature}",
        "no algorithm": f"{_part({**header, 'alg': 'none'})}.{body}.",
        "a symmetric algorithm": f"{_part({**header, 'alg': 'HS256'})}.{body}.{signature}",
        "an unknown key": f"{_part({**header, 'kid': 'mine'})}.{body}.{signature}",
        "a path as key": f"{_part({**header, 'kid': '../../dev/null'})}.{body}.{signature}",
        "only a part": head,
        "nothing": "",
        "not base64": "ä.ö.ü".encode().decode("latin-1"),
        "too long": "x" * 9_000,
    }


def test_a_forged_token_opens_no_route(acme: Company, contract: Contract, place: Place) -> None:
    tokens = forged_tokens(acme.staff.admin.api.token)
    closed = [route for route in contract.routes if not route.is_open]
    with Api(place) as api:
        for index, route in enumerate(closed):
            name = list(tokens)[index % len(tokens)]
            headers = {"authorization": f"Bearer {tokens[name]}"}

            answer = api.ask(route.method.upper(), route.at(), raw=b"{}", headers=headers)

            assert answer.status == 401, f"{route} with {name}: {answer.body!r}"
            assert_standard(answer, f"{route} with {name}")


def test_every_forged_token_is_refused(acme: Company, place: Place) -> None:
    with Api(place) as api:
        for name, token in forged_tokens(acme.staff.admin.api.token).items():
            answer = api.ask("GET", "/tickets", headers={"authorization": f"Bearer {token}"})

            assert answer.status == 401, f"{name}: {answer.body!r}"
            assert_standard(answer, name)


def test_without_a_token_only_the_listed_doors_are_open(stranger: Api, contract: Contract) -> None:
    open_routes = {str(route) for route in contract.routes if route.is_open}
    assert open_routes == {
        "POST /api/v1/auth/login",
        "POST /api/v1/auth/refresh",
    }
    assert stranger.ask("GET", "//.well-known/jwks.json").is_good
    for route in contract.routes:
        if not route.is_open:
            answer = stranger.ask(route.method.upper(), route.at(), raw=b"{}")

            assert answer.status == 401, f"{route}: {answer.body!r}"


def test_a_session_that_ended_opens_nothing(acme: Company, place: Place) -> None:
    login = acme.staff.admin.add("Leaver", "leaver@company.example", "technician")
    person = Person(place, login)
    person.api.must("POST", "/auth/logout")

    answer = person.api.ask("GET", "/auth/me")
    person.leave()

    assert answer.status == 401
    assert_standard(answer, "after logout")
