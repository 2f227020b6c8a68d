"""Who besides the desk was written to, and may hear of the ticket from now on."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from psa_tickets.domain.mail.incoming import Address
from psa_tickets.domain.relations.watchers import WATCHERS_MAX, NoMailAddress, Who, plain_address

#: A mail to half a company is a newsletter; nobody asked for fifty copies of every answer.
PER_MAIL_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom of those written to we know, by their addresses."""

    colleagues: Mapping[str, UUID]
    #: Of the ticket's customer.
    contacts: Mapping[str, UUID]


def candidates(
    recipients: Iterable[Address], *, ours: Collection[str], told: Collection[str]
) -> tuple[str, ...]:
    """Return who else was written to: none of *ours*, tagged or not, and nobody *told*."""
    named = dict.fromkeys(_plain(one.email) for one in recipients)
    return tuple(
        one
        for one in named
        if one is not None and one not in told and not {one, _without_tag(one)} & set(ours)
    )


def new_watchers(
    named: Iterable[str],
    known: Known,
    *,
    strangers: bool,
    own_domains: Collection[str],
    watching: int,
) -> tuple[Who, ...]:
    """
    Return who of those *named* watches from now on, up to what a ticket and a mail may bring.

    With *strangers*, plain addresses do, too: whoever wrote has a right to let them read. What
    nobody knows in our *own_domains* is an alias or a list that leads back to us.
    """
    found: list[Who] = []
    for one in named:
        if one in known.colleagues:
            found.append(Who(user_id=known.colleagues[one]))
        elif one in known.contacts:
            found.append(Who(contact_id=known.contacts[one]))
        elif strangers and one.rpartition("@")[2] not in own_domains:
            found.append(Who(email=one))
    return tuple(found[: max(0, min(PER_MAIL_MAX, WATCHERS_MAX - watching))])


def _plain(email: str) -> str | None:
    try:
        return plain_address(email)
    except NoMailAddress:
        return None


def _without_tag(email: str) -> str:
    """Return support@msp.example for support+token@msp.example."""
    local, _, domain = email.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
