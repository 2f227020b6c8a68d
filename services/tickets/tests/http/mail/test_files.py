"""What comes with a mail comes onto its ticket: files, HTML with its pictures, its Message-ID."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.errors import Unavailable
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.domain.mail.mailbox import Mailbox
from psa_tickets.queries.mail import mailboxes
from psa_tickets.storage import Kept, Objects, Room
from psa_tickets.usecases.mail import intake, raw_care
from psa_tickets.usecases.mail.office import PostOffice
from psa_tickets.usecases.orphans import ORPHAN_AFTER
from tickets_builders import a_contact, a_customer, a_ticket
from tickets_mail import a_mailbox, a_token, an_eml, an_office, comments_of, push
from tickets_mailfx import content_of, files_of, with_files, with_picture, words_of
from tickets_words import EICAR, EXE, PDF, PNG, a_cabinet, a_clamd, as_stream, files_in

HTML = '<p>Der <b>Drucker</b> druckt nicht.</p><img src="cid:logo@mueller.example">'
TEXT = "Der Drucker druckt nicht."


class _FullAfter(Objects):
    """A store whose disk is full after some objects."""

    def __init__(self, whole: Objects, *, files: int) -> None:
        self._whole, self._left = whole, files

    async def put(
        self, tenant_id: UUID, room: Room, chunks: AsyncIterator[bytes], *, limit_bytes: int
    ) -> Kept:
        if self._left == 0:
            raise Unavailable("The disk is full.")
        self._left -= 1
        return await self._whole.put(tenant_id, room, chunks, limit_bytes=limit_bytes)

    async def delete(self, key: str) -> None:
        await self._whole.delete(key)


async def _taken(
    pool: Pool, tenant: Tenant, office: PostOffice, mailbox_id: str, raw: bytes, now: datetime
) -> str:
    async with tenant_transaction(pool, tenant.id, a_context()) as tx:
        mailbox: Mailbox = await mailboxes.get(tx, UUID(mailbox_id))
        return str((await intake.take(tx, office, mailbox, raw, now=now)).ticket_id)


async def test_the_files_of_a_first_mail_are_the_tickets(desk: Api, contact_id: UUID) -> None:
    enclosed = an_eml(subject="Angebot", body="Anbei.")
    invite = ("", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    raw = with_files(an_eml(), ("Rechnung.pdf", "application/pdf", PDF), invite, mail=enclosed)

    mail = await push(desk, await a_mailbox(desk), raw)

    files = await files_of(desk, mail["ticket_id"])
    assert [(one["filename"], one["content_type"]) for one in files] == [
        ("Rechnung.pdf", "application/pdf"),
        ("termin.ics", "text/calendar"),
        ("nachricht.eml", "message/rfc822"),
    ]
    assert {(one["author_kind"], one["visibility"]) for one in files} == {("contact", "public")}
    assert await content_of(desk, mail["ticket_id"], files[0]) == PDF
    assert b"Angebot" in await content_of(desk, mail["ticket_id"], files[2])
    assert await comments_of(desk, mail["ticket_id"]) == []


async def test_the_files_of_an_answer_belong_to_its_words(
    desk: Api, acme: Tenant, customer_id: UUID, contact_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    raw = an_eml(to=f"s+{a_token(acme, ticket)}@msp.example", body="Siehe Foto.")

    await push(desk, await a_mailbox(desk), with_files(raw, ("foto.png", "image/png", PNG)))

    [said] = await words_of(desk, ticket)
    [file] = await files_of(desk, ticket)
    assert (said["body"], said["channel"], said["author_kind"]) == (
        "Siehe Foto.",
        "mail",
        "contact",
    )
    assert file["comment"]["data"]["id"] == said["id"]


async def test_a_first_mail_keeps_its_html_and_shows_its_picture(
    desk: Api, contact_id: UUID
) -> None:
    raw = with_picture(HTML + "<script>x()</script>", body=TEXT)

    mail = await push(desk, await a_mailbox(desk), raw)

    path = f"/tickets/{mail['ticket_id']}/description"
    told = (await desk.get(path)).json()["data"]["attributes"]
    assert told == {"text": TEXT, "html": HTML + "\n"}
    [picture] = await files_of(desk, mail["ticket_id"])
    assert (picture["content_id"], picture["filename"]) == ("logo@mueller.example", "bild.png")


async def test_an_answer_keeps_its_html_without_the_quote(
    desk: Api, acme: Tenant, customer_id: UUID, contact_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    raw = with_picture(
        f"{HTML}<blockquote>Geht es wieder?</blockquote>",
        to=f"s+{a_token(acme, ticket)}@msp.example",
        body=f"{TEXT}\n\nAm 03.06.26 um 16:40 schrieb Desk:\n> Geht es wieder?\n",
    )

    await push(desk, await a_mailbox(desk), raw)

    [said] = await words_of(desk, ticket)
    assert (said["body"], said["html"]) == (TEXT, HTML)


async def test_a_refused_file_never_keeps_a_mail_from_its_ticket(
    desk: Api, contact_id: UUID
) -> None:
    raw = with_files(
        an_eml(),
        ("update.exe", "application/octet-stream", EXE),
        ("foto.png", "image/png", PDF),
        ("leer.txt", "text/plain", b""),
        ("gut.pdf", "application/pdf", PDF),
    )

    mail = await push(desk, await a_mailbox(desk), raw)

    assert mail["state"] == "opened"
    assert [one["filename"] for one in await files_of(desk, mail["ticket_id"])] == ["gut.pdf"]
    [(kind, visibility, body)] = await comments_of(desk, mail["ticket_id"])
    assert (kind, visibility) == ("system", "internal")
    assert "update.exe: Dateien dieser Art könnten etwas ausführen." in body
    assert "foto.png: Ihr Inhalt ist etwas anderes, als sie vorgibt." in body
    assert "leer.txt: Die Datei ist leer." in body
    assert (await desk.get(f"/mails/{mail['id']}/raw")).content == raw


async def test_an_infected_and_a_too_large_file_are_left_out_with_their_bytes(
    desk: Api, acme: Tenant, worker_pool: Pool, contact_id: UUID, tmp_path: Path
) -> None:
    mailbox = await a_mailbox(desk)
    raw = with_files(
        an_eml(),
        ("virus.txt", "text/plain", EICAR),
        ("film.bin", "application/octet-stream", bytes(2_000)),
        ("gut.txt", "text/plain", b"gut"),
    )
    async with a_clamd() as scanner:
        office = an_office(a_cabinet(tmp_path, scanner=scanner, file_bytes=1_000))

        ticket = await _taken(worker_pool, acme, office, mailbox, raw, datetime.now(UTC))

    assert [one["filename"] for one in await files_of(desk, ticket)] == ["gut.txt"]
    [(_, _, body)] = await comments_of(desk, ticket)
    assert "virus.txt: Der Virenscanner lehnt sie ab." in body
    assert "film.bin: Die Datei ist zu groß." in body
    assert len(files_in(tmp_path)) == 2  # the raw mail, and what was attached


async def test_a_full_store_takes_the_words_and_what_still_fits(
    desk: Api, acme: Tenant, worker_pool: Pool, contact_id: UUID, tmp_path: Path
) -> None:
    mailbox = await a_mailbox(desk)
    big = ("gross.txt", "text/plain", b"x" * 900)
    raw = with_files(an_eml(), big, ("auch.txt", "text/plain", b"y" * 900))
    office = an_office(a_cabinet(tmp_path, tenant_bytes=1_000))

    ticket = await _taken(worker_pool, acme, office, mailbox, raw, datetime.now(UTC))

    assert [one["filename"] for one in await files_of(desk, ticket)] == ["gross.txt"]
    [(_, _, body)] = await comments_of(desk, ticket)
    assert "auch.txt: Der Speicher für Anhänge ist voll." in body
    assert len(files_in(tmp_path)) == 2


async def test_more_files_than_a_ticket_holds_are_named(desk: Api, contact_id: UUID) -> None:
    many = [(f"{count}.txt", "text/plain", b"x") for count in range(102)]

    mail = await push(desk, await a_mailbox(desk), with_files(an_eml(), *many))

    page = (await desk.get(f"/tickets/{mail['ticket_id']}/attachments?limit=100")).json()
    assert len(page["data"]) == 100
    [(_, _, body)] = await comments_of(desk, mail["ticket_id"])
    assert "100.txt: Das Ticket hat schon zu viele Anhänge." in body
    assert "101.txt" in body


async def test_words_that_are_too_long_are_cut_and_said_to_be(desk: Api, contact_id: UUID) -> None:
    mail = await push(desk, await a_mailbox(desk), an_eml(body="lang " * 5_000))

    [(kind, _, body)] = await comments_of(desk, mail["ticket_id"])
    assert kind == "system"
    assert "gekürzt" in body


async def test_a_strangers_files_are_for_colleagues_only(
    desk: Api, acme: Tenant, worker_pool: Pool, customer_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    other = await a_customer(worker_pool, acme, number="KD-2")
    await a_contact(worker_pool, acme, other, email="fremd@other.example")
    raw = an_eml(sender="fremd@other.example", to=f"s+{a_token(acme, ticket)}@msp.example")

    await push(desk, await a_mailbox(desk), with_files(raw, ("a.pdf", "application/pdf", PDF)))

    [file] = await files_of(desk, ticket)
    assert (file["visibility"], file["author_kind"]) == ("internal", "system")


async def test_the_date_of_a_mail_moves_no_clock(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    customer_id: UUID,
    contact_id: UUID,
    office: PostOffice,
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    mailbox = await a_mailbox(desk)
    now = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
    raw = an_eml(
        to=f"s+{a_token(acme, ticket)}@msp.example", date="Mon, 01 Jan 2001 10:00:00 +0000"
    )

    await _taken(worker_pool, acme, office, mailbox, raw, now)

    [said] = await words_of(desk, ticket)
    assert datetime.fromisoformat(said["occurred_at"]) == now


async def test_a_store_that_is_away_lets_the_mail_wait_and_leaves_no_file(
    desk: Api, acme: Tenant, worker_pool: Pool, contact_id: UUID, tmp_path: Path
) -> None:
    mailbox = await a_mailbox(desk)
    office = an_office(a_cabinet(tmp_path))
    objects = office.cabinet.objects
    raw = with_files(an_eml(), ("a.txt", "text/plain", b"a"), ("b.txt", "text/plain", b"b"))
    full = replace(office, cabinet=replace(office.cabinet, objects=_FullAfter(objects, files=2)))

    with pytest.raises(Unavailable):
        await _taken(worker_pool, acme, full, mailbox, raw, datetime.now(UTC))

    assert len(files_in(tmp_path)) == 1  # the raw mail, which the sweeper finds
    assert (await desk.get("/tickets")).json()["data"] == []
    again = await _taken(worker_pool, acme, office, mailbox, raw, datetime.now(UTC))
    assert len(await files_of(desk, again)) == 2


async def test_raw_mails_without_a_row_are_swept_after_a_day(
    desk: Api, acme: Tenant, worker_pool: Pool, contact_id: UUID, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    office = an_office(a_cabinet(tmp_path))
    await _taken(worker_pool, acme, office, await a_mailbox(desk), an_eml(), now)
    await office.keep(acme.id, b"rolled back")
    await office.cabinet.objects.put(acme.id, Room.ATTACHMENTS, as_stream(b"x"), limit_bytes=1)

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        early = await raw_care.sweep(tx, office.cabinet, now=now + ORPHAN_AFTER / 2)
        late = await raw_care.sweep(tx, office.cabinet, now=now + ORPHAN_AFTER * 2)

    assert (early, late) == (0, 1)
    assert len(files_in(tmp_path)) == 2  # the mail, and the file that others look after
