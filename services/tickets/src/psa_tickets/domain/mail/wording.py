"""
The words of our own mails: a template with names in it, as plain text and as simple HTML.

A template's first line is the subject. {{ name }} is replaced once; what stands in a value is
never looked at again, so nobody's words can pull other values into a mail.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from psa_tickets.domain.mail.trimming import REPLY_LINE

NAME = re.compile(r"\{\{ (\w+) \}\}")
LINK = re.compile(r"https?://[^\s<>\"&]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Kind(StrEnum):
    """Why we write."""

    CONFIRMATION = "confirmation"
    REPLY = "reply"
    RESOLVED = "resolved"
    #: Unless somebody objects, the solved ticket will be closed.
    CLOSING = "closing"
    #: To the customer, when the policy wants them told of an escalation.
    PRIORITISED = "prioritised"
    ASSIGNED = "assigned"
    HEARD = "heard"
    SLA_WARNING = "sla_warning"
    SLA_BREACHED = "sla_breached"
    SLA_ESCALATED = "sla_escalated"


#: What a colleague has written; everything else is written by us and says so.
WRITTEN_BY_PEOPLE = frozenset({Kind.REPLY})
#: What goes to customers and can be answered by mail.
TO_CUSTOMERS = frozenset(
    {Kind.CONFIRMATION, Kind.REPLY, Kind.RESOLVED, Kind.CLOSING, Kind.PRIORITISED}
)


class UnknownName(LookupError):
    """A template asks for something that this kind of mail does not have."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words, ready to be sent."""

    subject: str
    text: str
    html: str


def letter(template: str, values: Mapping[str, str], *, answerable: bool) -> Letter:
    """Return the words of a mail; raises UnknownName for a mistake in the template."""
    subject, _, body = template.partition("\n")
    text = _filled(body, values).strip() + "\n"
    if answerable:
        text = f"{REPLY_LINE}\n\n{text}"
    one_line = " ".join(CONTROL.sub(" ", _filled(subject, values)).split())
    return Letter(one_line[:250], text, _html_of(text))


def _filled(template: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise UnknownName(match[1])
        return values[match[1]]

    return NAME.sub(value, template)


def _html_of(text: str) -> str:
    """Return the text as HTML that looks the same everywhere."""
    paragraphs = html.escape(text.strip(), quote=True).split("\n\n")
    body = "".join(f"<p>{one.strip().replace(chr(10), '<br>')}</p>\n" for one in paragraphs)
    linked = LINK.sub(lambda match: f'<a href="{match[0]}">{match[0]}</a>', body)
    return f'<!doctype html>\n<html><body style="font-family:sans-serif">\n{linked}</body></html>\n'
