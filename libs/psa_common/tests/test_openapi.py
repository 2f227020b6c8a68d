"""What the document says about bodies."""

from typing import Any

import msgspec
from litestar import Litestar, post
from litestar.params import JSONBody

from psa_common.openapi import document_of


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wished for."""

    reason: str = "–"


@post("/wishes")
async def make_wish(data: JSONBody[Wish]) -> None:
    """Wish for something."""


@post("/wishes/again")
async def wish_again(data: JSONBody[Wish | None] = None) -> None:
    """Wish for something, or for the same."""


def described(path: str) -> dict[str, Any]:
    app = Litestar([make_wish, wish_again], openapi_config=None)
    document = document_of(app, service="wishes", title="Wishes", version="1")
    body: dict[str, Any] = document["paths"][path]["post"]["requestBody"]
    return body


def test_a_body_that_must_be_there_is_described_as_required() -> None:
    body = described("/wishes")

    assert body["required"] is True
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Wish"}


def test_a_body_that_may_be_left_out_is_described_all_the_same() -> None:
    body = described("/wishes/again")

    assert body["required"] is False
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Wish"}
