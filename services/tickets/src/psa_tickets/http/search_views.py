"""What the API shows of a search."""

from datetime import datetime
from typing import Any

import msgspec

from psa_common.documents import Resource, now_meta, related
from psa_tickets.domain import found_words
from psa_tickets.domain.search import Kind
from psa_tickets.queries.found import Found
from psa_tickets.usecases.searching import Findings

TITLE_LENGTH_MAX = 200
EXCERPT_LENGTH_MAX = 240


class FragmentView(msgspec.Struct, frozen=True):
    """A stretch of plain text; `matches` when it is what was looked for. Escape it for HTML."""

    text: str
    matches: bool


class HitAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that was found: its number and name, and the words that say what was asked."""

    number: str | None
    title: list[FragmentView]
    excerpt: list[FragmentView]
    state: str | None
    customer_name: str | None


class SearchMeta(msgspec.Struct, frozen=True, kw_only=True):
    """
    Who answered: `degraded` when the engine that was wanted is away.

    `more` names the kinds of which not all is shown; `guessed` says that nothing held the words
    as they were typed, and similar ones were taken.
    """

    timestamp: datetime
    engine: str
    degraded: bool
    guessed: bool
    more: list[Kind]


class SearchPage(msgspec.Struct, frozen=True):
    """What was found, kind by kind, best first; a resource's `type` is its kind."""

    data: list[Resource[HitAttributes]]
    meta: SearchMeta


def page(findings: Findings, sought: str) -> SearchPage:
    """Show what was found."""
    meta = SearchMeta(
        timestamp=now_meta().timestamp,
        engine=findings.answer.engine,
        degraded=findings.answer.degraded,
        guessed=findings.guessed,
        more=list(findings.more),
    )
    return SearchPage([hit(one, sought) for one in findings.shown], meta)


def hit(one: Found, sought: str) -> Resource[Any]:
    """Show one thing that was found."""
    attributes = HitAttributes(
        number=one.number,
        title=_fragments(one.title, sought, TITLE_LENGTH_MAX),
        excerpt=_fragments(one.words, sought, EXCERPT_LENGTH_MAX),
        state=one.state,
        customer_name=one.customer_name,
    )
    return Resource(one.id, one.kind, attributes, related(customer=("customer", one.customer_id)))


def _fragments(text: str, sought: str, length_max: int) -> list[FragmentView]:
    fragments = found_words.excerpt(text, sought, length_max=length_max)
    return [FragmentView(one.text, one.matches) for one in fragments]
