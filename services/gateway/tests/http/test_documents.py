"""The merged API document and the page to try it out."""

import contextlib
import json
import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from gateway_servers import Client, MakeGateway, settings_of
from gateway_upstream import Upstream
from psa_gateway.http.openapi import Contract
from psa_gateway.http.upstream_pool import UpstreamPools
from psa_gateway.upstreams import Routes


def a_document(path: str) -> dict[str, Any]:
    answer = {"200": {"description": "Well."}}
    return {
        "openapi": "3.1.0",
        "paths": {path: {"get": {"operationId": "read", "responses": answer}}},
        "components": {"schemas": {"Item": {"type": "string"}}},
    }


def wait_for(check: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not check() and time.monotonic() < deadline:
        time.sleep(0.02)
    return check()


def test_the_services_documents_are_served_as_one(
    make_gateway: MakeGateway, upstream: Upstream
) -> None:
    upstream.document = a_document("/api/v1/tickets/{ticket_id}")
    gateway = make_gateway()

    def served() -> Any:
        return gateway.get("/openapi.json").json()

    assert wait_for(lambda: "/api/v1/tickets/{ticket_id}" in served()["paths"])
    operation = served()["paths"]["/api/v1/tickets/{ticket_id}"]["get"]
    assert operation["x-service"] == "tickets"
    assert operation["security"] == [{"bearer": []}]
    assert "/api/v1/limits" in served()["paths"]
    assert served()["x-unavailable-services"] == []


def test_a_service_that_is_away_is_named_and_the_rest_is_served(
    make_gateway: MakeGateway, upstream: Upstream
) -> None:
    upstream.document = a_document("/api/v1/tickets")
    gateway = make_gateway(upstream_crm="http://127.0.0.1:9", upstream_auth="http://127.0.0.1:9")

    assert wait_for(
        lambda: gateway.get("/openapi.json").json()["x-unavailable-services"] == ["auth", "crm"]
    )
    assert "/api/v1/tickets" in gateway.get("/openapi.json").json()["paths"]


BROKEN: list[Any] = [
    [],
    "x",
    {},
    {"paths": []},
    {"paths": {"/api/v1/tickets": 1}},
    {"paths": {}, "components": {"schemas": 1}},
]


@pytest.mark.parametrize("document", BROKEN)
async def test_a_document_that_is_none_leaves_the_last_good_one(
    upstream: Upstream, document: Any
) -> None:
    contract = Contract(Routes(settings_of("redis://unused", upstream.url)), "1", {"paths": {}})
    with contextlib.closing(UpstreamPools(connect_seconds=1)) as pools:
        upstream.document = a_document("/api/v1/tickets")
        await contract.refresh(pools)
        upstream.document = document
        await contract.refresh(pools)

    assert "/api/v1/tickets" in json.loads(contract.body)["paths"]


async def test_an_operation_that_is_none_is_left_out(upstream: Upstream) -> None:
    contract = Contract(Routes(settings_of("redis://unused", upstream.url)), "1", {"paths": {}})
    upstream.document = {"paths": {"/api/v1/tickets": {"get": 1, "summary": "x"}}}
    with contextlib.closing(UpstreamPools(connect_seconds=1)) as pools:
        await contract.refresh(pools)

    assert json.loads(contract.body)["paths"] == {}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_page_needs_nothing_inline_and_nothing_from_elsewhere(gateway: Client) -> None:
    page = gateway.get("/docs")
    script = gateway.get("/docs/docs.js")
    style = gateway.get("/docs/docs.css")
    tags = _Tags()
    tags.feed(page.text)

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag, attributes in tags.seen:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        for source in (attributes.get("src"), attributes.get("href")):
            assert source is None or source.startswith("/docs/")
        assert tag != "style"
    assert not re.search(r"https?://", script.text + style.text)
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(", script.text)
    assert [
        answer.headers["content-type"].partition(";")[0] for answer in (page, script, style)
    ] == [
        "text/html",
        "text/javascript",
        "text/css",
    ]


def test_both_languages_have_every_text(gateway: Client) -> None:
    script = gateway.get("/docs/docs.js").text
    german, english = (
        set(
            re.findall(
                r"(\w+): \"(?=\w)", re.findall(rf"{code}: {{(.*?)}},\n", script, re.DOTALL)[0]
            )
        )
        for code in ("de", "en")
    )
    used = set(re.findall(r"text\(\"(\w+)\"\)", script))
    used |= set(re.findall(r"data-text=\"(\w+)\"", gateway.get("/docs").text))

    assert german == english
    assert used <= german
