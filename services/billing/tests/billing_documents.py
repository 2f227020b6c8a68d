"""Builders of the demo's invoice; a test names only what it is about."""

from datetime import date
from decimal import Decimal

from psa_billing.domain.invoice import (
    Address,
    Buyer,
    Invoice,
    InvoiceLine,
    InvoiceType,
    Seller,
    due_on,
)
from psa_billing.domain.money import amount
from psa_billing.domain.proposal import Unit
from psa_billing.domain.vat import VatCategory

RHEINSYSTEME = Seller(
    legal_name="RheinSysteme IT GmbH",
    address=Address(street="Hafenstr. 12", postal_code="50667", city="Köln"),
    vat_id="DE123456788",
    contact_name="Buchhaltung",
    phone="+49 221 1234567",
    email="rechnung@rheinsysteme.example",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    bank_name="Commerzbank",
)
MUELLER = Buyer(
    customer_number="KD-10042",
    name="Müller Maschinenbau GmbH",
    address=Address(street="Werkstr. 5", postal_code="50825", city="Köln"),
    buyer_reference="KD-10042",
    electronic_address="rechnungen@mueller-maschinenbau.example",
    electronic_address_scheme="EM",
)


def a_line(
    position: int = 1,
    *,
    title: str = "Managed Server, Juli 2026",
    service_from: date = date(2026, 7, 1),
    service_to: date = date(2026, 7, 31),
    quantity: str = "3",
    unit: Unit = Unit.PIECE,
    unit_price: str = "145.00",
    price_base_quantity: int = 1,
    vat_category: VatCategory = VatCategory.STANDARD_RATE,
    vat_percent: str = "19",
) -> InvoiceLine:
    """Return three managed servers in July, or what is named."""
    return InvoiceLine(
        position=position,
        title=title,
        service_from=service_from,
        service_to=service_to,
        quantity=Decimal(quantity),
        unit=unit,
        unit_price=Decimal(unit_price),
        price_base_quantity=price_base_quantity,
        net_cents=amount(
            unit_price=Decimal(unit_price),
            quantity=Decimal(quantity),
            base_quantity=price_base_quantity,
        ),
        vat_category=vat_category,
        vat_percent=Decimal(vat_percent),
    )


SERVERS_OF_JULY = a_line()
TIME_ON_T_1001 = a_line(
    2,
    title="Leistungen nach Aufwand, T-1001",
    service_from=date(2026, 6, 3),
    service_to=date(2026, 6, 8),
    quantity="1.75",
    unit=Unit.HOUR,
    unit_price="129.00",
)


def an_invoice(
    *lines: InvoiceLine, seller: Seller = RHEINSYSTEME, buyer: Buyer = MUELLER
) -> Invoice:
    """Return the demo's invoice, or one with *lines*."""
    issued_on = date(2026, 7, 1)
    return Invoice(
        type=InvoiceType.INVOICE,
        number="RE-2026-000001",
        issued_on=issued_on,
        due_on=due_on(issued_on, payment_terms_days=14),
        payment_terms_days=14,
        currency="EUR",
        seller=seller,
        buyer=buyer,
        contract_number="V-2026-007",
        lines=lines or (SERVERS_OF_JULY, TIME_ON_T_1001),
    )
