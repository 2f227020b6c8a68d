"""/canned-answers, and one of them filled in for a ticket."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, expected_version, shown
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line, Text
from psa_common.listing import fetch_page
from psa_tickets.domain.routines import placeholders
from psa_tickets.domain.routines.texts import CannedAnswer, Language
from psa_tickets.http.staff import STAFF, colleagues
from psa_tickets.queries import definitions, placeholder_values, tickets
from psa_tickets.queries.definitions import ANSWERS, Stored
from psa_tickets.usecases.routines import definitions as keeping

LISTING = definitions.listing_of(ANSWERS)


class AnswerInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer; blanks such as {{ticket.number}} are filled when it is used."""

    name: Line
    german: Text
    english: Text | None = None
    active: bool = True

    def definition(self) -> CannedAnswer:
        """Return what the domain keeps."""
        return CannedAnswer(german=self.german, english=self.english)


class AnswerAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it was written."""

    name: str
    active: bool
    definition: CannedAnswer
    created_at: datetime


class FilledAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """An answer for one ticket, as plain text and as HTML that says the same."""

    name: str
    language: Language
    text: str
    html: str


def show(stored: Stored[CannedAnswer]) -> Resource[AnswerAttributes]:
    """Show an answer."""
    attributes = shown(stored, AnswerAttributes)
    return Resource(stored.id, ANSWERS.kind, attributes)


@post("/", guards=[requires("desk:manage")])
async def create_answer(
    data: JSONBody[AnswerInput], tx: NamedDependency[Tx]
) -> Document[AnswerAttributes]:
    """Write down an answer."""
    new, now = data.definition(), datetime.now(UTC)
    stored = await keeping.create(tx, ANSWERS, data.name, data.active, new, now=now)
    return answer(show(stored), version=stored.version, status=201)


@get("/", guards=[requires("ticket:comment")], opt={"listing": LISTING})
async def list_answers(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[AnswerAttributes]:
    """List the canned answers."""
    return await fetch_page(tx, LISTING, request, show, kind=ANSWERS.kind)


@get("/{answer_id:uuid}", guards=[requires("ticket:comment")])
async def read_answer(
    answer_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[AnswerAttributes]:
    """Read an answer."""
    stored = await definitions.get(tx, ANSWERS, answer_id)
    return answer(show(stored), version=stored.version)


@put("/{answer_id:uuid}", guards=[requires("desk:manage")])
async def replace_answer(
    request: Request[Any, Any, Any],
    answer_id: FromPath[UUID],
    data: JSONBody[AnswerInput],
    tx: NamedDependency[Tx],
) -> Document[AnswerAttributes]:
    """Let an answer say something else."""
    new, expected = data.definition(), expected_version(request)
    stored = await keeping.replace(
        tx, ANSWERS, answer_id, data.name, data.active, new, expected_version=expected
    )
    return answer(show(stored), version=stored.version)


def show_filled(
    stored: Stored[CannedAnswer], language: Language, values: dict[str, str | None]
) -> Resource[FilledAttributes]:
    """Show an answer with its blanks filled."""
    text = stored.definition.text_in(language)
    attributes = FilledAttributes(
        name=stored.name,
        language=language,
        text=placeholders.render(text, values),
        html=placeholders.render_html(text, values),
    )
    return Resource(stored.id, "filled_answer", attributes)


@get("/{answer_id:uuid}", guards=[*STAFF, requires("ticket:comment")])
async def fill_answer(
    ticket_id: FromPath[UUID],
    answer_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    language: FromQuery[Language] = Language.GERMAN,
) -> Document[FilledAttributes]:
    """Fill an answer in for a ticket."""
    await tickets.get(tx, ticket_id, principal)
    stored = await definitions.get_active(tx, ANSWERS, answer_id)
    values = await placeholder_values.of_ticket(tx, ticket_id, agent_name=principal.name)
    return answer(show_filled(stored, language, values))


ROUTER = Router(
    "/canned-answers",
    guards=[colleagues],
    route_handlers=[create_answer, list_answers, read_answer, replace_answer],
)
TICKET_ROUTER = Router("/tickets/{ticket_id:uuid}/canned-answers", route_handlers=[fill_answer])
