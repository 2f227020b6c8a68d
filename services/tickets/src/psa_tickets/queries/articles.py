"""The knowledge base: articles as readers see them, and as decisions change them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.article import Article, ArticleStatus, Audience

#: Writers read the newest version of everything; others what is published, and of that
#: customers' people only what is meant for them.
READABLE: LiteralString = """
    v.position = CASE WHEN %(writes)s THEN a.latest ELSE a.published END
       AND (%(writes)s OR a.status <> 'archived')
       AND (NOT %(outside)s
            OR v.audience = 'portal'
            OR (v.audience = 'customer' AND %(own_customer_id)s::uuid = ANY(v.customer_ids)))
"""

COLUMNS: LiteralString = """
    SELECT a.id, a.number, a.status, a.latest, a.published, a.published_at, a.review_by,
           a.created_at, a.updated_at, a.version, v.position, v.title, v.html, v.body, v.audience,
           v.customer_ids, v.category_id, v.tags, v.author_id, v.author_name,
           f.helpful, f.unhelpful
      FROM articles AS a
      JOIN article_versions AS v ON v.article_id = a.id
      LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE helpful) AS helpful,
                                count(*) FILTER (WHERE NOT helpful) AS unhelpful
                           FROM article_feedback
                          WHERE article_id = a.id) AS f ON true
"""

GET_SQL = COLUMNS + " WHERE a.id = %(article_id)s AND " + READABLE

GET_FOR_UPDATE_SQL = """
    SELECT a.id, a.number, a.status, a.latest, a.published, a.published_at, a.published_by,
           a.review_by, a.version, v.author_id AS latest_author_id, v.title AS latest_title,
           v.audience AS latest_audience
      FROM articles AS a
      JOIN article_versions AS v ON v.article_id = a.id AND v.position = a.latest
     WHERE a.id = %(article_id)s
       AND NOT %(outside)s
       FOR UPDATE OF a
"""

INSERT_SQL = """
    INSERT INTO articles
           (id, number, status, latest, review_by, created_at, updated_at)
    VALUES (%(id)s, %(number)s, %(status)s, %(latest)s, %(review_by)s, %(now)s, %(now)s)
"""

SAVE_SQL = """
    UPDATE articles
       SET status = %(status)s,
           latest = %(latest)s,
           published = %(published)s,
           published_at = %(published_at)s,
           published_by = %(published_by)s,
           review_by = %(review_by)s,
           updated_at = %(now)s,
           version = version + 1
     WHERE id = %(id)s
"""

INSERT_VERSION_SQL = """
    INSERT INTO article_versions
           (article_id, position, title, html, body, audience, customer_ids, category_id, tags,
            author_id, author_name, created_at)
    VALUES (%(article_id)s, %(position)s, %(title)s, %(html)s, %(body)s, %(audience)s,
            %(customer_ids)s, %(category_id)s, %(tags)s, %(author_id)s, %(author_name)s,
            %(created_at)s)
"""

LIST_VERSIONS_SQL = """
    SELECT article_id, position, title, html, body, audience, customer_ids, category_id, tags,
           author_id, author_name, created_at
      FROM article_versions
     WHERE article_id = %(article_id)s
     ORDER BY position DESC
     LIMIT 200
"""

UNKNOWN_CUSTOMERS_SQL = """
    SELECT count(*)
      FROM unnest(%(ids)s::uuid[]) AS named
     WHERE NOT EXISTS (SELECT FROM customers WHERE id = named)
"""

FOUR_EYES_SQL = "SELECT coalesce((SELECT four_eyes FROM article_rules), false)"

KEEP_RULES_SQL = """
    INSERT INTO article_rules (four_eyes)
    VALUES (%(four_eyes)s)
        ON CONFLICT (tenant_id)
        DO UPDATE SET four_eyes = excluded.four_eyes
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle(Article):
    """The domain's article with what its announcements say."""

    version: int
    latest_title: str
    latest_audience: Audience


class ArticleVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What was written once, and for whom."""

    article_id: UUID
    position: int
    title: str
    html: str
    body: str
    audience: Audience
    customer_ids: list[UUID]
    category_id: UUID | None
    tags: list[str]
    author_id: UUID
    author_name: str
    created_at: datetime


class ArticleView(msgspec.Struct, frozen=True, kw_only=True):
    """An article in the version that the caller may read."""

    id: UUID
    number: str
    status: ArticleStatus
    latest: int
    published: int | None
    published_at: datetime | None
    review_by: date | None
    created_at: datetime
    updated_at: datetime
    version: int
    position: int
    title: str
    html: str
    body: str
    audience: Audience
    customer_ids: list[UUID]
    category_id: UUID | None
    tags: list[str]
    author_id: UUID
    author_name: str
    helpful: int
    unhelpful: int


LISTING = Listing(
    row=ArticleView,
    select=COLUMNS,
    id_column="a.id",
    conditions=(READABLE,),
    filters={
        "status": Filter("a.status = %(status)s", ArticleStatus),
        "audience": Filter("v.audience = %(audience)s", Audience),
        "category_id": Filter("v.category_id = %(category_id)s", UUID),
        "tag": Filter("%(tag)s = ANY(v.tags)"),
        "review_due_by": Filter("a.review_by <= %(review_due_by)s", date),
    },
    sorts={
        "updated_at": Sort("a.updated_at", datetime),
        "created_at": Sort("a.created_at", datetime),
    },
    default_sort="-updated_at",
)

#: The articles of one ticket that the caller may read.
LINKED = replace(
    LISTING,
    conditions=(
        READABLE,
        "a.id IN (SELECT article_id FROM ticket_articles WHERE ticket_id = %(ticket_id)s)",
    ),
)


def readable_by(principal: Principal) -> dict[str, object]:
    """Return the parameters of `READABLE` for this caller."""
    outside = principal.customer_id is not None
    return {
        "writes": not outside and principal.scope("article:write") is not None,
        "outside": outside,
        "own_customer_id": principal.customer_id,
    }


async def get(tx: Tx, article_id: UUID, principal: Principal) -> ArticleView:
    """Return the article; raises NotFound for what the caller may not read."""
    view = await tx.fetch_optional(
        ArticleView, GET_SQL, article_id=article_id, **readable_by(principal)
    )
    if view is None:
        raise _no_such(article_id)
    return view


async def get_for_update(tx: Tx, article_id: UUID, principal: Principal) -> StoredArticle:
    """Lock and return the article; raises NotFound, as always for a customer's people."""
    outside = principal.customer_id is not None
    article = await tx.fetch_optional(
        StoredArticle, GET_FOR_UPDATE_SQL, article_id=article_id, outside=outside
    )
    if article is None:
        raise _no_such(article_id)
    return article


def insert(tx: Tx, article: StoredArticle, *, now: datetime) -> None:
    """Store a new article; its first version follows."""
    tx.defer(INSERT_SQL, **_columns(article), now=now)


def save(tx: Tx, article: StoredArticle, *, now: datetime) -> None:
    """Store where the article stands."""
    tx.defer(SAVE_SQL, **_columns(article), now=now)


def insert_version(tx: Tx, version: ArticleVersion) -> None:
    """Store what was written; it is never changed."""
    tx.defer(INSERT_VERSION_SQL, **msgspec.structs.asdict(version))


async def list_versions(tx: Tx, article_id: UUID) -> list[ArticleVersion]:
    """Return the newest 200 versions, the newest first."""
    return await tx.fetch_all(ArticleVersion, LIST_VERSIONS_SQL, article_id=article_id)


async def count_unknown_customers(tx: Tx, ids: Sequence[UUID]) -> int:
    """Return how many of these the CRM has not told us of."""
    return int(await tx.fetch_value(UNKNOWN_CUSTOMERS_SQL, ids=list(ids)))


async def wants_four_eyes(tx: Tx) -> bool:
    """Say whether a second person has to publish."""
    return bool(await tx.fetch_value(FOUR_EYES_SQL))


def keep_rules(tx: Tx, *, four_eyes: bool) -> None:
    """Store whether a second person has to publish."""
    tx.defer(KEEP_RULES_SQL, four_eyes=four_eyes)


def _no_such(article_id: UUID) -> NotFound:
    return NotFound(f"There is no article {article_id}.")


def _columns(article: StoredArticle) -> dict[str, object]:
    return {one.name: getattr(article, one.name) for one in fields(article)}
