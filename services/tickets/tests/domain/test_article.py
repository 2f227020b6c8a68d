"""What an article may do, cell by cell."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from psa_common.ids import uuid7
from psa_tickets.domain import article as rules, rich_text
from psa_tickets.domain.article import (
    MOVES,
    Article,
    ArticleArchived,
    ArticleStatus,
    Audience,
    CustomersUnclear,
    IllegalArticleMove,
    SecondPersonNeeded,
)

NOW = datetime(2026, 6, 5, 8, 0, tzinfo=UTC)
AUTHOR, COLLEAGUE = UUID(int=1), UUID(int=2)


def an_article(
    status: ArticleStatus = ArticleStatus.DRAFT, *, latest: int = 1, published: int | None = None
) -> Article:
    """Build an article."""
    return Article(
        id=uuid7(),
        number="KB-1001",
        status=status,
        latest=latest,
        published=published,
        published_at=None,
        published_by=None,
        review_by=None,
        latest_author_id=AUTHOR,
    )


@pytest.mark.parametrize(("status", "wanted"), [*product(ArticleStatus, ArticleStatus)])
def test_an_article_moves_only_where_the_table_says(
    status: ArticleStatus, wanted: ArticleStatus
) -> None:
    article = an_article(status)

    if wanted in MOVES[status]:
        moved = rules.move(article, wanted, by=COLLEAGUE, four_eyes=True, now=NOW)
        assert moved.status is wanted
    else:
        with pytest.raises(IllegalArticleMove):
            rules.move(article, wanted, by=COLLEAGUE, four_eyes=True, now=NOW)


def test_publishing_shows_the_newest_version() -> None:
    article = an_article(ArticleStatus.REVIEW, latest=3, published=1)

    shown = rules.move(article, ArticleStatus.PUBLISHED, by=COLLEAGUE, four_eyes=False, now=NOW)

    assert (shown.published, shown.published_at, shown.published_by) == (3, NOW, COLLEAGUE)


@pytest.mark.parametrize(("by", "four_eyes"), [(AUTHOR, False), (COLLEAGUE, True)])
def test_an_author_publishes_alone_unless_four_eyes_are_wanted(by: UUID, four_eyes: bool) -> None:
    article = an_article(ArticleStatus.REVIEW)

    assert rules.move(
        article, ArticleStatus.PUBLISHED, by=by, four_eyes=four_eyes, now=NOW
    ).published
    with pytest.raises(SecondPersonNeeded):
        rules.move(article, ArticleStatus.PUBLISHED, by=AUTHOR, four_eyes=True, now=NOW)


def test_writing_on_keeps_what_is_published() -> None:
    article = an_article(ArticleStatus.PUBLISHED, latest=2, published=2)

    written = rules.rewrite(article, COLLEAGUE)

    assert (written.status, written.latest, written.published) == (ArticleStatus.DRAFT, 3, 2)
    assert written.latest_author_id == COLLEAGUE


def test_what_comes_back_from_the_archive_is_not_published() -> None:
    article = an_article(ArticleStatus.ARCHIVED, published=1)

    again = rules.move(article, ArticleStatus.DRAFT, by=AUTHOR, four_eyes=False, now=NOW)

    assert again.published is None


def test_what_is_archived_is_not_written_on() -> None:
    with pytest.raises(ArticleArchived):
        rules.rewrite(an_article(ArticleStatus.ARCHIVED), AUTHOR)


@pytest.mark.parametrize(("audience", "customers"), [*product(Audience, (0, 1, 2))])
def test_customers_are_named_exactly_for_named_customers(
    audience: Audience, customers: int
) -> None:
    if (audience is Audience.CUSTOMER) == (customers > 0):
        rules.check_audience(audience, customers)
    else:
        with pytest.raises(CustomersUnclear):
            rules.check_audience(audience, customers)


@pytest.mark.parametrize(
    ("markup", "clean"),
    [
        ("<p onclick='x()'>a</p>", "<p>a</p>"),
        ("<script>alert(1)</script><p>a</p>", "<p>a</p>"),
        ("<style>p{}</style><p style='x'>a</p>", "<p>a</p>"),
        ("<img src=x onerror=alert(1)>a", "<img>a"),
        ("<iframe src='https://x'></iframe>a", "a"),
        (
            "<a href='javascript:alert(1)'>a</a>",
            '<a rel="noopener noreferrer nofollow">a</a>',
        ),
        ("<svg><script>1</script></svg>a", "a"),
    ],
)
def test_markup_that_runs_or_loads_is_taken_away(markup: str, clean: str) -> None:
    assert rich_text.sanitised(markup) == clean


def test_the_words_of_markup_are_text() -> None:
    words = rich_text.text_of("<h2>Größe &amp; Gewicht</h2><p>a &lt; b</p>")

    assert words == "Größe & Gewicht\na < b"


def test_plain_text_becomes_paragraphs() -> None:
    assert rich_text.paragraphs("a < b\n\nc") == "<p>a &lt; b</p><p>c</p>"
