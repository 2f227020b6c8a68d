"""Write down what was learnt, have it looked at, and publish it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from psa_common import audit, numbers
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.errors import Forbidden, NotFound
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_events import outbox
from psa_tickets.domain import article as rules, rich_text
from psa_tickets.domain.article import ArticleStatus, Audience, NothingSaid
from psa_tickets.domain.search import Joined, Kind, Question
from psa_tickets.events import ArticlePublished
from psa_tickets.queries import article_uses, articles, found, stored_tickets, tickets
from psa_tickets.queries.articles import ArticleVersion, ArticleView, StoredArticle
from psa_tickets.queries.found import Found
from psa_tickets.search.postgres import POSTGRES
from psa_tickets.usecases.searching import scopes_of

FIRST_NUMBER = 1001
SUGGESTIONS_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What an article says, and to whom."""

    title: str
    html: str
    audience: Audience
    customer_ids: tuple[UUID, ...]
    category_id: UUID | None
    tags: tuple[str, ...]
    review_by: date | None


async def write(tx: Tx, principal: Principal, writing: Writing, *, now: datetime) -> ArticleView:
    """Start an article as a draft."""
    number = await numbers.draw(tx, "article", first=FIRST_NUMBER)
    article = StoredArticle(
        id=uuid7(),
        number=f"KB-{number}",
        status=ArticleStatus.DRAFT,
        latest=1,
        published=None,
        published_at=None,
        published_by=None,
        review_by=writing.review_by,
        latest_author_id=principal.user_id,
        version=1,
        latest_title=writing.title,
        latest_audience=writing.audience,
    )
    version = await _version(tx, principal, article, writing, now=now)
    articles.insert(tx, article, now=now)
    articles.insert_version(tx, version)
    audit.record(tx, "article.written", "article", article.id, after=version)
    return await articles.get(tx, article.id, principal)


async def rewrite(
    tx: Tx,
    principal: Principal,
    article_id: UUID,
    writing: Writing,
    *,
    expected_version: int | None,
    now: datetime,
) -> ArticleView:
    """Add a version; readers keep the published one until this is published too."""
    before = await articles.get_for_update(tx, article_id, principal)
    check_version(before.version, expected_version)
    after = replace(rules.rewrite(before, principal.user_id), review_by=writing.review_by)
    version = await _version(tx, principal, after, writing, now=now)
    articles.insert_version(tx, version)
    articles.save(tx, after, now=now)
    audit.record(tx, "article.rewritten", "article", article_id, before=before, after=version)
    return await articles.get(tx, article_id, principal)


async def move(
    tx: Tx,
    principal: Principal,
    article_id: UUID,
    wanted: ArticleStatus,
    *,
    expected_version: int | None,
    now: datetime,
) -> ArticleView:
    """Hand an article on; what readers see changes only with the permission to publish."""
    before = await articles.get_for_update(tx, article_id, principal)
    check_version(before.version, expected_version)
    shows = wanted is ArticleStatus.PUBLISHED or before.published is not None
    if shows and principal.scope("article:publish") is None:
        raise Forbidden("This needs the permission article:publish; ask your administrator.")
    four_eyes = await articles.wants_four_eyes(tx)
    after = rules.move(before, wanted, by=principal.user_id, four_eyes=four_eyes, now=now)

    articles.save(tx, after, now=now)
    if wanted is ArticleStatus.PUBLISHED:
        outbox.publish(
            tx,
            ArticlePublished(
                article_id=after.id,
                number=after.number,
                position=after.latest,
                title=after.latest_title,
                audience=after.latest_audience,
                published_at=now,
                published_by=principal.user_id,
            ),
        )
    audit.record(tx, "article.moved", "article", article_id, before=before, after=after)
    return await articles.get(tx, article_id, principal)


async def write_from_ticket(
    tx: Tx, principal: Principal, ticket_id: UUID, *, now: datetime
) -> ArticleView:
    """Draft an internal article of the ticket's problem and what the customer was told last."""
    ticket = await tickets.get(tx, ticket_id, principal)
    resolution = await article_uses.find_resolution(tx, ticket_id)
    markup = f"<h2>Problem</h2>{rich_text.paragraphs(ticket.description)}"
    if resolution is not None:
        markup += f"<h2>Lösung</h2>{rich_text.paragraphs(resolution)}"
    writing = Writing(
        title=ticket.title,
        html=markup,
        audience=Audience.INTERNAL,
        customer_ids=(),
        category_id=ticket.category_id,
        tags=ticket.tags,
        review_by=None,
    )
    view = await write(tx, principal, writing, now=now)
    article_uses.link(tx, ticket_id, view.id, principal.user_id, now=now)
    return view


async def give_feedback(
    tx: Tx, principal: Principal, article_id: UUID, *, helpful: bool, now: datetime
) -> ArticleView:
    """Say whether an article helped; once for each person, who may change their mind."""
    await articles.get(tx, article_id, principal)
    article_uses.give_feedback(tx, article_id, principal.user_id, helpful=helpful, now=now)
    return await articles.get(tx, article_id, principal)


async def link(
    tx: Tx, principal: Principal, ticket_id: UUID, article_id: UUID, *, now: datetime
) -> ArticleView:
    """Say that an article belongs to a ticket."""
    await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    view = await articles.get(tx, article_id, principal)
    article_uses.link(tx, ticket_id, article_id, principal.user_id, now=now)
    audit.record(tx, "article.linked", "ticket", ticket_id, after={"article": view.number})
    return view


async def unlink(tx: Tx, principal: Principal, ticket_id: UUID, article_id: UUID) -> None:
    """Take an article from a ticket; raises NotFound when it was not there."""
    await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    if not await article_uses.unlink(tx, ticket_id, article_id):
        raise NotFound(f"The ticket has no article {article_id}.")
    audit.record(tx, "article.unlinked", "ticket", ticket_id, before={"article": article_id})


async def keep_rules(tx: Tx, *, four_eyes: bool) -> None:
    """Decide whether a second person has to publish."""
    before = await articles.wants_four_eyes(tx)
    articles.keep_rules(tx, four_eyes=four_eyes)
    audit.record(
        tx,
        "article_rules.changed",
        "tenant",
        tx.tenant_id,
        before={"four_eyes": before},
        after={"four_eyes": four_eyes},
    )


async def suggest(tx: Tx, principal: Principal, ticket_id: UUID) -> list[Found]:
    """Return the published articles that say most of what the ticket says."""
    ticket = await tickets.get(tx, ticket_id, principal)
    question = Question(
        text=f"{ticket.title} {ticket.description}",
        scopes=scopes_of(principal, Kind.ARTICLE),
        public_only=principal.customer_id is not None,
        user_id=principal.user_id,
        customer_id=principal.customer_id,
        at_most=SUGGESTIONS_MAX,
        joined=Joined.ANY,
    )
    answer = await POSTGRES.search(tx, question)
    return await found.read(tx, question, answer.hits)


async def _version(
    tx: Tx, principal: Principal, article: StoredArticle, writing: Writing, *, now: datetime
) -> ArticleVersion:
    """Return the newest version of *article*, cleaned; raises CustomersUnclear, NothingSaid."""
    customers = list(dict.fromkeys(writing.customer_ids))
    rules.check_audience(writing.audience, len(customers))
    if customers and await articles.count_unknown_customers(tx, customers):
        raise NotFound("One of the customers is not known.", field="customer_ids")
    shown = rich_text.sanitised(writing.html)
    body = rich_text.text_of(shown)
    if not body:
        raise NothingSaid
    return ArticleVersion(
        article_id=article.id,
        position=article.latest,
        title=writing.title,
        html=shown,
        body=body,
        audience=writing.audience,
        customer_ids=customers,
        category_id=writing.category_id,
        tags=list(dict.fromkeys(writing.tags)),
        author_id=principal.user_id,
        author_name=principal.name,
        created_at=now,
    )
