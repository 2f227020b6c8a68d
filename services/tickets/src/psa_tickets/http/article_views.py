"""What the API shows of the knowledge base."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_common.documents import Resource, related, shown
from psa_tickets.domain.article import ArticleStatus, Audience
from psa_tickets.http.search_views import HitAttributes
from psa_tickets.queries.articles import ArticleVersion, ArticleView


class ArticleAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """An article; `position` is the version that is shown, `published` the one readers see."""

    number: str
    status: ArticleStatus
    position: int
    latest: int
    published: int | None
    published_at: datetime | None
    title: str
    html: str
    body: str
    audience: Audience
    customer_ids: list[UUID]
    tags: list[str]
    author_name: str
    review_by: date | None
    helpful: int
    unhelpful: int
    created_at: datetime
    updated_at: datetime


class ArticleVersions(msgspec.Struct, frozen=True):
    """Every version of one article, the newest first."""

    versions: list[ArticleVersion]


class Suggestions(msgspec.Struct, frozen=True):
    """Articles that may help, the best first."""

    data: list[Resource[HitAttributes]]


def article(view: ArticleView) -> Resource[ArticleAttributes]:
    """Show an article."""
    links = related(category=("category", view.category_id), author=("user", view.author_id))
    return Resource(view.id, "article", shown(view, ArticleAttributes), links)


def versions(view: ArticleView, written: list[ArticleVersion]) -> Resource[ArticleVersions]:
    """Show what an article said when."""
    return Resource(view.id, "article_versions", ArticleVersions(written))
