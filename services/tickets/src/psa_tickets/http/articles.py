"""/kb/articles: the knowledge base; and which of its articles belong to a ticket."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.article import ArticleStatus, Audience
from psa_tickets.http import article_views as views, search_views
from psa_tickets.http.article_views import ArticleAttributes, ArticleVersions, Suggestions
from psa_tickets.http.staff import STAFF
from psa_tickets.queries import articles, tickets
from psa_tickets.usecases import knowledge
from psa_tickets.usecases.knowledge import Writing

Tag = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"^\S(.*\S)?\Z")]


class ArticleInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole version; markup that could run or load something is taken away."""

    title: Line
    html: Annotated[str, Meta(min_length=1, max_length=200_000, pattern=r"\S")]
    audience: Audience = Audience.INTERNAL
    customer_ids: Annotated[tuple[UUID, ...], Meta(max_length=100)] = ()
    category_id: UUID | None = None
    tags: Annotated[tuple[Tag, ...], Meta(max_length=20)] = ()
    review_by: date | None = None


class ArticleMove(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the article goes."""

    status: ArticleStatus


class Feedback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether it helped."""

    helpful: bool


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a second person has to publish."""

    four_eyes: bool


class ArticleLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which article belongs to the ticket."""

    article_id: UUID


@post("/articles", guards=[requires("article:write")])
async def write_article(
    data: JSONBody[ArticleInput], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ArticleAttributes]:
    """Start an article as a draft."""
    writing = Writing(**msgspec.structs.asdict(data))
    view = await knowledge.write(tx, principal, writing, now=datetime.now(UTC))
    return answer(views.article(view), version=view.version, status=201)


@post("/articles/from-ticket/{ticket_id:uuid}", guards=[requires("article:write")])
async def write_article_from_ticket(
    ticket_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ArticleAttributes]:
    """Draft an article of a ticket's problem and its solution."""
    view = await knowledge.write_from_ticket(tx, principal, ticket_id, now=datetime.now(UTC))
    return answer(views.article(view), version=view.version, status=201)


@get("/articles", guards=[requires("article:view")], opt={"listing": articles.LISTING})
async def list_articles(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[ArticleAttributes]:
    """List the articles that the caller may read; writers see drafts too."""
    readable = articles.readable_by(principal)
    return await fetch_page(tx, articles.LISTING, request, views.article, **readable)


@get("/articles/{article_id:uuid}", guards=[requires("article:view")])
async def read_article(
    article_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ArticleAttributes]:
    """Read an article: the published version, or the newest one for writers."""
    view = await articles.get(tx, article_id, principal)
    return answer(views.article(view), version=view.version)


@put("/articles/{article_id:uuid}", guards=[requires("article:write")])
async def rewrite_article(
    request: Request[Any, Any, Any],
    article_id: FromPath[UUID],
    data: JSONBody[ArticleInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ArticleAttributes]:
    """Add a version; readers keep the published one until this is published too."""
    expected = expected_version(request)
    writing = Writing(**msgspec.structs.asdict(data))
    view = await knowledge.rewrite(
        tx, principal, article_id, writing, expected_version=expected, now=datetime.now(UTC)
    )
    return answer(views.article(view), version=view.version)


@get("/articles/{article_id:uuid}/versions", guards=[requires("article:write")])
async def list_article_versions(
    article_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ArticleVersions]:
    """Read what the article said before, the newest 200 versions."""
    view = await articles.get(tx, article_id, principal)
    return answer(views.versions(view, await articles.list_versions(tx, article_id)))


@put("/articles/{article_id:uuid}/status", guards=[requires("article:write")])
async def move_article(
    request: Request[Any, Any, Any],
    article_id: FromPath[UUID],
    data: JSONBody[ArticleMove],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ArticleAttributes]:
    """Hand an article on; publishing and withdrawing need article:publish."""
    expected = expected_version(request)
    view = await knowledge.move(
        tx, principal, article_id, data.status, expected_version=expected, now=datetime.now(UTC)
    )
    return answer(views.article(view), version=view.version)


@put("/articles/{article_id:uuid}/feedback", guards=[requires("article:view")])
async def give_article_feedback(
    article_id: FromPath[UUID],
    data: JSONBody[Feedback],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ArticleAttributes]:
    """Say whether an article helped."""
    helpful, now = data.helpful, datetime.now(UTC)
    view = await knowledge.give_feedback(tx, principal, article_id, helpful=helpful, now=now)
    return answer(views.article(view), version=view.version)


@put("/rules", guards=[requires("article:publish")], status_code=204)
async def keep_article_rules(data: JSONBody[Rules], tx: NamedDependency[Tx]) -> None:
    """Decide whether a second person has to publish."""
    await knowledge.keep_rules(tx, four_eyes=data.four_eyes)


@post("/articles", guards=[*STAFF])
async def link_article(
    ticket_id: FromPath[UUID],
    data: JSONBody[ArticleLink],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ArticleAttributes]:
    """Say that an article belongs to a ticket."""
    now = datetime.now(UTC)
    view = await knowledge.link(tx, principal, ticket_id, data.article_id, now=now)
    return answer(views.article(view), status=201)


@get("/articles", guards=[requires("article:view")], opt={"listing": articles.LINKED})
async def list_articles_of_ticket(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[ArticleAttributes]:
    """List a ticket's articles that the caller may read."""
    await tickets.get(tx, ticket_id, principal)
    readable = articles.readable_by(principal)
    return await fetch_page(
        tx, articles.LINKED, request, views.article, ticket_id=ticket_id, **readable
    )


@delete("/articles/{article_id:uuid}", guards=[*STAFF])
async def unlink_article(
    ticket_id: FromPath[UUID],
    article_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> None:
    """Take an article from a ticket."""
    await knowledge.unlink(tx, principal, ticket_id, article_id)


@get("/suggested-articles", guards=[requires("article:view")])
async def suggest_articles(
    ticket_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Suggestions:
    """Suggest published articles that say most of what the ticket says."""
    suggested = await knowledge.suggest(tx, principal, ticket_id)
    return Suggestions([search_views.hit(one, one.title) for one in suggested])


ROUTER = Router(
    "/kb",
    route_handlers=[
        write_article,
        write_article_from_ticket,
        list_articles,
        read_article,
        rewrite_article,
        list_article_versions,
        move_article,
        give_article_feedback,
        keep_article_rules,
    ],
)
ON_TICKETS = Router(
    "/tickets/{ticket_id:uuid}",
    route_handlers=[link_article, list_articles_of_ticket, unlink_article, suggest_articles],
)
