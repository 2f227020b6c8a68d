"""Notes: the smallest service that uses everything of this library."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from psa_common import audit, health
from psa_common.application import build_application
from psa_common.db import Pool, Tx
from psa_common.documents import Document, Page, Resource, answer
from psa_common.edge import Edge
from psa_common.errors import Refused
from psa_common.guards import requires
from psa_common.identity import TokenVerifier
from psa_common.ids import uuid7
from psa_common.inputs import Instant, Line
from psa_common.listing import Filter, Listing, Sort, fetch_page

INSERT_SQL = "INSERT INTO notes (id, text) VALUES (%(id)s, %(text)s)"


class NewNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be noted."""

    text: Line
    at: Instant | None = None
    nested: Any = None


class NoteAttributes(msgspec.Struct, frozen=True):
    """What was noted."""

    text: str


class Note(msgspec.Struct, frozen=True):
    """A row."""

    id: UUID
    text: str


LISTING = Listing(
    row=Note,
    select="SELECT n.id, n.text FROM notes AS n",
    id_column="n.id",
    filters={"text": Filter("n.text = %(text)s")},
    sorts={"text": Sort("n.text", str)},
    default_sort="text",
)


@post("/", guards=[requires("note:create")])
async def write(data: JSONBody[NewNote], tx: NamedDependency[Tx]) -> Document[NoteAttributes]:
    """Write a note; the text "refuse" is refused after it was written."""
    note = uuid7()
    await tx.execute(INSERT_SQL, id=note, text=data.text)
    audit.record(tx, "note.written", "note", note, after={"text": data.text, "secret": "hidden"})
    if data.text == "refuse":
        raise Refused("This text is refused.")
    return answer(Resource(note, "note", NoteAttributes(data.text)), version=1, status=201)


@get("/", guards=[requires("note:view")], opt={"listing": LISTING})
async def read(request: Request[Any, Any, Any], tx: NamedDependency[Tx]) -> Page[NoteAttributes]:
    """List the notes."""
    return await fetch_page(
        tx, LISTING, request, lambda row: Resource(row.id, "note", NoteAttributes(row.text))
    )


@get("/writing", guards=[requires("note:view")])
async def write_while_reading(tx: NamedDependency[Tx]) -> dict[str, str]:
    """Try to write where only reading is meant."""
    await tx.execute(INSERT_SQL, id=uuid7(), text="sneaky")
    return {}


ROUTER = Router("/notes", route_handlers=[write, read, write_while_reading])


def build(pool: Pool, verifier: TokenVerifier) -> Edge:
    """Put the notes behind the edge."""
    return build_application(
        service="notes",
        version="1.0.0",
        title="Notes",
        routes=(ROUTER,),
        pool=pool,
        verifier=verifier,
        checks={"database": health.database_check(pool)},
    )
