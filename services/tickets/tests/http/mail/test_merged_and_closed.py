"""An answer finds the ticket that took its own in, and one that is past it opens a follow-up."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.queries.mail import mailboxes
from psa_tickets.usecases.mail import intake
from psa_tickets.usecases.mail.office import PostOffice
from tickets_builders import a_contact, a_ticket
from tickets_mail import a_mailbox, a_token, an_eml, comments_of, push
from tickets_mailfx import files_of, with_files
from tickets_words import PDF


async def _merged(desk: Api, source: str, target: str) -> None:
    response = await desk.post(f"/tickets/{source}/merge", {"into": target})
    assert response.status_code in {200, 201}, response.text


async def _number(desk: Api, ticket: str) -> str:
    return str((await desk.get(f"/tickets/{ticket}")).json()["data"]["attributes"]["number"])


@pytest.mark.parametrize("clue", ["token", "references", "number"])
async def test_whatever_leads_to_a_merged_ticket_leads_to_its_target(
    desk: Api, acme: Tenant, customer_id: UUID, contact_id: UUID, clue: str
) -> None:
    mailbox = await a_mailbox(desk)
    source = (await push(desk, mailbox, an_eml()))["ticket_id"]
    between, target = [(await a_ticket(desk, customer_id))["id"] for _ in range(2)]
    headers = {
        "token": {"to": f"s+{a_token(acme, source)}@msp.example"},
        "references": {"in_reply_to": "<one@mueller.example>"},
        "number": {"subject": f"AW: [{await _number(desk, source)}] Drucker"},
    }[clue]
    await _merged(desk, source, between)
    await _merged(desk, between, target)

    raw = an_eml(message_id="<two@x>", body="Noch etwas.", **headers)
    mail = await push(desk, mailbox, with_files(raw, ("a.pdf", "application/pdf", PDF)))

    assert (mail["state"], mail["ticket_id"]) == ("commented", target)
    assert (await comments_of(desk, target))[-1] == ("contact", "public", "Noch etwas.")
    assert [one["filename"] for one in await files_of(desk, target)] == ["a.pdf"]


async def test_a_merged_tickets_number_opens_no_door_for_a_stranger(
    desk: Api, acme: Tenant, worker_pool: Pool, customer_id: UUID, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk)
    source = (await push(desk, mailbox, an_eml()))["ticket_id"]
    target = (await a_ticket(desk, customer_id))["id"]
    number = await _number(desk, source)
    await _merged(desk, source, target)
    await a_contact(worker_pool, acme, customer_id, email="paul@mueller.example")

    raw = an_eml(sender="paul@mueller.example", subject=f"[{number}] Bestellung")
    mail = await push(desk, mailbox, raw)

    assert mail["state"] == "opened"
    assert await comments_of(desk, target) == []


async def test_an_answer_to_a_closed_ticket_opens_one_that_remembers_it(
    desk: Api, acme: Tenant, customer_id: UUID, contact_id: UUID
) -> None:
    closed = await a_ticket(desk, customer_id, order_reference="PO-17", type="service_request")
    await desk.post(f"/tickets/{closed['id']}/close")
    raw = an_eml(
        to=f"s+{a_token(acme, closed['id'])}@msp.example",
        subject=f"AW: [{await _number(desk, closed['id'])}] {closed['attributes']['title']}",
        body="Es geht wieder nicht.",
    )

    mail = await push(
        desk, await a_mailbox(desk), with_files(raw, ("a.pdf", "application/pdf", PDF))
    )

    after = (await desk.get(f"/tickets/{mail['ticket_id']}")).json()["data"]
    said = after["attributes"]
    assert (mail["state"], mail["comment_id"]) == ("opened", None)
    assert after["relationships"]["follow_up_of"]["data"]["id"] == closed["id"]
    assert after["relationships"]["contact"]["data"]["id"] == str(contact_id)
    assert (said["source"], said["type"], said["order_reference"]) == (
        "mail",
        "service_request",
        "PO-17",
    )
    assert said["title"].endswith(closed["attributes"]["title"])
    assert said["description"] == "Es geht wieder nicht."
    assert [one["filename"] for one in await files_of(desk, mail["ticket_id"])] == ["a.pdf"]
    assert await comments_of(desk, closed["id"]) == []


async def test_an_answer_after_the_reopen_window_opens_a_follow_up_and_one_within_reopens(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    customer_id: UUID,
    contact_id: UUID,
    office: PostOffice,
) -> None:
    mailbox_id = await a_mailbox(desk)
    solved = (await a_ticket(desk, customer_id))["id"]
    await desk.put(f"/tickets/{solved}/status", {"status": "resolved"})

    async def answer(message_id: str, after: timedelta) -> tuple[str, str]:
        raw = an_eml(to=f"s+{a_token(acme, solved)}@msp.example", message_id=message_id)
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            mailbox = await mailboxes.get(tx, UUID(mailbox_id))
            row = await intake.take(tx, office, mailbox, raw, now=datetime.now(UTC) + after)
        return row.state, str(row.ticket_id)

    late, follow_up = await answer("<late@x>", timedelta(days=365))
    soon, same = await answer("<soon@x>", timedelta(days=1))

    assert (late, soon, same) == ("opened", "commented", solved)
    assert follow_up != solved
    status = (await desk.get(f"/tickets/{solved}")).json()["data"]["attributes"]["status"]
    assert status == "in_progress"
