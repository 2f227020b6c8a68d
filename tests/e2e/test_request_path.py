"""The way of one request: its id and trace on every hop, and no header that is not its own."""

import http.client
import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from actors import Company
from books import Ledger
from psa_local.demo.client import Api
from psa_local.demo.eventually import eventually
from psa_local.ports import LOOPBACK
from psa_local.running_suite import RunningSuite

Lines = Callable[[str], list[dict[str, Any]]]
SPOOFED = {
    "x-tenant-id": "00000000-0000-7000-8000-000000000001",
    "x-user-id": "00000000-0000-7000-8000-000000000002",
    "x-user-roles": "platform_operator",
    "x-roles": "tenant_admin",
    "x-permissions": "tenant:create:all",
    "x-internal": "1",
    "x-request-from": "internal",
    "x-original-url": "/api/v1/users",
    "x-rewrite-url": "/api/v1/users",
    "x-http-method-override": "DELETE",
    "x-forwarded-user": "admin",
    "forwarded": "for=198.51.100.7;host=evil.example",
    "x_tenant_id": "00000000-0000-7000-8000-000000000001",
}


@pytest.fixture(scope="module")
def lines_of(suite: RunningSuite) -> Lines:
    """Return a function that reads the log of a process, as far as it is JSON."""

    def read(name: str) -> list[dict[str, Any]]:
        text = (suite.plan.logs / f"{name}.log").read_text(errors="replace")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    return read


def test_the_id_and_the_trace_of_a_request_stand_in_the_log_of_every_hop(
    acme: Company, lines_of: Lines
) -> None:
    request_id = f"story-{secrets.token_hex(8)}"
    trace_id = secrets.token_hex(16)
    headers = {
        "x-request-id": request_id,
        "traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01",
    }

    answer = acme.staff.manager.api.ask("GET", "/tickets?limit=1", headers=headers)

    assert answer.headers["x-request-id"] == request_id
    for hop in ("haproxy", "gateway-app", "tickets-app"):
        line = eventually(
            lambda hop=hop: [one for one in lines_of(hop) if one.get("request_id") == request_id],
            awaited=f"{hop} has written {request_id} down",
        )[0]
        assert line.get("trace_id", trace_id) == trace_id, hop


def test_what_a_request_causes_elsewhere_belongs_to_its_trace(
    acme: Company, ledger: Ledger
) -> None:
    trace_id = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}

    acme.staff.manager.api.must("POST", "/customers", {"name": "Spur GmbH"}, headers)

    assert trace_id in ledger.traces(acme.slug, "crm")


def test_a_request_without_an_id_gets_one_and_a_bad_one_is_replaced(acme: Company) -> None:
    api = acme.staff.manager.api
    bad = "x" * 200

    ids = [
        api.ask("GET", "/tickets?limit=1").headers["x-request-id"],
        api.ask("GET", "/tickets?limit=1").headers["x-request-id"],
        api.ask("GET", "/tickets?limit=1", headers={"x-request-id": bad}).headers["x-request-id"],
    ]

    assert len(set(ids)) == 3
    assert bad not in ids


def test_an_error_names_the_request_it_belongs_to(acme: Company) -> None:
    request_id = f"story-{secrets.token_hex(8)}"

    answer = acme.staff.manager.api.ask(
        "GET", "/tickets/unknown", headers={"x-request-id": request_id}
    )

    assert answer.document["error"]["request_id"] == request_id


@pytest.mark.parametrize("path", ["/tickets?limit=1", "/tickets/unknown", "//nowhere"])
def test_every_answer_carries_the_headers_that_protect_a_browser(acme: Company, path: str) -> None:
    headers = acme.staff.manager.api.ask("GET", path).headers

    assert headers["strict-transport-security"].startswith("max-age=")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "cache-control" in headers
    assert not {"server", "x-powered-by", "via"} & headers.keys()


def test_nobody_becomes_somebody_else_by_saying_so(acme: Company) -> None:
    technician = acme.staff.technician.api

    me = technician.ask("GET", "/auth/me", headers=SPOOFED)
    users = technician.ask("GET", "/audit-log", headers=SPOOFED)
    tenants = technician.ask("POST", "/tenants", {}, headers=SPOOFED)

    assert me.status == 200
    assert me.document["data"]["attributes"]["roles"] == ["technician"]
    assert (users.status, tenants.status) == (403, 403)


def test_a_stranger_stays_one_whatever_they_send(stranger: Api) -> None:
    assert stranger.ask("GET", "/tickets", headers=SPOOFED).status == 401
    assert stranger.ask("GET", "//metrics", headers=SPOOFED).status == 404


def test_another_origin_gets_no_permission(stranger: Api) -> None:
    for origin in ("https://evil.example", "null"):
        headers = {"origin": origin, "access-control-request-method": "POST"}
        answer = stranger.ask("OPTIONS", "/tickets", headers=headers)

        assert "access-control-allow-origin" not in answer.headers


def test_a_service_believes_no_header_without_a_token(suite: RunningSuite) -> None:
    for service in suite.plan.services:
        if service.name == "gateway":
            continue
        connection = http.client.HTTPConnection(LOOPBACK, service.app_port, timeout=10)
        connection.request("GET", _a_path_of(service.name), headers=SPOOFED)
        answer = connection.getresponse()
        answer.read()
        connection.close()

        assert answer.status == 401, service.name


def _a_path_of(service: str) -> str:
    return {
        "auth": "/api/v1/users",
        "crm": "/api/v1/customers",
        "tickets": "/api/v1/tickets",
        "billing": "/api/v1/invoices",
        "projects": "/api/v1/projects",
        "assets": "/api/v1/assets",
        "reports": "/api/v1/reports",
    }[service]
