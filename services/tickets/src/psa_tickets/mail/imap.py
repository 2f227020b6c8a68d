"""
An IMAP mailbox, read one mail at a time.

imap-tools is synchronous; each call runs in a thread. Mails are read without marking them: that
they are seen is set only when they are safe here.
"""

import asyncio
import imaplib
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar, cast

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from psa_tickets.domain.mail.mailbox import Account, Security
from psa_tickets.mail.networks import AddressForbidden, Networks

T = TypeVar("T")

TIMEOUT_SECONDS = 20.0
SEEN = r"(\Seen)"

#: Whatever may go wrong with a server that is not ours.
TROUBLE = (ImapToolsError, imaplib.IMAP4.error, OSError, EOFError, ValueError, LookupError)


class ServerTrouble(Exception):
    """The mail server is away, refuses, or speaks nonsense; the message is for a person."""


class MailWithheld(ServerTrouble):
    """The server answers, but does not give this one mail."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that waits on the server."""

    uid: int
    size_bytes: int
    arrived_at: datetime


class Session:
    """A signed-in connection with a folder open."""

    def __init__(self, box: BaseMailBox, folder: str) -> None:
        self._box = box
        self._folder = folder

    async def uid_validity(self) -> int:
        """Return the number that changes when the server counts its mails anew."""
        status = await _in_thread(self._box.folder.status, self._folder, ["UIDVALIDITY"])
        return status["UIDVALIDITY"]

    async def list_waiting(self, *, after_uid: int, since: datetime, most: int) -> list[Waiting]:
        """Return the next mails behind *after_uid* that arrived since then, in order."""
        return await _in_thread(self._list_waiting, after_uid, since, most)

    async def read(self, uid: int) -> bytes:
        """Return the raw mail; raises MailWithheld when the server does not give it."""
        return await _in_thread(self._read, uid)

    async def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark mails as seen, for people who look into the mailbox themselves."""
        if uids:
            joined = ",".join(map(str, uids))
            await _in_thread(self._box.client.uid, "STORE", joined, "+FLAGS", SEEN)

    def _list_waiting(self, after_uid: int, since: datetime, most: int) -> list[Waiting]:
        # The server compares dates of its own zone; the exact hour is looked at by us.
        day = (since.astimezone(UTC) - timedelta(days=1)).strftime("%d-%b-%Y")
        criteria = f"UID {after_uid + 1}:* SINCE {day}"
        found = self._box.uids(criteria)
        # "n:*" always includes the last mail, even when its number is smaller.
        uids = sorted(uid for uid in map(int, found) if uid > after_uid)[:most]
        if not uids:
            return []
        wanted = ",".join(map(str, uids))
        status, lines = self._box.client.uid("FETCH", wanted, "(UID RFC822.SIZE INTERNALDATE)")
        _expect_ok(status, lines)
        known = (_waiting_of(line) for line in lines if isinstance(line, bytes))
        return sorted((one for one in known if one), key=lambda one: one.uid)

    def _read(self, uid: int) -> bytes:
        status, lines = self._box.client.uid("FETCH", str(uid), "(BODY.PEEK[])")
        for line in cast("list[object]", lines):
            if isinstance(line, tuple):
                return cast("tuple[bytes, bytes]", line)[1]
        raise MailWithheld(f"The server did not give mail {uid}: {status}")


@asynccontextmanager
async def connected(
    account: Account, folder: str, networks: Networks
) -> AsyncGenerator[Session, None]:
    """Sign in and open *folder*; raises ServerTrouble, also for a server outside *networks*."""
    try:
        await networks.check(account.host, account.port)
    except (AddressForbidden, OSError) as error:
        raise ServerTrouble(_words_of(error)) from error
    box = await _in_thread(_sign_in, account, folder, networks)
    try:
        yield Session(box, folder)
    finally:
        with suppress(ServerTrouble):
            await _in_thread(cast("Callable[[], object]", box.logout))  # pyright: ignore[reportUnknownMemberType] # untyped


def _sign_in(account: Account, folder: str, networks: Networks) -> BaseMailBox:
    context = ssl.create_default_context()
    host, port = account.host, account.port
    match account.security:
        case Security.TLS:
            box: BaseMailBox = MailBox(host, port, timeout=TIMEOUT_SECONDS, ssl_context=context)
        case Security.STARTTLS:
            box = MailBoxStartTls(host, port, timeout=TIMEOUT_SECONDS, ssl_context=context)
        case Security.NONE:
            box = MailBoxUnencrypted(host, port, timeout=TIMEOUT_SECONDS)
    try:
        # The name may lead elsewhere by now; nobody there gets our password.
        networks.check_all(host, [box.client.sock.getpeername()[0]])
        return box.login(account.user, account.password, initial_folder=folder)
    except BaseException:
        box.client.shutdown()
        raise


async def _in_thread(call: Callable[..., T], *arguments: Any) -> T:
    try:
        return await asyncio.to_thread(call, *arguments)
    except (*TROUBLE, AddressForbidden) as error:
        raise ServerTrouble(_words_of(error)) from error


def _words_of(error: BaseException) -> str:
    """Say what the server said, without the command: that one may hold a password."""
    words = " ".join(str(error).split())
    for result in ("Response status", "Command result"):
        words = words.replace(result, "")
    return f"{type(error).__name__}: {words}"[:300]


def _expect_ok(status: str, lines: object) -> None:
    if status != "OK":
        raise LookupError(f"the server answered {status} {lines!r}"[:200])


def _waiting_of(line: bytes) -> Waiting | None:
    text = line.decode("ascii", "replace")
    words = text.replace("(", " ").replace(")", " ").split()
    facts = dict(pairwise(words))
    arrived = imaplib.Internaldate2tuple(line)
    if "UID" not in facts or "RFC822.SIZE" not in facts:
        return None
    at = datetime(*arrived[:6]).astimezone(UTC) if arrived else datetime.now(UTC)
    return Waiting(int(facts["UID"]), int(facts["RFC822.SIZE"]), at)
