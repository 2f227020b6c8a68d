"""
The invoice as PDF/A-3b, drawn by typst: the same bytes for the same invoice.

Every value is formatted here and reaches the template as text inside one JSON input.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock

import typst
from segno import helpers

from psa_billing.domain.canonical import decimal_text
from psa_billing.domain.german import (
    day_text,
    days_text,
    money_text,
    number_text,
    quantity_text,
)
from psa_billing.domain.invoice import Invoice, InvoiceLine, Seller
from psa_billing.domain.money import from_cents
from psa_billing.domain.proposal import Unit
from psa_billing.domain.vat import VatCategory
from psa_common.errors import Refused

from .ubl import REVERSE_CHARGE_NOTE
from .xrechnung_checks import is_iban

TEMPLATE = Path(__file__).with_name("invoice.typ")
PDF_STANDARD = "a-3b"
UNIT_NAMES: Mapping[Unit, str] = {
    Unit.PIECE: "Stk.",
    Unit.MONTH: "Mon.",
    Unit.HOUR: "Std.",
    Unit.MINUTE: "Min.",
}
COUNTRY_NAMES: Mapping[str, str] = {"AT": "Österreich", "CH": "Schweiz", "DE": "Deutschland"}
#: The EPC code holds amounts from one cent to just under a thousand million.
EPC_CENTS = range(1, 99_999_999_999 + 1)
BIC_LENGTHS = frozenset({8, 11})

_MISSING_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_lock = Lock()


class TextNotPrintable(Refused):
    """An invoice holds characters that the fonts of the document do not have."""

    code = "text_not_printable"

    def __init__(self, characters: str) -> None:
        super().__init__(
            f"The PDF cannot show “{characters}”; change the text that holds it.",
            field="invoice",
        )


def write_pdf(invoice: Invoice) -> bytes:
    """
    Return *invoice* as a PDF/A-3b document; safe to call from any thread.

    Raises TextNotPrintable for characters beyond Latin, Greek, Cyrillic and Hebrew.
    """
    data = json.dumps(_document(invoice), ensure_ascii=False, sort_keys=True)
    created = datetime.combine(invoice.issued_on, time(), UTC)
    with _lock:
        return _compiled(data, created)


def _compiled(data: str, created: datetime) -> bytes:
    try:
        pdf = _compiler().compile(
            sys_inputs={"invoice": data},
            format="pdf",
            pdf_standards=PDF_STANDARD,
            timestamp=created,
        )
    except typst.TypstError as error:
        if missing := _MISSING_GLYPH.search(error.message):
            raise TextNotPrintable(missing[1]) from error
        raise

    assert isinstance(pdf, bytes)
    return pdf


@cache
def _compiler() -> typst.Compiler:
    # Only the fonts inside typst: those of the machine would change the bytes.
    return typst.Compiler(input=TEMPLATE, root=TEMPLATE.parent, ignore_system_fonts=True)


def _document(invoice: Invoice) -> Mapping[str, object]:
    seller, totals = invoice.seller, invoice.totals
    return {
        "title": f"Rechnung {invoice.number}",
        "seller": _seller(seller),
        "address": _address(invoice),
        "facts": _facts(invoice),
        "salutation": "Sehr geehrte Damen und Herren,",
        "opening": "für unsere Leistungen berechnen wir Ihnen:",
        "lines": [_line(line) for line in invoice.lines],
        "sums": [
            ("Nettobetrag", _euro(totals.net_cents, invoice)),
            *(
                (
                    f"Umsatzsteuer {quantity_text(group.percent)} % "
                    f"auf {money_text(group.net_cents)}",
                    _euro(group.vat_cents, invoice),
                )
                for group in totals.vat_groups
            ),
        ],
        "total": ("Rechnungsbetrag", _euro(totals.gross_cents, invoice)),
        "notes": _notes(invoice),
        "payment": _payment(invoice),
        "closing": "Vielen Dank für Ihr Vertrauen.",
        "footer": _footer(seller),
    }


def _seller(seller: Seller) -> Mapping[str, object]:
    address = seller.address
    city = f"{address.postal_code} {address.city}"
    return {
        "name": seller.legal_name,
        "return_line": f"{seller.legal_name} · {address.street} · {city}",
        "letterhead": _filled(address.street, city, seller.phone, seller.email),
    }


def _address(invoice: Invoice) -> list[str]:
    buyer, address = invoice.buyer, invoice.buyer.address
    is_abroad = address.country != invoice.seller.address.country
    country = COUNTRY_NAMES.get(address.country, address.country).upper() if is_abroad else None
    return _filled(buyer.name, address.street, f"{address.postal_code} {address.city}", country)


def _facts(invoice: Invoice) -> list[tuple[str, str]]:
    buyer = invoice.buyer
    facts = [
        ("Rechnungsnummer", invoice.number),
        ("Rechnungsdatum", day_text(invoice.issued_on)),
        ("Leistungszeitraum", days_text(invoice.service_from, invoice.service_to)),
        ("Fällig am", day_text(invoice.due_on)),
        ("Kundennummer", buyer.customer_number),
        ("Ihre Referenz", buyer.buyer_reference),
        ("Ihre USt-IdNr.", buyer.vat_id),
        ("Vertrag", invoice.contract_number),
    ]
    return [(name, value) for name, value in facts if value]


def _line(line: InvoiceLine) -> Mapping[str, str]:
    per = f" je {line.price_base_quantity}" if line.price_base_quantity != 1 else ""
    places = max(2, len(decimal_text(line.unit_price).partition(".")[2]))
    return {
        "position": str(line.position),
        "title": line.title,
        "service": f"Leistung {days_text(line.service_from, line.service_to)}",
        "quantity": f"{quantity_text(line.quantity)} {UNIT_NAMES[line.unit]}",
        "unit_price": number_text(line.unit_price.quantize(Decimal(1).scaleb(-places))) + per,
        "amount": money_text(line.net_cents),
    }


def _notes(invoice: Invoice) -> list[str]:
    is_reverse = any(line.vat_category is VatCategory.REVERSE_CHARGE for line in invoice.lines)
    return [f"{REVERSE_CHARGE_NOTE}."] if is_reverse else []


def _payment(invoice: Invoice) -> Mapping[str, object]:
    seller, gross = invoice.seller, _euro(invoice.totals.gross_cents, invoice)
    facts = [
        ("Empfänger", seller.legal_name),
        ("IBAN", _grouped(seller.iban)),
        ("BIC", seller.bic),
        ("Bank", seller.bank_name),
        ("Verwendungszweck", invoice.number),
    ]
    return {
        "text": f"Bitte überweisen Sie {gross} ohne Abzug bis zum {day_text(invoice.due_on)}.",
        "facts": [(name, value) for name, value in facts if value],
        "code": _epc_code(invoice),
    }


def _epc_code(invoice: Invoice) -> str | None:
    """Return the payment QR code (EPC069-12, version 2) as SVG, where one is possible."""
    seller, cents = invoice.seller, invoice.totals.gross_cents
    iban = seller.iban or ""
    if invoice.currency != "EUR" or cents not in EPC_CENTS or not is_iban(iban):
        return None

    code = helpers.make_epc_qr(
        name=seller.legal_name[:70],
        iban=iban,
        amount=from_cents(cents),
        text=invoice.number,
        bic=seller.bic if len(seller.bic or "") in BIC_LENGTHS else None,
    )
    svg = BytesIO()
    code.save(svg, kind="svg", border=0, xmldecl=False)
    return svg.getvalue().decode()


def _footer(seller: Seller) -> list[list[str]]:
    address = seller.address
    columns = [
        _filled(seller.legal_name, address.street, f"{address.postal_code} {address.city}"),
        _filled(seller.contact_name, seller.phone, seller.email),
        _filled(seller.bank_name, _grouped(seller.iban), seller.bic),
        _filled(
            seller.vat_id and f"USt-IdNr. {seller.vat_id}",
            seller.tax_number and f"Steuernr. {seller.tax_number}",
            seller.registration,
        ),
    ]
    return [column for column in columns if column]


def _euro(cents: int, invoice: Invoice) -> str:
    unit = "€" if invoice.currency == "EUR" else invoice.currency
    return f"{money_text(cents)} {unit}"


def _grouped(iban: str | None) -> str | None:
    return iban and " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def _filled(*parts: str | None) -> list[str]:
    return [part for part in parts if part and part.strip()]
