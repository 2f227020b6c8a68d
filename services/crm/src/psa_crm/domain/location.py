"""A location: a site of a customer, which decides about holidays and travel."""

from dataclasses import dataclass
from uuid import UUID

from psa_crm.domain.places import check_country, check_postal_code, check_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A site of a customer."""

    id: UUID
    customer_id: UUID
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    federal_state: str | None
    is_default: bool


def check(location: Location) -> None:
    """Raise the refusal that names the field to mend, if there is one."""
    check_country(location.country)
    check_postal_code(location.country, location.postal_code)
    check_state(location.country, location.federal_state)
