"""What the clock does to a ticket is told: that it will be closed, and that time runs out."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.usecases import auto_close
from tickets_builders import a_ticket, a_user
from tickets_mail import ERIKA, a_mailbox, an_eml, push
from tickets_mail_servers import Sink
from tickets_mail_worker import Post
from tickets_sla_api import an_always_open_policy, at_work

TOM = "tom@msp.example"


async def _announced(desk: Api, worker_pool: Pool, tenant: Tenant, ticket: str) -> None:
    """Let the days pass until the closing of the ticket is announced."""
    await desk.put(f"/tickets/{ticket}/status", {"status": "resolved"})
    for later in (timedelta(0), timedelta(days=10)):
        async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
            await auto_close.close_due(tx, now=datetime.now(UTC) + later)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [("de", "Wird geschlossen", "schließen sie am "), ("en", "About to be closed", "close it on ")],
)
async def test_the_customer_is_told_until_when_they_can_object(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    contact_id: UUID,
    post: Post,
    sink: Sink,
    language: str,
    subject: str,
    words: str,
) -> None:
    mailbox = await a_mailbox(desk, smtp=sink.account, language=language)
    ticket = (await push(desk, mailbox, an_eml()))["ticket_id"]
    await _announced(desk, worker_pool, acme, ticket)

    await post.hear()
    await post.send()

    mail = sink.mails_to(ERIKA)[-1]
    assert mail["Subject"] == f"[T-1001] {subject}: Drucker druckt nicht"
    assert mail["Reply-To"] is not None
    assert words in mail.get_body(("plain",)).get_content()
    assert "{{" not in mail.get_body(("plain",)).get_content()


async def test_whoever_has_objected_is_not_told_that_the_ticket_closes(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    post: Post,
    opened: tuple[str, str],
    sink: Sink,
) -> None:
    await _announced(desk, worker_pool, acme, opened[1])
    await post.hear()
    await desk.post(f"/tickets/{opened[1]}/reopen")

    await post.send()

    assert not [mail for mail in sink.mails_to(ERIKA) if "geschlossen" in mail["Subject"]]
    [row] = [row for row in await post.deliveries(opened[1]) if row["kind"] == "closing"]
    assert (row["state"], row["reason"][:35]) == ("failed", "Das Ticket wird nicht mehr von selb")


async def test_an_escalation_reaches_those_whom_the_policy_names(
    desk: Api,
    api: Api,
    acme: Tenant,
    worker_pool: Pool,
    customer_id: UUID,
    contact_id: UUID,
    post: Post,
    sink: Sink,
) -> None:
    tom = await a_user(worker_pool, acme, email=TOM)
    gone = await a_user(worker_pool, acme, email="weg@msp.example", active=True)
    level = {"percent": 50, "notify": ["contact"], "notify_user_ids": [str(tom), str(gone)]}
    await an_always_open_policy(desk, escalations=[level])
    await a_mailbox(desk, smtp=sink.account)
    await a_ticket(desk, customer_id, priority="P2", contact_id=str(contact_id))
    await at_work(worker_pool, acme, now=datetime.now(UTC) + timedelta(minutes=51))

    await post.hear()
    await post.send()

    [mail] = sink.mails_to(TOM)
    assert mail["Subject"].startswith("[T-1001] SLA-Eskalation bei 50 %: ")
    text = mail.get_body(("plain",)).get_content()
    assert "50 % der zugesagten Lösungszeit" in text
    assert mail["Reply-To"] is None
    [*_, told] = sink.mails_to(ERIKA)
    assert "Vorrang" in told["Subject"]
    assert "SLA" not in told.as_string()
    mine = api.as_(acme.person(sub=str(tom)))
    [row] = (await mine.get("/notifications?unread=true")).json()["data"]
    assert row["attributes"]["kind"] == "sla_escalated"
