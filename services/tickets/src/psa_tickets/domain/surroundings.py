"""Whom and what a ticket names: all of it belongs to the ticket's customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from psa_common.errors import Conflict, Detail, Forbidden, Refused
from psa_tickets.domain.custom_field import CustomField
from psa_tickets.domain.priority import PRIORITIES, Matrix

TAGS_MAX = 30
TAG_LENGTH_MAX = 50

#: What a ticket names of its customer.
OF_CUSTOMER = ("contact_id", "on_behalf_of_id", "location_id", "contract_id")
#: What it names of the desk.
OF_DESK = ("queue_id", "category_id")


class NotOfCustomer(Refused):
    """A person, place, contract or device of somebody else, or of nobody we know."""

    code = "not_of_customer"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"Not the customer's: {', '.join(names)}; choose one of the ticket's customer.",
            details=tuple(Detail(name, "Choose one of the ticket's customer.") for name in names),
        )
        self.names = tuple(names)


class NotInUse(Refused):
    """The queue or category is unknown, or no longer used."""

    code = "not_in_use"

    def __init__(self, name: str) -> None:
        super().__init__(f"Choose an active one for {name}.", field=name)


class TimeIsBooked(Conflict):
    """Work that was done for one customer is not billed to another."""

    code = "time_is_booked"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Time is booked on {number}; open another ticket for the other customer.",
            field="customer_id",
        )


class TooManyTags(Refused):
    """Tags are to find tickets by; hundreds find nothing."""

    code = "too_many_tags"

    def __init__(self) -> None:
        super().__init__(f"Use at most {TAGS_MAX} tags.", field="tags")


class FieldsNotForCustomers(Forbidden):
    """A customer's own people say what is wrong; the desk decides the rest."""

    code = "fields_not_for_customers"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"Leave out {', '.join(names)}; the service desk decides that.",
            details=tuple(Detail(name, "The service desk decides that.") for name in names),
        )
        self.names = tuple(names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the desk knows of everything that a ticket names, and how it decides."""

    #: By the name of the reference: whose it is; missing means unknown.
    owners: Mapping[str, UUID] = field(default_factory=dict[str, UUID])
    #: References to the desk's own things that are in use.
    in_use: frozenset[str] = frozenset()
    foreign_assets: int = 0
    time_is_booked: bool = False
    #: The contact that the caller is, when a customer's own person asks.
    caller_contact_id: UUID | None = None
    fields: tuple[CustomField, ...] = ()
    matrix: Matrix = field(default_factory=lambda: PRIORITIES)


def check_references(
    references: Mapping[str, UUID | None], customer_id: UUID, known: Surroundings
) -> None:
    """Raise NotOfCustomer or NotInUse unless all *references* fit the ticket."""
    foreign = [
        name
        for name in OF_CUSTOMER
        if references.get(name) is not None and known.owners.get(name) != customer_id
    ]
    if known.foreign_assets:
        foreign.append("asset_ids")
    if foreign:
        raise NotOfCustomer(foreign)
    for name in OF_DESK:
        if references.get(name) is not None and name not in known.in_use:
            raise NotInUse(name)


def normal_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Return *tags* in small letters, without doubles and spare spaces; raises TooManyTags."""
    normal = dict.fromkeys(" ".join(tag.casefold().split()) for tag in tags)
    kept = tuple(tag for tag in normal if tag)
    if len(kept) > TAGS_MAX:
        raise TooManyTags
    return kept
