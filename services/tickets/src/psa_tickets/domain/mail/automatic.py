"""Mails that nobody wrote: absence notes, lists, delivery reports (RFC 3834, RFC 3464)."""

import re
from enum import StrEnum

from psa_tickets.domain.mail.incoming import IncomingMail


class Nature(StrEnum):
    """What stands behind a mail."""

    PERSON = "person"
    #: An answer by a machine; answering it would make two machines talk for ever.
    AUTO_REPLY = "auto_reply"
    #: A list, a newsletter, a report of a system.
    BULK = "bulk"
    #: A mail of ours did not arrive.
    BOUNCE = "bounce"
    #: A mail of ours is still on its way.
    DELAY = "delay"


MACHINES = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "maildaemon"})
#: Headers by which programs say that they answer automatically.
AUTO_REPLY_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from")
BULK_PRECEDENCES = frozenset({"bulk", "list", "junk"})
AUTO_REPLY_SUBJECT = re.compile(
    r"^\s*(?:Automatische Antwort|Abwesenheitsnotiz|Abwesenheitsbenachrichtigung|Abwesend"
    r"|Automatisch generierte Antwort|Nicht im (?:Büro|Hause)|Out of (?:the )?office"
    r"|Automatic reply|Auto(?:matic)?[- ]?response|Autoreply|Auto:)",
    re.IGNORECASE,
)
BOUNCE_SUBJECT = re.compile(
    r"^\s*(?:Undeliver(?:able|ed)|Unzustellbar|Mail delivery (?:failed|failure)"
    r"|Delivery Status Notification \(Failure\)|Returned mail|Failure notice"
    r"|Nicht zustellbar|Delivery failure)",
    re.IGNORECASE,
)
ACTION = re.compile(r"^Action:\s*(\w+)", re.IGNORECASE | re.MULTILINE)
STATUS = re.compile(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
RECIPIENT = re.compile(r"^Final-Recipient:[^;\n]*;\s*<?([^\s<>]+)", re.IGNORECASE | re.MULTILINE)


def nature_of(mail: IncomingMail) -> Nature:
    """Say whether a person wrote the mail, and what it is if not."""
    if mail.report or _is_from_machine(mail):
        return _verdict_of_report(mail)
    submitted = _first_word(mail.header("auto-submitted"))
    if (
        submitted == "auto-replied"
        or any(name in mail.headers for name in AUTO_REPLY_HEADERS)
        or mail.header("precedence").strip().lower() == "auto_reply"
        or AUTO_REPLY_SUBJECT.match(mail.subject)
    ):
        return Nature.AUTO_REPLY
    if (
        submitted not in {"", "no"}
        or mail.header("precedence").strip().lower() in BULK_PRECEDENCES
        or "list-id" in mail.headers
        or "list-unsubscribe" in mail.headers
        or mail.header("return-path").strip() == "<>"
        or _suppresses_all(mail)
    ):
        return Nature.BULK
    return Nature.PERSON


def failure_of(mail: IncomingMail) -> str:
    """Return what a delivery report says, in one line: status and recipient."""
    status, recipient = STATUS.search(mail.report), RECIPIENT.search(mail.report)
    words = [match[1] for match in (status, recipient) if match]
    return " ".join(words) or mail.subject or "undeliverable"


def _first_word(value: str) -> str:
    return (value.lower().replace(";", " ").split() or [""])[0]


def _is_from_machine(mail: IncomingMail) -> bool:
    if mail.sender is None:
        return mail.header("return-path").strip() == "<>"
    return mail.sender.email.partition("@")[0] in MACHINES


def _verdict_of_report(mail: IncomingMail) -> Nature:
    action = ACTION.search(mail.report)
    if action is None:
        return Nature.BOUNCE if BOUNCE_SUBJECT.match(mail.subject) else Nature.BULK
    match action[1].lower():
        case "failed":
            return Nature.BOUNCE
        case "delayed":
            return Nature.DELAY
        case _:
            return Nature.BULK


def _suppresses_all(mail: IncomingMail) -> bool:
    """Exchange sets this on what machines send; people's mails carry at most DR, RN or NRN."""
    words = {word.strip().lower() for word in mail.header("x-auto-response-suppress").split(",")}
    return bool(words & {"all", "autoreply"})
