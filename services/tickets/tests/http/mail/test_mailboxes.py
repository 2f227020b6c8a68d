"""Mailboxes are set up with care: clear refusals, and nobody reads a password."""

from typing import Any
from uuid import uuid4

import pytest

from psa_common.testing import Api, Tenant
from psa_tickets.domain.mail.incoming import Attachment
from psa_tickets.mail.tnef import unpacked
from tickets_mail import a_mailbox, an_eml, push

IMAP = {"host": "imap.msp.example", "port": 993, "user": "desk", "password": "Geheim!23"}


async def test_a_mailbox_is_changed_field_by_field(desk: Api) -> None:
    mailbox = await a_mailbox(desk, imap=IMAP)

    response = await desk.patch(
        f"/mailboxes/{mailbox}", {"active": False, "imap": None}, headers={"if-match": '"1"'}
    )

    attributes = response.json()["data"]["attributes"]
    assert (attributes["active"], attributes["imap"], attributes["name"]) == (
        False,
        None,
        "Service Desk",
    )
    assert response.headers["etag"] == '"2"'


async def test_a_change_of_what_somebody_else_changed_is_refused(desk: Api) -> None:
    mailbox = await a_mailbox(desk)

    stale = await desk.patch(f"/mailboxes/{mailbox}", {"name": "x"}, headers={"if-match": '"7"'})

    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"imap": {**IMAP, "password": None}}, 400),
        ({"imap": {**IMAP, "port": 0}}, 400),
        ({"imap": {**IMAP, "host": "a b"}}, 400),
        ({"imap_folder": "IN\r\nBOX"}, 400),
        ({"address": "no address"}, 400),
        ({"language": "fr"}, 400),
        ({"queue_id": str(uuid4())}, 422),
        ({"default_customer_id": str(uuid4())}, 422),
        ({"unknown": 1}, 400),
    ],
)
async def test_what_makes_no_mailbox_is_refused(
    desk: Api, fields: dict[str, Any], status: int
) -> None:
    response = await desk.post("/mailboxes", {"name": "x", "address": "desk@msp.example", **fields})

    assert response.status_code == status, response.text
    assert "Geheim" not in response.text


async def test_an_address_belongs_to_one_mailbox(desk: Api) -> None:
    await a_mailbox(desk, address="desk@msp.example")

    again = await desk.post("/mailboxes", {"name": "x", "address": "Desk@MSP.example"})

    assert again.status_code == 409


async def test_a_stored_password_goes_to_no_other_server_than_it_was_given_for(desk: Api) -> None:
    without = await a_mailbox(desk)
    with_one = await a_mailbox(desk, imap=IMAP)
    same = {"host": "imap.msp.example", "port": 143, "security": "starttls", "user": "desk"}

    no_password = await desk.patch(f"/mailboxes/{without}", {"imap": same})
    stolen = await desk.patch(f"/mailboxes/{with_one}", {"imap": {**same, "host": "evil.example"}})
    kept = await desk.patch(f"/mailboxes/{with_one}", {"imap": same})

    assert (no_password.status_code, stolen.status_code) == (400, 400)
    assert stolen.json()["error"]["code"] == "ACCOUNT_INCOMPLETE"
    assert kept.json()["data"]["attributes"]["imap"]["port"] == 143


async def test_a_mail_cannot_be_given_to_a_customer_that_is_not_there(desk: Api) -> None:
    mail = await push(desk, await a_mailbox(desk), an_eml())

    response = await desk.post(f"/mails/{mail['id']}/retry", {"customer_id": str(uuid4())})

    assert response.status_code == 422
    kept = (await desk.get(f"/mails/{mail['id']}")).json()["data"]["attributes"]
    assert kept["state"] == "parked"


@pytest.mark.parametrize("sender", ["x", "a@b@c.example", "a b.example"])
async def test_what_is_no_sender_cannot_be_blocked(desk: Api, sender: str) -> None:
    assert (await desk.post("/blocked-senders", {"sender": sender})).status_code == 400


async def test_a_sender_is_blocked_once_and_unblocked_once(desk: Api) -> None:
    first = await desk.post("/blocked-senders", {"sender": "spam.example"})
    again = await desk.post("/blocked-senders", {"sender": "SPAM.example"})
    path = f"/blocked-senders/{first.json()['data']['id']}"

    assert (first.status_code, again.status_code) == (201, 409)
    assert (await desk.delete(path)).status_code == 204
    assert (await desk.delete(path)).status_code == 404


async def test_mails_are_found_by_what_became_of_them(desk: Api) -> None:
    mailbox = await a_mailbox(desk)
    parked = await push(desk, mailbox, an_eml())
    await push(desk, mailbox, an_eml(message_id="<n@x>", precedence="bulk"))

    page = (await desk.get("/mails?state=parked")).json()["data"]

    assert [row["id"] for row in page] == [parked["id"]]


async def test_without_permission_nobody_decides_on_a_mail(
    desk: Api, api: Api, acme: Tenant
) -> None:
    mailbox = await a_mailbox(desk)
    mail = await push(desk, mailbox, an_eml())
    reader = api.as_(acme.person("mail:view:all"))

    assert (await reader.post(f"/mails/{mail['id']}/retry", {})).status_code == 403
    assert (await reader.post(f"/mails/{mail['id']}/discard")).status_code == 403
    assert (await reader.post(f"/mailboxes/{mailbox}/test")).status_code == 403
    assert (await reader.post("/blocked-senders", {"sender": "x.example"})).status_code == 403


@pytest.mark.parametrize("content", [b"", b"x\x9f\x3e\x22", b"\x78\x9f\x3e\x22" + b"\xff" * 200])
def test_a_broken_winmail_dat_stays_as_it_is(content: bytes) -> None:
    attachment = Attachment(name="winmail.dat", media_type="application/ms-tnef", content=content)

    assert unpacked(attachment) == (attachment,)
