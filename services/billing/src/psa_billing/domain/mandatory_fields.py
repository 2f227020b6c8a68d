"""
What an invoice must say by law (§ 14 (4), § 14a UStG), and where a gap is mended.

A gap names the master-data field, because that is where a person can fill it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from psa_common.errors import Detail, Refused

from .invoice import Address, Invoice
from .vat import VatCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One missing statement: its legal source, the field to mend, both languages."""

    rule: str
    field: str
    message: str
    message_de: str


class MandatoryFieldMissing(Refused):
    """An invoice would be issued without something that the law demands."""

    code = "mandatory_field_missing"

    def __init__(self, gaps: tuple[Gap, ...]) -> None:
        super().__init__(
            "The invoice cannot be issued before the named master data is complete.",
            details=tuple(Detail(gap.field, gap.message) for gap in gaps),
        )
        self.gaps = gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    gap: Gap
    is_met: Callable[[Invoice], bool]


def missing_fields(invoice: Invoice) -> tuple[Gap, ...]:
    """Return every legal demand that *invoice* does not meet, in the order of the law."""
    return tuple(demand.gap for demand in _DEMANDS if not demand.is_met(invoice))


def check_mandatory_fields(invoice: Invoice) -> None:
    """Raise MandatoryFieldMissing with all gaps at once, if there are any."""
    if gaps := missing_fields(invoice):
        raise MandatoryFieldMissing(gaps)


def _is_complete(address: Address) -> bool:
    return all(
        part.strip()
        for part in (address.street, address.postal_code, address.city, address.country)
    )


def _has_tax_identity(invoice: Invoice) -> bool:
    return bool(invoice.seller.vat_id or invoice.seller.tax_number)


def _reverse_charge_is_identified(invoice: Invoice) -> bool:
    is_reverse = any(line.vat_category is VatCategory.REVERSE_CHARGE for line in invoice.lines)
    return not is_reverse or bool(invoice.seller.vat_id and invoice.buyer.vat_id)


def _lines_say_what_and_when(invoice: Invoice) -> bool:
    return bool(invoice.lines) and all(
        line.title.strip() and line.quantity and line.service_from <= line.service_to
        for line in invoice.lines
    )


def _demand(
    number: str, field: str, message: str, message_de: str, is_met: Callable[[Invoice], bool]
) -> _Demand:
    rule = f"§ 14 (4) no. {number} UStG"
    gap = Gap(rule=rule, field=field, message=message, message_de=message_de)
    return _Demand(gap=gap, is_met=is_met)


_DEMANDS: tuple[_Demand, ...] = (
    _demand(
        "1",
        "company.legal_name",
        "Enter the full name of your company.",
        "Tragen Sie den vollständigen Namen Ihres Unternehmens ein.",
        lambda invoice: bool(invoice.seller.legal_name.strip()),
    ),
    _demand(
        "1",
        "company.street",
        "Enter street, postal code, city and country of your company.",
        "Tragen Sie Straße, PLZ, Ort und Land Ihres Unternehmens ein.",
        lambda invoice: _is_complete(invoice.seller.address),
    ),
    _demand(
        "1",
        "billing_account.name",
        "Enter the full name of the invoice recipient.",
        "Tragen Sie den vollständigen Namen des Rechnungsempfängers ein.",
        lambda invoice: bool(invoice.buyer.name.strip()),
    ),
    _demand(
        "1",
        "billing_account.street",
        "Enter street, postal code, city and country of the invoice recipient.",
        "Tragen Sie Straße, PLZ, Ort und Land des Rechnungsempfängers ein.",
        lambda invoice: _is_complete(invoice.buyer.address),
    ),
    _demand(
        "2",
        "company.vat_id",
        "Enter the VAT id or the tax number of your company.",
        "Tragen Sie die USt-IdNr. oder die Steuernummer Ihres Unternehmens ein.",
        _has_tax_identity,
    ),
    _demand(
        "4",
        "invoice.number",
        "An invoice needs a number.",
        "Eine Rechnung braucht eine fortlaufende Nummer.",
        lambda invoice: bool(invoice.number.strip()),
    ),
    _demand(
        "5, 6",
        "invoice.lines",
        "Every line needs a title, a quantity and the time of the service.",
        "Jede Position braucht Bezeichnung, Menge und Leistungszeitraum.",
        _lines_say_what_and_when,
    ),
    _demand(
        "8",
        "billing_account.vat_id",
        "Reverse charge needs the VAT ids of both companies (§ 14a UStG).",
        "Die Steuerschuldnerschaft des Leistungsempfängers braucht beide USt-IdNrn. (§ 14a UStG).",
        _reverse_charge_is_identified,
    ),
)
