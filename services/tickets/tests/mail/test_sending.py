"""A mail of ours arrives once, or it can be seen why not."""

from datetime import timedelta

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.domain.mail.delivery import LEASE
from psa_tickets.queries.mail import outgoing
from tickets_mail import ERIKA, a_raw_eml, comments_of, push
from tickets_mail_servers import Sink, free_port
from tickets_mail_worker import Post


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
