"""What a contact sends by mail: their words, and the files that came with them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.errors import NotFound
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.domain.attachment import KindBlocked
from psa_tickets.domain.ticket import AuthorKind, TicketClosed, Visibility
from psa_tickets.domain.words import Channel
from psa_tickets.queries import contacts
from psa_tickets.queries.comments import Comment
from psa_tickets.queries.contacts import Contact
from psa_tickets.storage import Cabinet
from psa_tickets.usecases import authors, conversation, descriptions
from psa_tickets.usecases.attachments import File
from psa_tickets.usecases.conversation import Words
from tickets_builders import a_contact, a_customer, a_ticket
from tickets_words import EXE, PNG, a_cabinet, as_stream, files_in, store

NOW = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a mail's words and files go through, each in a transaction of the worker."""

    pool: Pool
    tenant: Tenant
    cabinet: Cabinet

    async def person(self, customer_id: UUID) -> Contact:
        contact_id = await a_contact(self.pool, self.tenant, customer_id, email="e@kunde.example")
        async with tenant_transaction(self.pool, self.tenant.id, a_context()) as tx:
            found = await contacts.find_contact(tx, contact_id)
        assert found is not None
        return found

    async def mail(
        self, ticket_id: UUID, person: Contact, words: Words, *files: tuple[File, bytes]
    ) -> Comment:
        async with tenant_transaction(self.pool, self.tenant.id, a_context()) as tx:
            said = await conversation.comment_as_contact(tx, ticket_id, person, words, now=NOW)
            for file, content in files:
                placed = File(
                    filename=file.filename,
                    claimed_type=file.claimed_type,
                    content_id=file.content_id,
                    comment_id=said.id,
                )
                await store(
                    tx,
                    self.cabinet,
                    authors.contact(person),
                    ticket_id,
                    placed,
                    as_stream(content),
                    now=NOW,
                )
        return said


def words(**fields: object) -> Words:
    return Words(
        **{
            "body": "Es geht wieder nicht.",
            "visibility": Visibility.PUBLIC,
            "author_kind": AuthorKind.CONTACT,
            "occurred_at": None,
            "channel": Channel.MAIL,
            **fields,
        }  # pyright: ignore[reportArgumentType]  # a test names any field
    )


@pytest.fixture
def intake(worker_pool: Pool, acme: Tenant, tmp_path: Path) -> Intake:
    return Intake(worker_pool, acme, a_cabinet(tmp_path))


async def test_a_contacts_mail_ends_the_wait_and_shows_its_own_picture(
    desk: Api, customer_id: UUID, intake: Intake
) -> None:
    ticket = await a_ticket(desk, customer_id, occurred_at="2026-06-03T08:00:00Z")
    path = f"/tickets/{ticket['id']}"
    waits = {"status": "waiting_customer", "occurred_at": "2026-06-03T08:30:00Z"}
    await desk.put(f"{path}/status", waits)
    person = await intake.person(customer_id)
    html = '<p>Siehe <img src="cid:shot@x"></p>'
    picture = File(filename="bild.png", claimed_type="image/png", content_id="shot@x")

    said = await intake.mail(
        UUID(ticket["id"]),
        person,
        words(body=None, html=html, message_id="<1@kunde>", pictures=("shot@x",)),
        (picture, PNG),
    )

    [comment] = (await desk.get(f"{path}/comments")).json()["data"]
    [file] = (await desk.get(f"{path}/attachments")).json()["data"]
    assert (await desk.get(path)).json()["data"]["attributes"]["status"] == "in_progress"
    assert comment["relationships"]["author"]["data"] == {"type": "contact", "id": str(person.id)}
    assert comment["attributes"]["html"] == html
    assert comment["attributes"]["author_kind"] == "contact"
    assert (said.contact_id, said.message_id) == (person.id, "<1@kunde>")
    assert file["relationships"]["comment"]["data"]["id"] == str(said.id)


async def test_a_mail_happened_when_it_says_but_never_later_than_now(
    desk: Api, customer_id: UUID, intake: Intake
) -> None:
    ticket_id = UUID((await a_ticket(desk, customer_id))["id"])
    person = await intake.person(customer_id)

    earlier = await intake.mail(ticket_id, person, words(occurred_at=NOW - timedelta(minutes=5)))
    later = await intake.mail(ticket_id, person, words(occurred_at=NOW + timedelta(days=1)))

    assert (earlier.occurred_at, later.occurred_at) == (NOW - timedelta(minutes=5), NOW)


async def test_a_contact_of_another_customer_has_no_say(
    desk: Api, customer_id: UUID, intake: Intake, worker_pool: Pool, acme: Tenant
) -> None:
    ticket_id = UUID((await a_ticket(desk, customer_id))["id"])
    other = await a_customer(worker_pool, acme, number="KD-10043")

    with pytest.raises(NotFound):
        await intake.mail(ticket_id, await intake.person(other), words())
    with pytest.raises(NotFound):
        await intake.mail(uuid7(), await intake.person(customer_id), words())


async def test_a_closed_ticket_hears_no_more(desk: Api, customer_id: UUID, intake: Intake) -> None:
    ticket = await a_ticket(desk, customer_id)
    for status in ("resolved", "closed"):
        await desk.put(f"/tickets/{ticket['id']}/status", {"status": status})

    with pytest.raises(TicketClosed):
        await intake.mail(UUID(ticket["id"]), await intake.person(customer_id), words())


async def test_a_refused_file_undoes_the_whole_mail_and_leaves_no_bytes(
    desk: Api, customer_id: UUID, intake: Intake, tmp_path: Path
) -> None:
    ticket = await a_ticket(desk, customer_id)
    program = File(filename="setup.txt", claimed_type="")

    with pytest.raises(KindBlocked):
        await intake.mail(
            UUID(ticket["id"]), await intake.person(customer_id), words(), (program, EXE)
        )

    assert (await desk.get(f"/tickets/{ticket['id']}/comments")).json()["data"] == []
    assert files_in(tmp_path) == []


async def test_the_html_of_a_mail_that_opened_a_ticket_is_kept_beside_it(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await a_ticket(desk, customer_id, description="Siehe Bild")
    html = '<p>Siehe Bild <img src="cid:a@x"><img src="cid:b@x"></p>'

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await descriptions.keep_html(
            tx, UUID(ticket["id"]), text="Siehe Bild", html=html, pictures=["a@x"], now=NOW
        )

    read = await desk.get(f"/tickets/{ticket['id']}/description")
    assert read.json()["data"]["attributes"]["html"] == (
        '<p>Siehe Bild <img src="cid:a@x"><img></p>'
    )
