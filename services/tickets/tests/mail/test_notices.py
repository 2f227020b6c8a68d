"""What happens to a ticket reaches whom it concerns, once, and nobody else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from psa_events.consumer import deliver
from tickets_builders import a_user
from tickets_mail import ERIKA, a_mailbox, a_token, an_eml, comments_of, push
from tickets_mail_servers import Sink
from tickets_mail_worker import BY_TYPE, Post


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
