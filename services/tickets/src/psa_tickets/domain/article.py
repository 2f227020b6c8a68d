"""What a knowledge article may do: states, versions, and who publishes for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from psa_common.errors import Invalid, Refused


class ArticleStatus(StrEnum):
    """Where the newest version stands; an older one may be published meanwhile."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Audience(StrEnum):
    """Who may read it: colleagues, every customer, or the customers that are named."""

    INTERNAL = "internal"
    PORTAL = "portal"
    CUSTOMER = "customer"


MOVES: Mapping[ArticleStatus, frozenset[ArticleStatus]] = {
    ArticleStatus.DRAFT: frozenset({ArticleStatus.REVIEW, ArticleStatus.ARCHIVED}),
    ArticleStatus.REVIEW: frozenset(
        {ArticleStatus.DRAFT, ArticleStatus.PUBLISHED, ArticleStatus.ARCHIVED}
    ),
    ArticleStatus.PUBLISHED: frozenset({ArticleStatus.ARCHIVED}),
    ArticleStatus.ARCHIVED: frozenset({ArticleStatus.DRAFT}),
}


class IllegalArticleMove(Refused):
    """Articles have no such step."""

    code = "illegal_article_move"

    def __init__(self, status: ArticleStatus, wanted: ArticleStatus) -> None:
        allowed = ", ".join(sorted(MOVES[status]))
        super().__init__(
            f"A {status} article cannot become {wanted}; it may become {allowed}.", field="status"
        )


class ArticleArchived(Refused):
    """What is archived is no longer written on."""

    code = "article_archived"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is archived; make it a draft again first.")


class SecondPersonNeeded(Refused):
    """Four eyes: who wrote it does not publish it."""

    code = "second_person_needed"

    def __init__(self, number: str) -> None:
        super().__init__(f"You wrote the newest version of {number}; a colleague publishes it.")


class CustomersUnclear(Invalid):
    """Customers are named exactly when the article is for named customers."""

    code = "customers_unclear"

    def __init__(self, audience: Audience) -> None:
        say = "Name at least one customer" if audience is Audience.CUSTOMER else "Name no customer"
        super().__init__(f"{say} for the audience {audience}.", field="customer_ids")


class NothingSaid(Invalid):
    """Nothing is left once the markup is taken away."""

    code = "nothing_said"

    def __init__(self) -> None:
        super().__init__("The article holds no text; write some.", field="html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the rules need to know about an article."""

    id: UUID
    number: str
    status: ArticleStatus
    latest: int
    published: int | None
    published_at: datetime | None
    published_by: UUID | None
    review_by: date | None
    latest_author_id: UUID


ArticleT = TypeVar("ArticleT", bound=Article)


def check_audience(audience: Audience, customers: int) -> None:
    """Raise CustomersUnclear unless customers are named exactly for the audience `customer`."""
    if (audience is Audience.CUSTOMER) != (customers > 0):
        raise CustomersUnclear(audience)


def rewrite(article: ArticleT, author_id: UUID) -> ArticleT:
    """Return *article* with one more version, a draft again; what is published stays so."""
    if article.status is ArticleStatus.ARCHIVED:
        raise ArticleArchived(article.number)
    return replace(
        article,
        status=ArticleStatus.DRAFT,
        latest=article.latest + 1,
        latest_author_id=author_id,
    )


def move(
    article: ArticleT, wanted: ArticleStatus, *, by: UUID, four_eyes: bool, now: datetime
) -> ArticleT:
    """
    Return *article* in status *wanted*; publishing shows its newest version.

    Raises IllegalArticleMove, or SecondPersonNeeded when its author would publish it.
    """
    if wanted not in MOVES[article.status]:
        raise IllegalArticleMove(article.status, wanted)
    if wanted is ArticleStatus.PUBLISHED:
        if four_eyes and by == article.latest_author_id:
            raise SecondPersonNeeded(article.number)
        return replace(
            article, status=wanted, published=article.latest, published_at=now, published_by=by
        )
    if article.status is ArticleStatus.ARCHIVED:
        return replace(article, status=wanted, published=None, published_at=None, published_by=None)
    return replace(article, status=wanted)
