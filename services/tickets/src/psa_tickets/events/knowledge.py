"""What the desk knows."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec


class ArticlePublished(msgspec.Struct, frozen=True, kw_only=True):
    """A version of an article can be read; the words themselves stay with us."""

    TYPE: ClassVar[str] = "article.published.v1"
    SUBJECT: ClassVar[str] = "article_id"

    article_id: UUID
    number: str
    position: int
    title: str
    audience: str
    published_at: datetime
    published_by: UUID
