"""Machines, floods, blocked and broken mails: nothing is lost, and nothing is set in motion."""

from uuid import UUID, uuid4

import pytest

from psa_common.testing import Api, Tenant
from tickets_builders import a_ticket
from tickets_mail import (
    ERIKA,
    MAIL_BYTES_MAX,
    a_mailbox,
    a_raw_eml,
    a_token,
    an_eml,
    comments_of,
    push,
)

VOUCHED = {"authentication_results": "mx.msp.example; dmarc=pass header.from=msp.example"}


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-generated"},
        {"precedence": "bulk"},
        {"list_id": "<news>"},
        {"return_path": "<>"},
        {"x_auto_response_suppress": "All"},
        {"subject": "Abwesenheitsnotiz: x"},
        {"sender": "MAILER-DAEMON@mx.example"},
    ],
)
async def test_a_machines_mail_opens_nothing(
    desk: Api, contact_id: UUID, headers: dict[str, str]
) -> None:
    mail = await push(desk, await a_mailbox(desk), an_eml(**headers))

    assert mail["state"] == "ignored"
    assert (await desk.get("/tickets")).json()["data"] == []


async def test_an_absence_is_noted_at_its_ticket_and_moves_nothing(
    desk: Api, acme: Tenant, customer_id: UUID, contact_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    await desk.put(f"/tickets/{ticket}/status", {"status": "waiting_customer"})
    raw = an_eml(
        to=f"s+{a_token(acme, ticket)}@msp.example",
        auto_submitted="auto-replied",
        body="Ich bin bis Montag nicht im Büro.",
    )

    await push(desk, await a_mailbox(desk), raw)

    [(kind, visibility, body)] = await comments_of(desk, ticket)
    assert (kind, visibility) == ("system", "internal")
    assert "bis Montag" in body
    moved = (await desk.get(f"/tickets/{ticket}")).json()["data"]["attributes"]
    assert moved["status"] == "waiting_customer"


async def test_our_own_mails_never_come_back_in(desk: Api, acme: Tenant, customer_id: UUID) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    address = f"own-{uuid4().hex[:8]}@msp.example"
    mailbox = await a_mailbox(desk, address=address, default_customer_id=str(customer_id))

    by_address = await push(desk, mailbox, an_eml(sender=address))
    by_token = await push(desk, mailbox, an_eml(message_id=f"<{a_token(acme, ticket)}.1@x>"))

    assert (by_address["state"], by_token["state"]) == ("ignored", "ignored")


async def test_a_sender_opens_five_tickets_in_ten_minutes_and_no_more(
    desk: Api, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk)

    states = [(await push(desk, mailbox, an_eml(message_id=f"<{n}@x>")))["state"] for n in range(7)]

    assert states == ["opened"] * 5 + ["parked"] * 2


@pytest.mark.parametrize("sender", [ERIKA, "mueller.example"])
async def test_a_blocked_senders_mail_is_ignored_until_they_are_unblocked(
    desk: Api, contact_id: UUID, sender: str
) -> None:
    mailbox = await a_mailbox(desk)
    blocked = (await desk.post("/blocked-senders", {"sender": sender})).json()["data"]["id"]

    before = await push(desk, mailbox, an_eml())
    await desk.delete(f"/blocked-senders/{blocked}")
    after = await push(desk, mailbox, an_eml(message_id="<two@x>"))

    assert (before["state"], after["state"]) == ("ignored", "opened")


async def test_a_parked_mail_is_taken_when_somebody_says_whose_it_is(
    desk: Api, customer_id: UUID
) -> None:
    mail = await push(desk, await a_mailbox(desk), an_eml())

    body = {"customer_id": str(customer_id)}
    taken = (await desk.post(f"/mails/{mail['id']}/retry", body)).json()["data"]["attributes"]
    again = await desk.post(f"/mails/{mail['id']}/retry", body)

    assert taken["state"] == "opened"
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "MAIL_NOT_PARKED"


async def test_a_parked_mail_can_be_discarded_and_stays_readable(desk: Api) -> None:
    raw = an_eml()
    mail = await push(desk, await a_mailbox(desk), raw)

    discarded = await desk.post(f"/mails/{mail['id']}/discard")

    assert discarded.json()["data"]["attributes"]["state"] == "discarded"
    download = await desk.get(f"/mails/{mail['id']}/raw")
    assert download.content == raw
    assert download.headers["content-type"].startswith("message/rfc822")
    assert "attachment" in download.headers["content-disposition"]


async def test_the_html_of_a_mail_is_harmless(desk: Api, contact_id: UUID) -> None:
    html = (
        '<p onclick="x()">Hallo</p><script>steal()</script><img src="https://spy.example/p.gif">'
        '<form action="https://evil.example"><input></form><a href="javascript:x()">hier</a>'
        '<style>p{background:url(https://spy.example)}</style><div style="display:none">x</div>'
    )

    mail = await push(desk, await a_mailbox(desk), an_eml(html=html))

    shown = (await desk.get(f"/mails/{mail['id']}")).json()["data"]["attributes"]["html"]
    assert "Hallo" in shown
    for evil in ("script", "spy", "onclick", "form", "style"):
        assert evil not in shown


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\xfe",
        b"From: erika@mueller.example\r\nSubject: \x00\xff\r\n\r\n\x00\xed\xa0\x80",
        a_raw_eml("From: erika@mueller.example\nContent-Type: multipart/mixed", "--x"),
        b"From: erika@mueller.example\r\n"
        + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n" * 2_000,
    ],
)
async def test_a_broken_mail_is_kept_and_answered_for(
    desk: Api, contact_id: UUID, raw: bytes
) -> None:
    mail = await push(desk, await a_mailbox(desk), raw)

    assert mail["state"] in {"opened", "parked"}
    assert (await desk.get(f"/mails/{mail['id']}/raw")).content == raw


async def test_a_mail_larger_than_allowed_is_refused(desk: Api) -> None:
    mailbox = await a_mailbox(desk)

    response = await desk.http.post(
        f"/api/v1/mailboxes/{mailbox}/messages",
        content=b"x" * (MAIL_BYTES_MAX + 1),
        headers={"content-type": "message/rfc822"},
    )

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "MAIL_TOO_LARGE"


async def test_only_a_raw_mail_can_be_handed_over(desk: Api) -> None:
    mailbox = await a_mailbox(desk)
    path = f"/api/v1/mailboxes/{mailbox}/messages"

    as_json = await desk.post(f"/mailboxes/{mailbox}/messages", {})
    empty = await desk.http.post(path, content=b" ", headers={"content-type": "message/rfc822"})

    assert (as_json.status_code, empty.status_code) == (415, 400)


async def test_another_tenant_sees_no_mail_and_no_mailbox(
    desk: Api, api: Api, beta: Tenant, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk)
    mail = await push(desk, mailbox, an_eml())
    other = api.as_(beta.person("mail:view:all", "mailbox:manage:all"))

    assert (await other.get(f"/mails/{mail['id']}")).status_code == 404
    assert (await other.get(f"/mails/{mail['id']}/raw")).status_code == 404
    assert (await other.post(f"/mails/{mail['id']}/discard")).status_code == 404
    assert (await other.get(f"/mailboxes/{mailbox}")).status_code == 404
    assert (await other.get("/mails")).json()["data"] == []


async def test_without_permission_nobody_reads_mails_or_mailboxes(
    desk: Api, api: Api, acme: Tenant
) -> None:
    nobody = api.as_(acme.person("ticket:view:all"))

    for path in ("/mails", "/mailboxes", "/blocked-senders"):
        assert (await nobody.get(path)).status_code == 403
