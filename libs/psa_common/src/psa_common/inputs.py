r"""
Strict input types: what a field may hold, said once.

Text arrives NFC-normalised and without control characters (`requests.read_json`
sees to both); lengths and ranges are part of the type, so they show in OpenAPI.
Patterns end with `\Z`: `$` would let a line break pass, and what follows it may be a header.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

#: One line of 1 to 200 characters, not only white space.
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\r\n\t]*[^\s][^\r\n\t]*\Z")]
#: Prose of up to 20,000 characters.
Text = Annotated[str, Meta(min_length=1, max_length=20_000, pattern=r"\S")]
#: A short technical key such as "managed-server".
Slug = Annotated[str, Meta(min_length=1, max_length=63, pattern=r"^[a-z0-9][a-z0-9_-]*\Z")]
#: A human number such as "KD-10042".
Number = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[A-Z0-9][A-Z0-9/-]*\Z")]
#: An address that mail can be sent to; the domain decides whether it arrives.
Email = Annotated[
    str,
    Meta(
        min_length=3, max_length=254, pattern=r"^[^\s@<>(),;:\\\"\[\]]{1,64}@[A-Za-z0-9.-]{1,189}\Z"
    ),
]
#: ISO 3166-1 alpha-2.
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
#: A whole amount of money in hundredths, up to 100 million.
Cents = Annotated[int, Meta(ge=-10_000_000_000, le=10_000_000_000)]
#: Minutes worked in one piece; more than a day is an error.
Minutes = Annotated[int, Meta(ge=1, le=1_440)]
#: A number of things.
Count = Annotated[int, Meta(ge=0, le=2_147_483_647)]
#: A price for one unit, up to six decimal places, written as a JSON string ("145.00").
UnitPrice = Annotated[str, Meta(pattern=r"^-?[0-9]{1,10}(\.[0-9]{1,6})?\Z")]
#: An instant with a zone; `requests.read_json` also bounds it to 1970–2100.
Instant = Annotated[datetime, Meta(tz=True)]
#: A calendar day.
Day = date

EARLIEST_YEAR = 1970
LATEST_YEAR = 2100


def decimal_of(price: str) -> Decimal:
    """Return the exact value of a `UnitPrice`, which its pattern keeps finite."""
    return Decimal(price)
