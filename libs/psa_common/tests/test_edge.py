"""One request is one transaction, and every refusal is the standard document."""

import asyncio
from typing import Any

import pytest

from psa_common.errors import Invalid
from psa_common.requests import read_json
from psa_common.testing import Api, Tenant


@pytest.fixture
def notes(api: Api, acme: Tenant) -> Api:
    """Give somebody who may read and write notes."""
    return api.as_(acme.person("note:create:all", "note:view:all"))


async def _texts(notes: Api) -> list[str]:
    page = (await notes.get("/notes")).json()
    return [one["attributes"]["text"] for one in page["data"]]


async def test_a_refusal_after_a_write_leaves_nothing(notes: Api) -> None:
    response = await notes.post("/notes", {"text": "refuse"})

    assert response.status_code == 422
    assert await _texts(notes) == []


async def test_a_commit_that_fails_is_no_success(notes: Api) -> None:
    await notes.post("/notes", {"text": "once"})

    response = await notes.post("/notes", {"text": "once"})

    assert response.status_code == 409
    assert response.json()["error"]["code"] == "RESOURCE_ALREADY_EXISTS"


async def test_a_get_cannot_write(notes: Api) -> None:
    response = await notes.get("/notes/writing")

    assert response.status_code == 500
    assert await _texts(notes) == []


async def test_fifty_equal_requests_with_one_key_have_one_effect_and_one_answer(
    notes: Api,
) -> None:
    key = {"Idempotency-Key": "one-key-for-all"}

    answers = await asyncio.gather(
        *(notes.post("/notes", {"text": "paid"}, headers=key) for _ in range(50))
    )

    assert {(one.status_code, one.content) for one in answers} == {(201, answers[0].content)}
    assert await _texts(notes) == ["paid"]


async def test_a_refused_request_gives_its_key_back(notes: Api) -> None:
    key = {"Idempotency-Key": "a-key-that-is-tried-again"}
    refused = await notes.post("/notes", {"text": "refuse"}, headers=key)

    again = await notes.post("/notes", {"text": "accepted"}, headers=key)

    assert (refused.status_code, again.status_code) == (422, 201)


async def test_one_tenants_key_means_nothing_to_another(api: Api, notes: Api, beta: Tenant) -> None:
    key = {"Idempotency-Key": "the-same-key"}
    await notes.post("/notes", {"text": "acme's"}, headers=key)

    other = api.as_(beta.person("note:create:all", "note:view:all"))
    response = await other.post("/notes", {"text": "beta's"}, headers=key)

    assert response.json()["data"]["attributes"]["text"] == "beta's"


@pytest.mark.parametrize("key", ["short", "x" * 129, "with space here", "umlaut-ü-umlaut"])
async def test_a_malformed_key_is_refused(notes: Api, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1")}
    response = await notes.http.post("/api/v1/notes", json={"text": "x"}, headers=headers)

    assert response.status_code == 400


async def test_the_callers_request_id_comes_back_when_it_is_well_formed(notes: Api) -> None:
    kept = await notes.get("/notes", headers={"X-Request-ID": "req-1234567890"})
    made = await notes.get("/notes", headers={"X-Request-ID": "bad id\t"})

    assert kept.headers["x-request-id"] == "req-1234567890"
    assert made.headers["x-request-id"].startswith("req-")


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/notes/", "/", "/API/V1/notes"])
async def test_an_unknown_path_is_refused_with_the_standard_document(notes: Api, path: str) -> None:
    response = await notes.http.put(path)

    assert response.status_code in {404, 405}
    assert set(response.json()["error"]) == {
        "code",
        "message",
        "details",
        "request_id",
        "timestamp",
    }


HOSTILE: dict[str, bytes] = {
    "no JSON": b"{",
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a wrong type": b'{"text": 1}',
    "a missing field": b"{}",
    "an unknown field": b'{"text": "x", "tenant_id": "y"}',
    "a NUL": b'{"text": "a\\u0000b"}',
    "a NUL in an unread field": b'{"text": "a", "nested": ["\\u0000"]}',
    "a control character": b'{"text": "a\\u001bb"}',
    "a C1 control character": '{"text": "a\x85b"}'.encode(),
    "a raw DEL": b'{"text": "a\x7fb"}',
    "a lone surrogate": b'{"text": "\\ud800"}',
    "invalid UTF-8": b'{"text": "\xff"}',
    "overlong UTF-8": b'{"text": "\xc0\xae"}',
    "NaN": b'{"text": NaN}',
    "deep nesting": b'{"text": "x", "nested": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"text": "x", "nested": ' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}",
    "a blank text": b'{"text": "   "}',
    "a long text": b'{"text": "' + b"x" * 201 + b'"}',
    "two lines": b'{"text": "a\\nb"}',
    "a naive instant": b'{"text": "x", "at": "2026-06-03T08:00:00"}',
    "the year 1": b'{"text": "x", "at": "0001-01-01T00:00:00+14:00"}',
    "the year 9999": b'{"text": "x", "at": "9999-12-31T23:59:59-12:00"}',
    "February 30": b'{"text": "x", "at": "2026-02-30T00:00:00Z"}',
    "an epoch number": b'{"text": "x", "at": 1780000000}',
    "a BOM": b'\xef\xbb\xbf{"text": "x"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_body_is_refused_and_nothing_is_stored(notes: Api, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    response = await notes.http.post("/api/v1/notes", content=body, headers=headers)

    assert response.status_code == 400, response.text
    assert response.json()["error"]["message"]
    assert await _texts(notes) == []


async def test_a_body_that_is_too_large_is_refused(notes: Api) -> None:
    response = await notes.post("/notes", {"text": "x" * 1_100_000})

    assert response.status_code == 413


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
        "application/json;charset=utf-16",
        "application/json, text/plain",
    ],
)
async def test_only_json_by_its_own_word_is_read(notes: Api, kind: str) -> None:
    response = await notes.http.post(
        "/api/v1/notes", content=b'{"text": "x"}', headers={"content-type": kind}
    )

    assert response.status_code == 415
    assert await _texts(notes) == []


def test_text_is_kept_in_one_normal_form() -> None:
    decomposed: Any = read_json('{"text": "Mu\u0308ller"}'.encode(), dict[str, str])

    assert decomposed == {"text": "Müller"}


def test_brackets_within_text_are_no_nesting() -> None:
    text = "[" * 100 + '\\"' + "{" * 100

    assert read_json(f'{{"text": "{text}"}}'.encode(), dict[str, str])


def test_a_refusal_names_the_field() -> None:
    with pytest.raises(Invalid) as refusal:
        read_json(b'{"text": 1}', dict[str, str])

    assert "Expected `str`" in refusal.value.details[0].message
