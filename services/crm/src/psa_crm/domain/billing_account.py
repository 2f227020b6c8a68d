"""A billing account: whom an invoice names as buyer, in which form it goes out, and where to."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from psa_common.errors import Invalid, Refused
from psa_crm.domain.leitweg_id import buyer_reference, leitweg_id
from psa_crm.domain.mail import mail_address
from psa_crm.domain.places import check_country, check_postal_code
from psa_crm.domain.vat_id import vat_id

#: Codes of the list "Electronic Address Scheme" (EAS): four digits or one of these.
SCHEME = re.compile(r"[0-9]{4}|AN|AQ|AS|AU|EM")
MAIL = "EM"
LEITWEG = "0204"


class InvoiceFormat(StrEnum):
    """In which form the buyer wants invoices."""

    PDF = "pdf"
    ZUGFERD_EN16931 = "zugferd_en16931"
    XRECHNUNG_UBL = "xrechnung_ubl"
    XRECHNUNG_CII = "xrechnung_cii"


XRECHNUNG = frozenset({InvoiceFormat.XRECHNUNG_UBL, InvoiceFormat.XRECHNUNG_CII})


class UnknownScheme(Invalid):
    """The list of electronic addresses has no such scheme."""

    code = "unknown_electronic_address_scheme"

    def __init__(self, scheme: str) -> None:
        super().__init__(
            f"{scheme} is no scheme of the EAS list; use EM for mail or four digits such as 0204.",
            field="electronic_address_scheme",
        )


class HalfAnAddress(Refused):
    """An electronic address is nothing without its scheme, and the other way round."""

    code = "half_an_electronic_address"

    def __init__(self, missing: str) -> None:
        super().__init__(
            "Give electronic_address and electronic_address_scheme together, or neither.",
            field=missing,
        )


class NotReadyForXrechnung(Refused):
    """An XRechnung without this would be refused by its rules (BR-DE-15, PEPPOL-EN16931-R010)."""

    code = "not_ready_for_xrechnung"

    def __init__(self, missing: str, advice: str) -> None:
        super().__init__(f"An XRechnung needs {missing}: {advice}", field=missing)
        self.missing = missing


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingAccount:
    """What an invoice says of its buyer, and where it is sent."""

    id: UUID
    customer_id: UUID
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    buyer_reference: str | None
    vat_id: str | None
    electronic_address: str | None
    electronic_address_scheme: str | None
    invoice_format: InvoiceFormat
    payment_terms_days: int
    email: str | None
    is_default: bool


B = TypeVar("B", bound=BillingAccount)


def checked(account: B) -> B:
    """Return the account with its numbers in their official form; raises what is wrong with it."""
    check_country(account.country)
    check_postal_code(account.country, account.postal_code)
    account = replace(
        account,
        vat_id=vat_id(account.vat_id) if account.vat_id else None,
        email=mail_address(account.email) if account.email else None,
        buyer_reference=(
            buyer_reference(account.buyer_reference) if account.buyer_reference else None
        ),
        electronic_address=_electronic_address(account),
    )
    _check_xrechnung(account)
    return account


def _electronic_address(account: BillingAccount) -> str | None:
    address, scheme = account.electronic_address, account.electronic_address_scheme
    if address is None and scheme is None:
        return None
    if address is None:
        raise HalfAnAddress("electronic_address")
    if scheme is None:
        raise HalfAnAddress("electronic_address_scheme")
    if SCHEME.fullmatch(scheme) is None:
        raise UnknownScheme(scheme)
    if scheme == MAIL:
        return mail_address(address, field="electronic_address")
    if scheme == LEITWEG:
        return leitweg_id(address, field="electronic_address")
    return address.strip()


def _check_xrechnung(account: BillingAccount) -> None:
    if account.invoice_format not in XRECHNUNG:
        return
    if account.buyer_reference is None:
        raise NotReadyForXrechnung(
            "buyer_reference", "ask for the Leitweg-ID, or use the customer's own number."
        )
    if account.electronic_address is None:
        raise NotReadyForXrechnung(
            "electronic_address", "a mail address with the scheme EM will do."
        )
