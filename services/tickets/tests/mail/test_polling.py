"""Mailboxes are read from real servers: nothing twice, nothing old, nothing stuck, nothing lost."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.queries import contacts
from psa_tickets.queries.contacts import Contact
from psa_tickets.queries.mail import mailboxes
from psa_tickets.usecases.mail import intake, polling
from psa_tickets.usecases.mail.office import PostOffice
from tickets_mail import MAIL_BYTES_MAX, a_mailbox, an_eml
from tickets_mail_servers import PASSWORD, ImapFolder, free_port


class Time:
    """A clock that goes on by an hour whenever it is asked to."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self) -> None:
        self.now += timedelta(hours=1)


async def _reads(desk: Api, folder: ImapFolder, **fields: Any) -> str:
    return await a_mailbox(desk, imap=folder.account, imap_folder=folder.name, **fields)


async def _look(
    pool: Pool, tenant: Tenant, office: PostOffice, clock: Callable[[], datetime]
) -> None:
    await polling.look_into_due(pool, tenant.id, office, clock=clock)


async def _states(desk: Api) -> list[str]:
    rows = (await desk.get("/mails?order=asc&sort=received_at")).json()["data"]
    return sorted(row["attributes"]["state"] for row in rows)


async def test_every_mail_is_taken_once_and_marked_as_seen(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    office: PostOffice,
    folder: ImapFolder,
    contact_id: UUID,
) -> None:
    await _reads(desk, folder)
    time = Time()
    folder.put(*(an_eml(message_id=f"<{n}@x>") for n in range(3)))

    await _look(worker_pool, acme, office, time)
    time.later()
    folder.put(an_eml(message_id="<3@x>"))
    await _look(worker_pool, acme, office, time)

    assert await _states(desk) == ["opened"] * 4
    assert folder.seen() == [True] * 4


async def test_mails_from_before_the_mailbox_was_active_are_left_alone(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    office: PostOffice,
    folder: ImapFolder,
    contact_id: UUID,
) -> None:
    since = datetime.now(UTC) - timedelta(minutes=10)
    await _reads(desk, folder, active_since=since.isoformat())
    folder.put(an_eml(message_id="<old@x>"), at=since - timedelta(days=400))
    folder.put(an_eml(message_id="<just-before@x>"), at=since - timedelta(minutes=1))
    folder.put(an_eml(message_id="<new@x>"), at=since + timedelta(minutes=1))

    await _look(worker_pool, acme, office, Time())

    [mail] = (await desk.get("/mails")).json()["data"]
    assert mail["attributes"]["message_id"] == "<new@x>"
    assert folder.seen() == [False, False, True]


async def test_when_the_server_counts_anew_nothing_is_taken_twice(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    office: PostOffice,
    folder: ImapFolder,
    contact_id: UUID,
) -> None:
    await _reads(desk, folder)
    time = Time()
    mails = [an_eml(message_id=f"<{n}@x>") for n in range(2)]
    folder.put(*mails)
    await _look(worker_pool, acme, office, time)

    folder.start_anew()
    folder.put(*mails, an_eml(message_id="<new@x>"))
    time.later()
    await _look(worker_pool, acme, office, time)

    assert await _states(desk) == ["opened"] * 3


async def test_a_crash_after_a_mail_was_stored_does_not_take_it_again(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    office: PostOffice,
    folder: ImapFolder,
    contact_id: UUID,
) -> None:
    mailbox_id = UUID(await _reads(desk, folder))
    raw = an_eml()
    folder.put(raw)
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        mailbox = await mailboxes.get(tx, mailbox_id)
        await intake.take(tx, office, mailbox, raw, now=datetime.now(UTC))

    await _look(worker_pool, acme, office, Time())

    assert await _states(desk) == ["opened"]


async def test_a_mail_that_cannot_be_taken_is_parked_with_its_reason_and_the_next_one_is_taken(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    office: PostOffice,
    folder: ImapFolder,
    contact_id: UUID,
) -> None:
    await _reads(desk, folder)
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        homeless = Contact(
            id=uuid4(), customer_id=uuid4(), name="x", email="x@y.example", phone=None, active=True
        )
        contacts.keep_contact(tx, homeless, sequence=1)
    folder.put(an_eml(sender="x@y.example", message_id="<bad@x>"), an_eml(message_id="<good@x>"))

    await _look(worker_pool, acme, office, Time())

    assert await _states(desk) == ["opened", "parked"]
    [parked] = (await desk.get("/mails?state=parked")).json()["data"]
    assert "ForeignKeyViolation" in parked["attributes"]["reason"]
    assert b"<bad@x>" in (await desk.get(f"/mails/{parked['id']}/raw")).content


async def test_a_mail_that_is_too_large_is_parked_unread_and_the_next_one_is_taken(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    office: PostOffice,
    folder: ImapFolder,
    contact_id: UUID,
) -> None:
    await _reads(desk, folder)
    large = an_eml(message_id="<large@x>") + b"x\r\n" * (10 * MAIL_BYTES_MAX)
    folder.put(large, an_eml(message_id="<good@x>"))

    await _look(worker_pool, acme, office, Time())

    assert await _states(desk) == ["opened", "parked"]
    [parked] = (await desk.get("/mails?state=parked")).json()["data"]
    assert parked["attributes"]["size_bytes"] > 30_000_000
    assert (await desk.get(f"/mails/{parked['id']}/raw")).status_code == 404
    assert (await desk.post(f"/mails/{parked['id']}/retry", {})).status_code == 409


async def test_a_server_that_is_away_is_said_so_and_tried_less_and_less_often(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    office: PostOffice,
    folder: ImapFolder,
    contact_id: UUID,
) -> None:
    away = {**folder.account, "port": free_port()}
    mailbox = await a_mailbox(desk, imap=away, imap_folder=folder.name)
    time = Time()
    folder.put(an_eml())

    for _ in range(3):
        await _look(worker_pool, acme, office, time)
        time.later()
    failing = (await desk.get(f"/mailboxes/{mailbox}")).json()["data"]["attributes"]
    await desk.patch(f"/mailboxes/{mailbox}", {"imap": folder.account})
    await _look(worker_pool, acme, office, time)

    assert failing["failures"] == 3
    assert "refused" in failing["last_error"]
    well = (await desk.get(f"/mailboxes/{mailbox}")).json()["data"]["attributes"]
    assert (well["failures"], well["last_error"]) == (0, None)
    assert await _states(desk) == ["opened"]


async def test_a_wrong_password_is_reported_without_showing_it(
    desk: Api, acme: Tenant, worker_pool: Pool, office: PostOffice, folder: ImapFolder
) -> None:
    wrong = {**folder.account, "password": "Falsch!99"}
    mailbox = await a_mailbox(desk, imap=wrong, imap_folder=folder.name)

    await _look(worker_pool, acme, office, Time())

    response = await desk.get(f"/mailboxes/{mailbox}")
    assert response.json()["data"]["attributes"]["failures"] == 1
    assert "Falsch!99" not in response.text


async def test_a_slow_server_holds_no_other_mailbox_up(
    desk: Api,
    acme: Tenant,
    worker_pool: Pool,
    office: PostOffice,
    folder: ImapFolder,
    contact_id: UUID,
) -> None:
    held: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _reader, writer: held.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    await a_mailbox(desk, imap={**folder.account, "port": port})
    await _reads(desk, folder)
    folder.put(an_eml())

    looking = asyncio.create_task(_look(worker_pool, acme, office, Time()))
    while not (await desk.get("/mails")).json()["data"]:
        assert not looking.done()
        await asyncio.sleep(0.05)
    for writer in held:
        writer.close()
    await looking
    silent.close()

    assert await _states(desk) == ["opened"]


async def test_one_worker_reads_a_mailbox_at_a_time_and_an_abandoned_one_is_taken_over(
    desk: Api, acme: Tenant, worker_pool: Pool, folder: ImapFolder
) -> None:
    mailbox_id = UUID(await _reads(desk, folder))
    now = datetime.now(UTC)

    async def claim(at: datetime) -> list[UUID]:
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            polls = await mailboxes.claim_due(tx, now=at, lease=polling.LEASE, batch=9)
            return [poll.mailbox_id for poll in polls]

    first, second = await claim(now), await claim(now)
    after_the_lease = await claim(now + polling.LEASE)

    assert (first, second, after_the_lease) == ([mailbox_id], [], [mailbox_id])


async def test_a_password_is_sealed_and_never_shown(
    desk: Api, acme: Tenant, worker_pool: Pool, folder: ImapFolder
) -> None:
    mailbox = await _reads(desk, folder)

    answers = [
        await desk.get(f"/mailboxes/{mailbox}"),
        await desk.get("/mailboxes"),
        await desk.patch(f"/mailboxes/{mailbox}", {"name": "Neu"}),
    ]

    assert all(PASSWORD not in answer.text and "password" not in answer.text for answer in answers)
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        stored = (await mailboxes.get(tx, UUID(mailbox))).imap
    assert stored is not None
    assert stored.password.startswith("v1:")


async def test_trying_a_mailbox_says_what_failed(desk: Api, folder: ImapFolder) -> None:
    good = await _reads(desk, folder)
    wrong = await a_mailbox(desk, imap={**folder.account, "password": "x"})
    none = await a_mailbox(desk)

    tried = (await desk.post(f"/mailboxes/{good}/test")).json()["data"]["attributes"]
    failed = (await desk.post(f"/mailboxes/{wrong}/test")).json()["data"]["attributes"]

    assert tried == {"imap": "", "smtp": None}
    assert failed["imap"]
    assert (await desk.post(f"/mailboxes/{none}/test")).status_code == 422
