"""Types of fields that several of our inputs share."""

from typing import Annotated

from msgspec import Meta

#: The code of a part of a country: ISO 3166-2 without the prefix, such as NW.
StateCode = Annotated[str, Meta(min_length=1, max_length=3, pattern=r"^[A-Z0-9]{1,3}$")]
#: As written in the country; a text, because leading zeros count.
PostalCode = Annotated[str, Meta(min_length=1, max_length=16)]
#: Five digits, 10000 to 69999.
DebtorAccount = Annotated[str, Meta(min_length=5, max_length=5)]
#: As entered; an official form needs the country, which callers know better.
Phone = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"^[0-9A-Za-z +()/.-]*[0-9]$")]
Mail = Annotated[str, Meta(min_length=3, max_length=254)]
#: With or without spaces, such as DE 123 456 788.
VatId = Annotated[str, Meta(min_length=4, max_length=30)]
#: A Leitweg-ID, an order number, or what else the buyer wants to read.
BuyerReference = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\r\n\t]*[^\s]")]
ElectronicAddress = Annotated[str, Meta(min_length=1, max_length=254, pattern=r"\S")]
Scheme = Annotated[str, Meta(min_length=2, max_length=4)]
PaymentTermsDays = Annotated[int, Meta(ge=0, le=365)]
#: The company's own, such as mueller.example; a mail from there finds this customer.
MailDomains = Annotated[
    tuple[Annotated[str, Meta(min_length=4, max_length=254)], ...], Meta(max_length=20)
]
