"""Requests for every route that there is, read from the application's own document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import msgspec

from psa_common.testing import Api
from tickets_desk import a_workflow
from tickets_mail import an_eml

WRITES = ("post", "put", "patch", "delete")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API document, with what to send to it."""

    method: str
    path: str
    permissions: tuple[str, ...]
    query: frozenset[str]
    includes: tuple[str, ...]
    body: Any
    raw: bool

    @property
    def name(self) -> str:
        """The route as people write it."""
        return f"{self.method.upper()} {self.path}"


@dataclass(frozen=True, slots=True)
class World:
    """What stands behind the placeholders of paths and the ids of bodies."""

    ids: Mapping[str, str]
    customer_id: UUID
    other_customer_id: UUID
    stranger_customer_id: UUID

    def path(self, route: Route) -> str:
        """Put what is there into the placeholders; a new placeholder must be given a thing."""
        filled = route.path
        for name in placeholders(route.path):
            before = route.path.partition(f"{{{name}}}")[0]
            filled = filled.replace(f"{{{name}}}", self.ids.get(before) or self.ids[name])
        return filled


def placeholders(path: str) -> list[str]:
    """Return the names of what a path leaves open."""
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def routes_of(document: Json) -> list[Route]:
    """Return every operation that the application serves, reading before writing."""
    shapes = document["components"]["schemas"]
    found = [
        _route(method, path, operation, shapes)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in {"get", *WRITES}
    ]
    return sorted(found, key=lambda route: (route.method != "get", route.method == "delete"))


async def ask(who: Api, route: Route, world: World, question: Json | None = None) -> httpx.Response:
    """Send the request that *route* wants, about the things of *world*."""
    path = f"/api/v1{world.path(route)}"
    if route.raw:
        sent = {"filename": "harmlos.png"} if "filename" in route.query else {}
        kind = "application/octet-stream" if sent else "message/rfc822"
        headers = {"content-type": kind}
        return await who.http.post(path, params=sent, content=an_eml(), headers=headers)
    body = _filled(route.body, world)
    asked: Json = {"json": body} if body is not None else {}
    return await who.http.request(route.method, path, params=question, **asked)


def questions(route: Route, wanted: str) -> Iterator[Json]:
    """Yield the ways to ask a reading route: plainly, with all beside it, for *wanted* words."""
    yield {name: value for name, value in ASKED.items() if name in route.query}
    if "include" in route.query:
        yield {"include": ",".join(route.includes)}
    for name in {"search", "tag", "q"} & route.query:
        yield {name: wanted}


def _route(method: str, path: str, operation: Json, shapes: Json) -> Route:
    parameters = {one["name"]: one["schema"] for one in operation.get("parameters", ())}
    contents = operation.get("requestBody", {}).get("content", {})
    sent = contents.get("application/json")
    name = f"{method.upper()} {path.removeprefix('/api/v1')}"
    includes = parameters.get("include", {}).get("description", "")
    return Route(
        method=method,
        path=path.removeprefix("/api/v1"),
        permissions=tuple(operation.get("x-permissions", ())),
        query=frozenset(parameters),
        includes=tuple(includes.rpartition(":")[2].replace(".", "").replace(" ", "").split(",")),
        body=_body(name, sent["schema"], shapes) if sent else None,
        raw=(bool(contents) and sent is None) or path.endswith("/messages"),
    )


#: What a route cannot be asked without.
ASKED = {
    "q": "Drucker",
    "group": "user",
    "from": "2026-06-01",
    "until": "2026-06-30",
    "day": "2026-06-03",
}

#: What a sensible request says besides what it must.
MORE: Mapping[str, Json] = {
    "POST /assignment-rules": {"otherwise": "load"},
    "POST /tickets": {"customer_id": "{customer_id}"},
    "POST /tickets/bulk": {"ids": ["{ticket_id}"], "changes": {"priority": "P1"}},
    "PATCH /tickets/{ticket_id}": {"title": "Anders"},
    "POST /tickets/{ticket_id}/comments": {"body": "Hallo"},
    "PATCH /tickets/{ticket_id}/comments/{comment_id}": {"body": "Anders"},
    "PATCH /tickets/{ticket_id}/checklist/items/{item_id}": {"text": "Anders"},
    "POST /tickets/{ticket_id}/travel": {"km": "12.5"},
    "POST /tickets/{ticket_id}/watchers": {"email": "fremd@mueller.example"},
    "POST /tickets/{ticket_id}/time-entries": {"minutes": 20, "work_date": "2026-06-04"},
    "POST /time-entries": {"minutes": 20, "work_date": "2026-06-04"},
    "PATCH /time-entries/{time_entry_id}": {"note": "Anders"},
    "POST /time-entries/{time_entry_id}/reject": {"reason": "Falsch"},
    "PATCH /materials/{material_id}": {"description": "Anders"},
    "PATCH /travel/{travel_id}": {"note": "Anders"},
    "POST /timers": {"ticket_id": "{ticket_id}"},
    "PATCH /ticket-views/{view_id}": {"name": "Anders"},
    "PUT /workflow": a_workflow(),
    "PATCH /queues/{queue_id}": {"name": "Anders"},
}

#: What fits a pattern, where any words would not.
FITTING = {
    "quantity": "2.000",
    "km": "12.5",
    "status": "open",
    "email": "fremd@mueller.example",
    "sender": "fremd@mueller.example",
    "address": "fremd@msp.example",
    "currency": "EUR",
    "recurrence": "FREQ=DAILY",
    "local_time": "08:00",
    "key": "neu",
    "otherwise": "load",
    "sort": "-created_at",
}


def _body(route: str, shape: Json, shapes: Json) -> Any:
    least: Json | None = _sample("", shape, shapes) if shape else None
    return {**(least or {}), **MORE.get(route, {})}


def _sample(name: str, shape: Json, shapes: Json) -> Any:
    """Return the least that *shape* accepts; ids stay placeholders."""
    if "$ref" in shape:
        return _sample(name, shapes[shape["$ref"].rpartition("/")[2]], shapes)
    if "anyOf" in shape:
        first = next(one for one in shape["anyOf"] if one.get("type") != "null")
        return _sample(name, first, shapes)
    if "enum" in shape:
        return shape["enum"][0]
    return _plain(name, shape, shapes)


def _plain(name: str, shape: Json, shapes: Json) -> Any:
    match shape.get("type"):
        case "object":
            properties: Json = shape.get("properties", {})
            wanted = shape.get("required", ())
            return {one: _sample(one, properties[one], shapes) for one in wanted}
        case "array":
            return [_sample(name.removesuffix("s"), shape["items"], shapes)]
        case "string":
            return _text(name, shape)
        case "boolean":
            return False
        case _:
            return shape.get("minimum", 1)


def _text(name: str, shape: Json) -> str:
    match shape.get("format"):
        case "uuid":
            return f"{{{name}}}"
        case "date":
            return "2026-06-03"
        case "date-time":
            return "2026-06-03T10:00:00Z"
        case _:
            return FITTING.get(name, "versuch")


def _filled(body: Any, world: World) -> Any:
    """Put the ids of *world* where the sample left them open."""
    text = msgspec.json.encode(body).decode()
    for name in set(placeholders(text)) & set(world.ids):
        text = text.replace(f'"{{{name}}}"', f'"{world.ids[name]}"')
    return msgspec.json.decode(text)
