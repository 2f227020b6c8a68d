"""A filter in the words of GET /tickets, checked as that list checks it."""

from collections.abc import Mapping

from psa_common.asking import RESERVED, parse_filters
from psa_common.errors import Invalid
from psa_tickets.queries import tickets


def checked(raw: Mapping[str, str]) -> dict[str, object]:
    """Return the values to filter by; raises Invalid for what the list cannot be asked."""
    if reserved := sorted(RESERVED & raw.keys()):
        raise Invalid(f"{reserved[0]} is no field of a ticket; leave it out.", field="filter")
    return parse_filters(tickets.LISTING, raw)
