"""/mailboxes: where mails come from and by which server they leave."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from psa_common.db import Tx
from psa_common.documents import (
    Document,
    Page,
    Resource,
    answer,
    changes_of,
    expected_version,
    shown,
)
from psa_common.guards import requires
from psa_common.ids import uuid7
from psa_common.inputs import Email, Instant, Line
from psa_common.listing import fetch_page
from psa_tickets.domain.mail.mailbox import (
    Account,
    AccountIncomplete,
    Language,
    Mailbox,
    Security,
)
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.http.mail import mails
from psa_tickets.http.mail.mails import MailAttributes
from psa_tickets.queries.mail import mailboxes
from psa_tickets.usecases.mail import intake, mailboxes as care
from psa_tickets.usecases.mail.mailboxes import AccountEdit, Trial
from psa_tickets.usecases.mail.office import PostOffice

Host = Annotated[str, Meta(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+\Z")]
Port = Annotated[int, Meta(ge=1, le=65_535)]
Password = Annotated[str, Meta(min_length=1, max_length=1_000)]
Folder = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\r\n]+\Z")]


class AccountInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to sign in at a server; the password is never shown, and stays when left out."""

    host: Host
    port: Port
    security: Security = Security.TLS
    user: Line
    password: Password | None = None


class NewMailbox(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mailbox; mails older than `active_since` (now) are never looked at."""

    name: Line
    address: Email
    language: Language = Language.GERMAN
    active: bool = True
    active_since: Instant | None = None
    queue_id: UUID | None = None
    ticket_type: TicketType = TicketType.INCIDENT
    priority: Priority = Priority.P3
    default_customer_id: UUID | None = None
    trusted_server: Host | None = None
    imap: AccountInput | None = None
    imap_folder: Folder = "INBOX"
    smtp: AccountInput | None = None


class MailboxEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; null empties a field."""

    name: Line | UnsetType = UNSET
    address: Email | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    active_since: Instant | UnsetType = UNSET
    queue_id: UUID | UnsetType | None = UNSET
    ticket_type: TicketType | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    default_customer_id: UUID | UnsetType | None = UNSET
    trusted_server: Host | UnsetType | None = UNSET
    imap: AccountInput | UnsetType | None = UNSET
    imap_folder: Folder | UnsetType = UNSET
    smtp: AccountInput | UnsetType | None = UNSET


class AccountAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """An account as readers see it: without its password."""

    host: str
    port: int
    security: Security
    user: str


class MailboxAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A mailbox as readers see it."""

    name: str
    address: str
    language: Language
    active: bool
    active_since: datetime
    queue_id: UUID | None
    ticket_type: TicketType
    priority: Priority
    default_customer_id: UUID | None
    trusted_server: str | None
    imap: AccountAttributes | None
    imap_folder: str
    smtp: AccountAttributes | None
    version: int
    #: How reading goes; only where a single mailbox is read.
    failures: int | None = None
    last_error: str | None = None
    succeeded_at: datetime | None = None


def show(mailbox: Mailbox, **health: Any) -> Resource[MailboxAttributes]:
    """Show a mailbox without what opens it."""
    attributes = shown(
        mailbox,
        MailboxAttributes,
        imap=shown(mailbox.imap, AccountAttributes) if mailbox.imap else None,
        smtp=shown(mailbox.smtp, AccountAttributes) if mailbox.smtp else None,
        **{"failures": None, "last_error": None, "succeeded_at": None, **health},
    )
    return Resource(mailbox.id, "mailbox", attributes)


def mailbox_of(data: NewMailbox, *, now: datetime) -> Mailbox:
    """Return the mailbox that the input describes; raises AccountIncomplete."""
    values = msgspec.structs.asdict(data)
    values["address"] = data.address.lower()
    values["active_since"] = data.active_since or now
    for which in ("imap", "smtp"):
        given: AccountInput | None = values[which]
        if given is not None:
            values[which] = _account(given, which)
    return Mailbox(id=uuid7(), version=1, created_at=now, **values)


def changes_in(data: MailboxEdit) -> dict[str, Any]:
    """Return what is to change, accounts as their edits."""
    changes = changes_of(data)
    if "address" in changes:
        changes["address"] = changes["address"].lower()
    for which in ("imap", "smtp"):
        given: AccountInput | None = changes.get(which)
        if given is not None:
            keeps = given.password is None
            changes[which] = AccountEdit(account=_account_of(given), keeps_password=keeps)
    return changes


@post("/", guards=[requires("mailbox:manage")])
async def create_mailbox(
    data: JSONBody[NewMailbox], tx: NamedDependency[Tx], office: NamedDependency[PostOffice]
) -> Document[MailboxAttributes]:
    """Set a mailbox up."""
    mailbox = await care.create(tx, office, mailbox_of(data, now=datetime.now(UTC)))
    return answer(show(mailbox), version=1, status=201)


@get("/", guards=[requires("mailbox:manage")], opt={"listing": mailboxes.LISTING})
async def list_mailboxes(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[MailboxAttributes]:
    """List the mailboxes."""
    return await fetch_page(tx, mailboxes.LISTING, request, show)


@get("/{mailbox_id:uuid}", guards=[requires("mailbox:manage")])
async def read_mailbox(
    mailbox_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[MailboxAttributes]:
    """Read a mailbox, and how reading it goes."""
    mailbox = await mailboxes.get(tx, mailbox_id)
    health = await mailboxes.get_health(tx, mailbox_id)
    return answer(show(mailbox, **msgspec.structs.asdict(health)), version=mailbox.version)


@patch("/{mailbox_id:uuid}", guards=[requires("mailbox:manage")])
async def edit_mailbox(
    request: Request[Any, Any, Any],
    mailbox_id: FromPath[UUID],
    data: JSONBody[MailboxEdit],
    tx: NamedDependency[Tx],
    office: NamedDependency[PostOffice],
) -> Document[MailboxAttributes]:
    """Change a mailbox; switch it off with `active`."""
    now, version = datetime.now(UTC), expected_version(request)
    changes = changes_in(data)
    mailbox = await care.edit(tx, office, mailbox_id, changes, expected_version=version, now=now)
    return answer(show(mailbox), version=mailbox.version)


@post("/{mailbox_id:uuid}/test", guards=[requires("mailbox:manage")])
async def test_mailbox(
    mailbox_id: FromPath[UUID], tx: NamedDependency[Tx], office: NamedDependency[PostOffice]
) -> Document[Trial]:
    """Sign in at both servers and say what failed; an empty text means that all is well."""
    trial = await care.try_out(tx, office, mailbox_id)
    return answer(Resource(mailbox_id, "mailbox_trial", trial), status=200)


@post(
    "/{mailbox_id:uuid}/messages",
    guards=[requires("mailbox:manage")],
    opt={"takes": "message/rfc822"},
    request_max_body_size=None,
)
async def push_message(
    request: Request[Any, Any, Any],
    mailbox_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    office: NamedDependency[PostOffice],
) -> Document[MailAttributes]:
    """Take a raw mail (message/rfc822) that a mail server hands over."""
    raw = await mails.read_raw(request, office.mail_bytes)
    mailbox = await mailboxes.get(tx, mailbox_id)
    mail = await intake.take(tx, office, mailbox, raw, now=datetime.now(UTC))
    return answer(mails.show(mail), status=201)


def _account(given: AccountInput, which: str) -> Account:
    if given.password is None:
        raise AccountIncomplete(which)
    return _account_of(given)


def _account_of(given: AccountInput) -> Account:
    return Account(
        host=given.host,
        port=given.port,
        security=given.security,
        user=given.user,
        password=given.password or "",
    )


ROUTER = Router(
    "/mailboxes",
    route_handlers=[
        create_mailbox,
        list_mailboxes,
        read_mailbox,
        edit_mailbox,
        test_mailbox,
        push_message,
    ],
)
