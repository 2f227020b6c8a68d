"""Who may watch a ticket, and how many."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psa_common.errors import Conflict, Invalid, Refused

#: More would make a ticket a mailing list, and an open desk a mail bomb.
WATCHERS_MAX = 50

# `fullmatch`, because "$" lets a line break pass, and what follows it would be a header.
ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?=.{4,189}\Z)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)


class OneWatcher(Invalid):
    """A watcher is a contact, a colleague or an address."""

    code = "one_watcher"

    def __init__(self) -> None:
        super().__init__("Send exactly one of contact_id, user_id and email.", field="contact_id")


class NoMailAddress(Invalid):
    """Mail could not be sent there, or would be sent elsewhere too."""

    code = "no_mail_address"

    def __init__(self) -> None:
        super().__init__("Send one plain address such as name@example.com.", field="email")


class TooManyWatchers(Refused):
    """A ticket is no mailing list."""

    code = "too_many_watchers"

    def __init__(self, number: str, count: int) -> None:
        super().__init__(
            f"{number} would have {count} watchers; {WATCHERS_MAX} is the most. Watch by a "
            "distribution address."
        )
        self.number = number
        self.count = count


class AlreadyWatching(Conflict):
    """Nobody needs to hear of a thing twice."""

    code = "already_watching"

    def __init__(self, number: str) -> None:
        super().__init__(f"They watch {number} already; change the watcher instead.")
        self.number = number


class UnknownContact(Refused):
    """The contact is not one of the ticket's customer, or has left."""

    code = "unknown_contact"

    def __init__(self, contact_id: UUID) -> None:
        super().__init__(
            f"{contact_id} is no active contact of the ticket's customer; choose another, or "
            "watch by mail address.",
            field="contact_id",
        )
        self.contact_id = contact_id


class UnknownWatchingUser(Refused):
    """The person is not one of ours, or has left."""

    code = "unknown_user"

    def __init__(self, user_id: UUID) -> None:
        super().__init__(f"{user_id} is no active user; choose another.", field="user_id")
        self.user_id = user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """One of: somebody at the customer, a colleague, a plain address."""

    contact_id: UUID | None = None
    user_id: UUID | None = None
    email: str | None = None


def one_watcher(who: Who) -> Who:
    """Return *who* with the address in lower case; raises OneWatcher or NoMailAddress."""
    named: Sequence[object] = [
        one for one in (who.contact_id, who.user_id, who.email) if one is not None
    ]
    if len(named) != 1:
        raise OneWatcher
    if who.email is None:
        return who
    return Who(email=plain_address(who.email))


def plain_address(text: str) -> str:
    """Return the address in lower case; raises NoMailAddress for anything but one address."""
    local = text.partition("@")[0]
    if not ADDRESS.fullmatch(text) or ".." in local or local[0] == "." or local[-1] == ".":
        raise NoMailAddress
    return text.lower()


def refuse_crowd(number: str, count: int) -> None:
    """Raise TooManyWatchers for more than a ticket may have."""
    if count > WATCHERS_MAX:
        raise TooManyWatchers(number, count)
