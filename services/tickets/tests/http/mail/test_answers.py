"""A mail finds its ticket, and says there only what its sender may say."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from tickets_builders import a_contact, a_customer, a_ticket, a_user
from tickets_mail import (
    ERIKA,
    a_mailbox,
    a_token,
    an_eml,
    comments_of,
    push,
)

VOUCHED = {"authentication_results": "mx.msp.example; dmarc=pass header.from=msp.example"}


async def _ticket(desk: Api, mail: dict[str, Any]) -> dict[str, Any]:
    attributes: dict[str, Any] = (await desk.get(f"/tickets/{mail['ticket_id']}")).json()["data"]
    return attributes


async def test_an_answer_with_our_token_becomes_the_contacts_words_without_the_quote(
    desk: Api, acme: Tenant, customer_id: UUID, contact_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    body = "Ja, jetzt geht es.\n\nAm 03.06.26 um 16:40 schrieb Desk:\n> Geht es wieder?\n"
    raw = an_eml(to=f"support+{a_token(acme, ticket)}@msp.example", body=body)

    mail = await push(desk, await a_mailbox(desk), raw)

    assert (mail["state"], mail["ticket_id"]) == ("commented", ticket)
    assert await comments_of(desk, ticket) == [("contact", "public", "Ja, jetzt geht es.")]
    whole = (await desk.get(f"/mails/{mail['id']}")).json()["data"]["attributes"]
    assert "Geht es wieder?" in whole["body"]


async def test_an_answer_ends_the_wait_for_the_customer(
    desk: Api, acme: Tenant, customer_id: UUID, contact_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    await desk.put(f"/tickets/{ticket}/status", {"status": "waiting_customer"})

    await push(
        desk, await a_mailbox(desk), an_eml(in_reply_to=f"<{a_token(acme, ticket)}.1@msp.example>")
    )

    moved = (await desk.get(f"/tickets/{ticket}")).json()["data"]["attributes"]
    assert moved["status"] == "in_progress"


async def test_a_mail_that_answers_one_we_know_belongs_to_its_ticket(
    desk: Api, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk)
    first = await push(desk, mailbox, an_eml())

    answer = await push(
        desk, mailbox, an_eml(message_id="<two@x>", references="<zero@x> <one@mueller.example>")
    )

    assert (answer["state"], answer["ticket_id"]) == ("commented", first["ticket_id"])


async def test_a_number_in_the_subject_counts_for_the_tickets_contact(
    desk: Api, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk)
    first = await push(desk, mailbox, an_eml())
    number = (await _ticket(desk, first))["attributes"]["number"]

    answer = await push(
        desk, mailbox, an_eml(message_id="<two@x>", subject=f"Drucker [{number}] noch immer")
    )

    assert (answer["state"], answer["ticket_id"]) == ("commented", first["ticket_id"])


async def test_a_number_in_a_strangers_subject_opens_another_ticket(
    desk: Api, worker_pool: Pool, acme: Tenant, customer_id: UUID, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk)
    first = await push(desk, mailbox, an_eml())
    number = (await _ticket(desk, first))["attributes"]["number"]
    await a_contact(worker_pool, acme, customer_id, email="paul@mueller.example")

    other = await push(
        desk, mailbox, an_eml(sender="paul@mueller.example", subject=f"[{number}] Bestellung")
    )

    assert other["state"] == "opened"
    assert other["ticket_id"] != first["ticket_id"]
    assert await comments_of(desk, first["ticket_id"]) == []


async def test_a_stranger_who_knows_the_thread_leaves_a_note_for_colleagues_only(
    desk: Api, acme: Tenant, worker_pool: Pool, customer_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    other = await a_customer(worker_pool, acme, number="KD-2")
    await a_contact(worker_pool, acme, other, email="fremd@other.example")
    token = a_token(acme, ticket)

    mail = await push(
        desk,
        await a_mailbox(desk),
        an_eml(sender="fremd@other.example", to=f"s+{token}@msp.example", body="Lies das."),
    )

    assert mail["state"] == "commented"
    [(kind, visibility, body)] = await comments_of(desk, ticket)
    assert (kind, visibility) == ("system", "internal")
    assert "fremd@other.example" in body


@pytest.mark.parametrize("forged", ["a" * 42, "{beta}", "{altered}"])
async def test_a_forged_or_foreign_token_is_no_answer(
    desk: Api, acme: Tenant, beta: Tenant, customer_id: UUID, contact_id: UUID, forged: str
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    token = a_token(acme, ticket)
    altered = ("b" if token[30] == "a" else "a").join((token[:30], token[31:]))
    written = forged.format(beta=a_token(beta, ticket), altered=altered)

    mail = await push(desk, await a_mailbox(desk), an_eml(to=f"support+{written}@msp.example"))

    assert mail["state"] == "opened"
    assert await comments_of(desk, ticket) == []


async def test_an_answer_to_a_closed_ticket_opens_a_follow_up(
    desk: Api, acme: Tenant, customer_id: UUID, contact_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    for status in ("resolved", "closed"):
        await desk.put(f"/tickets/{ticket}/status", {"status": status})

    mail = await push(
        desk, await a_mailbox(desk), an_eml(to=f"s+{a_token(acme, ticket)}@msp.example")
    )

    assert mail["state"] == "opened"
    assert mail["ticket_id"] != ticket
    assert mail["reason"].startswith("Folgeticket zu T-")


async def test_a_colleague_is_believed_only_when_our_server_vouches_for_them(
    desk: Api, acme: Tenant, worker_pool: Pool, customer_id: UUID
) -> None:
    await a_user(worker_pool, acme, email="tom@msp.example")
    ticket = (await a_ticket(desk, customer_id))["id"]
    mailbox = await a_mailbox(desk, trusted_server="mx.msp.example")
    answer = {"sender": "tom@msp.example", "to": f"s+{a_token(acme, ticket)}@msp.example"}

    await push(desk, mailbox, an_eml(**answer, body="Gefälscht.", message_id="<f@x>"))
    await push(desk, mailbox, an_eml(**answer, **VOUCHED, body="Erledigt."))

    forged, genuine = await comments_of(desk, ticket)
    assert forged[:2] == ("system", "internal")
    assert genuine == ("agent", "public", "Erledigt.")


async def test_what_a_colleague_forwards_is_the_first_senders(
    desk: Api, acme: Tenant, worker_pool: Pool, contact_id: UUID
) -> None:
    await a_user(worker_pool, acme, email="tom@msp.example")
    body = (
        f"FYI\n\nVon: Erika Müller <{ERIKA}>\nGesendet: Montag\nAn: Tom\nBetreff: Drucker\n\n"
        "Druckt nicht."
    )
    mailbox = await a_mailbox(desk, trusted_server="mx.msp.example")

    mail = await push(
        desk, mailbox, an_eml(sender="tom@msp.example", subject="WG: Drucker", body=body, **VOUCHED)
    )

    assert (mail["state"], mail["contact_id"]) == ("opened", str(contact_id))
    assert (await _ticket(desk, mail))["attributes"]["description"] == "Druckt nicht."
