"""What happens to a ticket reaches whom it concerns: once, by a real server, or visibly not."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_events.consumer import Subscription, deliver
from psa_events.envelope import Envelope
from psa_events.testing import an_envelope, published
from psa_tickets.consumers import notices
from psa_tickets.domain.mail.delivery import LEASE
from psa_tickets.queries.mail import outgoing
from psa_tickets.usecases.mail import sending
from psa_tickets.usecases.mail.office import PostOffice
from tickets_builders import a_user
from tickets_mail import ERIKA, a_mailbox, a_raw_eml, a_token, an_eml, comments_of, push
from tickets_mail_servers import Sink, free_port

BY_TYPE: dict[str, Subscription] = {one.event_type: one for one in notices.SUBSCRIPTIONS}


class Post:
    """The worker of acme: lets events have their effect and mails leave, when it is told to."""

    def __init__(self, desk: Api, pool: Pool, tenant: Tenant, office: PostOffice) -> None:
        self.desk, self._pool, self._tenant, self._office = desk, pool, tenant, office
        self._read = 0
        self.now = datetime.now(UTC) + timedelta(minutes=1)
        self.envelopes: list[Envelope] = []

    async def hear(self) -> None:
        """Deliver what was published since the last time."""
        events = await published(self._pool, self._tenant.id)
        for event in events[self._read :]:
            if event.type in BY_TYPE:
                self.envelopes.append(an_envelope(self._tenant.id, event.type, event.data))
                await deliver(self._pool, BY_TYPE[event.type], self.envelopes[-1])
        self._read = len(events)

    async def send(self, *, later: timedelta = timedelta(0)) -> int:
        """Send what is due after a while."""
        self.now += later
        return await sending.send_due(
            self._pool, self._tenant.id, self._office, clock=lambda: self.now
        )

    async def deliveries(self, ticket_id: str) -> list[dict[str, Any]]:
        rows = (await self.desk.get(f"/tickets/{ticket_id}/mails")).json()["data"]
        return [row["attributes"] for row in rows]


@pytest.fixture
def post(desk: Api, worker_pool: Pool, acme: Tenant, office: PostOffice) -> Post:
    """Give acme's worker."""
    return Post(desk, worker_pool, acme, office)


@pytest.fixture
async def opened(desk: Api, sink: Sink, contact_id: UUID) -> tuple[str, str]:
    """Give a mailbox that can send, and a ticket that Erika opened by mail."""
    mailbox = await a_mailbox(desk, name="MSP Service Desk", smtp=sink.account)
    mail = await push(desk, mailbox, an_eml())
    return mailbox, mail["ticket_id"]


async def _say(desk: Api, ticket: str, body: str, **fields: Any) -> None:
    response = await desk.post(f"/tickets/{ticket}/comments", {"body": body, **fields})
    assert response.status_code == 201, response.text


async def test_a_request_is_confirmed_without_an_echo_of_it(
    post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    await post.hear()
    await post.send()

    [mail] = sink.mails_to(ERIKA)
    assert mail["Subject"] == "[T-1001] Ihre Anfrage ist eingegangen"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    text = mail.get_body(("plain",)).get_content()
    assert "T-1001" in text
    assert "Drucker" not in text
    [row] = await post.deliveries(opened[1])
    assert (row["state"], row["kind"]) == ("sent", "confirmation")


async def test_an_agents_words_reach_the_customer_and_the_answer_comes_back_to_the_ticket(
    desk: Api, post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    mailbox, ticket = opened
    await _say(desk, ticket, "Bitte starten Sie den Drucker neu.\n\nGruß <Tom>")
    await post.hear()
    await post.send()
    [_, mail] = sink.mails_to(ERIKA)

    answer = an_eml(
        message_id="<answer@mueller.example>",
        to=str(mail["Reply-To"]),
        in_reply_to=mail["Message-ID"],
        body=f"Hat geholfen.\n\n{mail.get_body(('plain',)).get_content()}",
    )
    taken = await push(desk, mailbox, answer)

    assert mail["Subject"] == "[T-1001] Drucker druckt nicht"
    assert mail["Auto-Submitted"] is None
    assert mail["In-Reply-To"] is not None
    assert "<one@mueller.example>" in mail["References"]
    assert "starten Sie" in mail.get_body(("html",)).get_content()
    assert "<Tom>" not in mail.get_body(("html",)).get_content()
    assert (taken["state"], taken["ticket_id"]) == ("commented", ticket)
    assert (await comments_of(desk, ticket))[-1] == ("contact", "public", "Hat geholfen.")


async def test_an_internal_note_never_leaves(
    desk: Api, post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    await _say(desk, opened[1], "Der Kunde ist schwierig.", visibility="internal")

    await post.hear()
    await post.send()

    assert "schwierig" not in "".join(mail.as_string() for _, mail in sink.taken)
    assert [row["kind"] for row in await post.deliveries(opened[1])] == ["confirmation"]


async def test_an_event_that_comes_twice_is_one_mail(
    desk: Api, post: Post, opened: tuple[str, str], sink: Sink, worker_pool: Pool
) -> None:
    await post.hear()
    for envelope in post.envelopes:
        assert not await deliver(worker_pool, BY_TYPE[envelope.type], envelope)
    await post.send()
    await post.send()

    assert len(sink.mails_to(ERIKA)) == 1


async def test_only_one_request_an_hour_is_confirmed(
    desk: Api, post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    await push(desk, opened[0], an_eml(message_id="<two@x>", subject="Noch etwas"))

    await post.hear()
    await post.send()

    assert len(sink.mails_to(ERIKA)) == 1


async def test_a_solution_is_told(
    desk: Api, post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    await desk.put(f"/tickets/{opened[1]}/status", {"status": "resolved"})

    await post.hear()
    await post.send()

    subjects = [mail["Subject"] for mail in sink.mails_to(ERIKA)]
    assert subjects[-1] == "[T-1001] Gelöst: Drucker druckt nicht"


async def test_a_colleague_is_told_of_their_ticket_by_mail_and_in_the_application(
    desk: Api,
    api: Api,
    acme: Tenant,
    post: Post,
    opened: tuple[str, str],
    sink: Sink,
    worker_pool: Pool,
) -> None:
    tom = await a_user(worker_pool, acme, email="tom@msp.example")
    await desk.put(f"/tickets/{opened[1]}/assignee", {"assignee_id": str(tom)})
    await push(
        desk,
        opened[0],
        an_eml(to=f"s+{a_token(acme, opened[1])}@msp.example", message_id="<two@x>", body="Und?"),
    )

    await post.hear()
    await post.send()

    subjects = [mail["Subject"] for mail in sink.mails_to("tom@msp.example")]
    assert subjects == [
        "[T-1001] Ihnen zugewiesen: Drucker druckt nicht",
        "[T-1001] Neue Nachricht: Drucker druckt nicht",
    ]
    mine = api.as_(acme.person(sub=str(tom)))
    rows = (await mine.get("/notifications?unread=true")).json()["data"]
    assert {row["attributes"]["kind"] for row in rows} == {"assigned", "heard"}
    assert (await mine.put(f"/notifications/{rows[0]['id']}/read")).status_code == 200
    assert len((await mine.get("/notifications?unread=true")).json()["data"]) == 1
    assert (await mine.put("/notifications/read")).status_code == 204
    assert (await mine.get("/notifications?unread=true")).json()["data"] == []


async def test_another_persons_notification_is_not_there(
    desk: Api, acme: Tenant, post: Post, opened: tuple[str, str], worker_pool: Pool, api: Api
) -> None:
    tom = await a_user(worker_pool, acme)
    await desk.put(f"/tickets/{opened[1]}/assignee", {"assignee_id": str(tom)})
    await post.hear()
    [row] = (await api.as_(acme.person(sub=str(tom))).get("/notifications")).json()["data"]

    other = api.as_(acme.person())

    assert (await other.get("/notifications")).json()["data"] == []
    assert (await other.put(f"/notifications/{row['id']}/read")).status_code == 404


async def test_without_a_mailbox_nothing_is_queued(
    desk: Api, post: Post, customer_id: UUID, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk)
    ticket = (await push(desk, mailbox, an_eml()))["ticket_id"]

    await post.hear()

    assert await post.deliveries(ticket) == []


async def test_a_busy_server_gets_the_same_mail_later(
    post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    sink.answers.append("451 later please")
    await post.hear()

    await post.send()
    [waiting] = await post.deliveries(opened[1])
    await post.send(later=timedelta(hours=1))

    assert (waiting["state"], waiting["attempts"]) == ("queued", 1)
    assert "451" in waiting["reason"]
    assert len(sink.mails_to(ERIKA)) == 1


async def test_a_refusal_for_good_is_final_and_visible(
    post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    sink.refusals[ERIKA] = "550 no such user"
    await post.hear()

    await post.send()
    again = await post.send(later=timedelta(hours=2))

    [row] = await post.deliveries(opened[1])
    assert row["state"] == "failed"
    assert "550" in row["reason"]
    assert again == 0


async def test_a_server_that_is_away_is_tried_for_a_day_and_then_given_up(
    desk: Api, post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    await desk.patch(f"/mailboxes/{opened[0]}", {"smtp": {**sink.account, "port": free_port()}})
    await post.hear()

    tries = sum([await post.send(later=timedelta(hours=1)) for _ in range(40)])

    [row] = await post.deliveries(opened[1])
    assert (row["state"], row["attempts"]) == ("failed", tries)
    assert tries > 5


async def test_a_mail_whose_sender_died_is_sent_when_the_lease_is_over_under_the_same_id(
    desk: Api, post: Post, opened: tuple[str, str], sink: Sink, worker_pool: Pool, acme: Tenant
) -> None:
    await post.hear()
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await outgoing.claim_due(tx, now=post.now, until=post.now + LEASE, batch=9)

    held = await post.send()
    after = await post.send(later=LEASE)

    assert (held, after) == (0, 1)
    assert len(sink.mails_to(ERIKA)) == 1


async def test_a_mail_that_comes_back_is_marked_and_noted_for_colleagues(
    desk: Api, post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    mailbox, ticket = opened
    await post.hear()
    await post.send()
    [mail] = sink.mails_to(ERIKA)
    report = (
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {ERIKA}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {mail['Message-ID']}\r\n--B--"
    )
    head = "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; boundary=B"

    taken = await push(desk, mailbox, a_raw_eml(head, report))

    assert taken["state"] == "ignored"
    [row] = await post.deliveries(ticket)
    assert (row["state"], row["reason"]) == ("bounced", f"5.1.1 {ERIKA}")
    [(kind, visibility, _)] = await comments_of(desk, ticket)
    assert (kind, visibility) == ("system", "internal")


async def test_two_machines_that_answer_each_other_come_to_an_end(
    desk: Api, post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    mailbox, _ = opened
    seen = 0
    for round_ in range(10):
        await post.hear()
        await post.send(later=timedelta(minutes=1))
        mails = sink.mails_to(ERIKA)[seen:]
        seen += len(mails)
        for mail in mails:
            # A machine that says nothing of being one, and drops all threading.
            await push(desk, mailbox, an_eml(message_id=f"<{round_}@x>", body=str(mail["Subject"])))

    assert seen == 1


async def test_what_was_sent_about_a_ticket_is_for_who_may_see_the_ticket(
    api: Api, acme: Tenant, beta: Tenant, opened: tuple[str, str]
) -> None:
    path = f"/tickets/{opened[1]}/mails"
    narrow = api.as_(acme.person("mail:view:all", "ticket:view:assigned"))
    foreign = api.as_(beta.person("mail:view:all", "ticket:view:all"))
    nobody = api.as_(acme.person("ticket:view:all"))

    assert (await narrow.get(path)).status_code == 404
    assert (await foreign.get(path)).status_code == 404
    assert (await nobody.get(path)).status_code == 403
