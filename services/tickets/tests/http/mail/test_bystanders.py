"""Who else was written to watches the ticket, when whoever wrote may let them."""

from typing import Any
from uuid import UUID

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from tickets_builders import a_contact, a_customer, a_ticket, a_user
from tickets_mail import ERIKA, a_mailbox, a_token, an_eml, push

TOM, PAUL, THIRD = "tom@msp.example", "paul@mueller.example", "lieferant@dritte.example"


async def _watchers(desk: Api, ticket: str) -> list[dict[str, Any]]:
    page = (await desk.get(f"/tickets/{ticket}/watchers?limit=100")).json()["data"]
    return [one["attributes"] for one in page]


async def _addresses(desk: Api, ticket: str) -> set[str]:
    return {one["address"] for one in await _watchers(desk, ticket)}


async def test_a_contacts_copies_watch_each_as_what_they_are(
    desk: Api, acme: Tenant, worker_pool: Pool, customer_id: UUID, contact_id: UUID
) -> None:
    await a_user(worker_pool, acme, email=TOM)
    await a_contact(worker_pool, acme, customer_id, email=PAUL)
    mailbox = await a_mailbox(desk, address="support@msp.example")
    await a_mailbox(desk, address="info@msp.example")
    copies = f"Tom <{TOM}>, {PAUL}, {THIRD}, INFO@msp.example, support+x@msp.example, {ERIKA}"
    copies += ", alle@msp.example"

    mail = await push(desk, mailbox, an_eml(cc=copies))

    assert await _addresses(desk, mail["ticket_id"]) == {TOM, PAUL, THIRD}
    assert all(one["notify"] for one in await _watchers(desk, mail["ticket_id"]))


async def test_somebody_who_is_no_contact_brings_no_strangers(
    desk: Api, acme: Tenant, worker_pool: Pool, customer_id: UUID
) -> None:
    await a_contact(worker_pool, acme, customer_id, email=PAUL)
    mailbox = await a_mailbox(desk, default_customer_id=str(customer_id))

    mail = await push(desk, mailbox, an_eml(cc=f"{PAUL}, {THIRD}"))

    assert await _addresses(desk, mail["ticket_id"]) == {PAUL}


async def test_a_contact_of_another_customer_is_a_stranger_there(
    desk: Api, acme: Tenant, worker_pool: Pool, contact_id: UUID
) -> None:
    other = await a_customer(worker_pool, acme, number="KD-2")
    await a_contact(worker_pool, acme, other, email=THIRD)

    mail = await push(desk, await a_mailbox(desk), an_eml(cc=THIRD))

    page = (await desk.get(f"/tickets/{mail['ticket_id']}/watchers")).json()["data"]
    assert [one["relationships"]["contact"]["data"] for one in page] == [None]


async def test_a_guessable_number_brings_no_strangers_unless_our_server_vouches(
    desk: Api, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk, trusted_server="mx.msp.example")
    ticket = (await push(desk, mailbox, an_eml()))["ticket_id"]
    forged = an_eml(message_id="<two@x>", subject="[T-1001] Drucker", cc=THIRD)
    vouched = {"authentication_results": "mx.msp.example; dmarc=pass header.from=mueller.example"}
    genuine = an_eml(message_id="<three@x>", subject="[T-1001] Drucker", cc=THIRD, **vouched)

    said = await push(desk, mailbox, forged)
    before = await _addresses(desk, ticket)
    await push(desk, mailbox, genuine)

    assert (said["state"], said["ticket_id"]) == ("commented", ticket)
    assert before == set()
    assert await _addresses(desk, ticket) == {THIRD}


async def test_a_watcher_who_answers_is_heard(
    desk: Api, acme: Tenant, customer_id: UUID, contact_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    await desk.post(f"/tickets/{ticket}/watchers", {"email": THIRD})
    raw = an_eml(sender=THIRD, to=f"s+{a_token(acme, ticket)}@msp.example", body="Ist bestellt.")

    mail = await push(desk, await a_mailbox(desk), raw)

    assert mail["state"] == "commented"
    [said] = (await desk.get(f"/tickets/{ticket}/comments")).json()["data"]
    assert (said["attributes"]["visibility"], said["attributes"]["body"]) == (
        "public",
        "Ist bestellt.",
    )


async def test_a_mail_to_a_crowd_brings_few_and_a_ticket_never_too_many(
    desk: Api, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk)
    ticket = ""
    for round_ in range(3):
        crowd = ", ".join(f"p{round_}-{count}@dritte.example" for count in range(60))
        raw = an_eml(message_id=f"<{round_}@x>", in_reply_to="<0@x>", cc=crowd)
        ticket = (await push(desk, mailbox, raw))["ticket_id"]

    assert len(await _watchers(desk, ticket)) == 50
