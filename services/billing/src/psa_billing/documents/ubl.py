"""
The XRechnung 3.0 writer: an invoice as UBL 2.1, the same bytes for the same invoice.

Each element names the business term (BT) or group (BG) of EN 16931 that it carries. A value
that is missing is left out, never invented: the rules then say what to mend.
"""

from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from psa_billing.domain.canonical import decimal_text
from psa_billing.domain.german import day_text
from psa_billing.domain.invoice import Address, Buyer, Invoice, InvoiceLine, Seller
from psa_billing.domain.money import from_cents
from psa_billing.domain.vat import VatCategory, VatGroup

XRECHNUNG_3_0 = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL_BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
SEPA_CREDIT_TRANSFER = "58"
EMAIL_SCHEME = "EM"
REVERSE_CHARGE_NOTE = "Steuerschuldnerschaft des Leistungsempfängers"
REVERSE_CHARGE_REASON = "VATEX-EU-AE"

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMESPACES = {
    "xmlns": f"{_UBL}Invoice-2",
    "xmlns:cac": f"{_UBL}CommonAggregateComponents-2",
    "xmlns:cbc": f"{_UBL}CommonBasicComponents-2",
}


def write_ubl(invoice: Invoice) -> bytes:
    """Return *invoice* as an XRechnung 3.0 document in UBL syntax."""
    root = Element("Invoice", _NAMESPACES)
    _write_head(root, invoice)
    _write_seller(root, invoice.seller)
    _write_buyer(root, invoice.buyer)
    _write_payment(root, invoice)
    _write_totals(root, invoice)
    for line in invoice.lines:
        _write_line(root, line, invoice.currency)

    indent(root)
    return tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def payment_terms_text(invoice: Invoice) -> str:
    """Return the payment terms (BT-20) as a sentence."""
    return f"Zahlbar bis {day_text(invoice.due_on)} ohne Abzug."


def _write_head(root: Element, invoice: Invoice) -> None:
    _text(root, "cbc:CustomizationID", XRECHNUNG_3_0)  # BT-24
    _text(root, "cbc:ProfileID", PEPPOL_BILLING)  # BT-23
    _text(root, "cbc:ID", invoice.number)  # BT-1
    _text(root, "cbc:IssueDate", invoice.issued_on.isoformat())  # BT-2
    _text(root, "cbc:DueDate", invoice.due_on.isoformat())  # BT-9
    _text(root, "cbc:InvoiceTypeCode", invoice.type)  # BT-3
    if any(line.vat_category is VatCategory.REVERSE_CHARGE for line in invoice.lines):
        _text(root, "cbc:Note", REVERSE_CHARGE_NOTE)  # BT-22
    _text(root, "cbc:DocumentCurrencyCode", invoice.currency)  # BT-5
    _text(root, "cbc:BuyerReference", invoice.buyer.buyer_reference)  # BT-10
    _write_period(root, invoice.service_from, invoice.service_to)  # BG-14
    if invoice.contract_number:
        contract = SubElement(root, "cac:ContractDocumentReference")
        _text(contract, "cbc:ID", invoice.contract_number)  # BT-12


def _write_seller(root: Element, seller: Seller) -> None:
    party = SubElement(SubElement(root, "cac:AccountingSupplierParty"), "cac:Party")  # BG-4
    _text(party, "cbc:EndpointID", seller.email, schemeID=EMAIL_SCHEME)  # BT-34
    _write_address(party, seller.address)  # BG-5
    _write_tax_identity(party, seller.vat_id, "VAT")  # BT-31
    _write_tax_identity(party, seller.tax_number, "FC")  # BT-32
    legal = SubElement(party, "cac:PartyLegalEntity")
    _text(legal, "cbc:RegistrationName", seller.legal_name)  # BT-27
    _text(legal, "cbc:CompanyID", seller.registration)  # BT-30
    if seller.contact_name or seller.phone or seller.email:
        contact = SubElement(party, "cac:Contact")  # BG-6
        _text(contact, "cbc:Name", seller.contact_name)  # BT-41
        _text(contact, "cbc:Telephone", seller.phone)  # BT-42
        _text(contact, "cbc:ElectronicMail", seller.email)  # BT-43


def _write_buyer(root: Element, buyer: Buyer) -> None:
    party = SubElement(SubElement(root, "cac:AccountingCustomerParty"), "cac:Party")  # BG-7
    scheme = buyer.electronic_address_scheme or EMAIL_SCHEME
    _text(party, "cbc:EndpointID", buyer.electronic_address, schemeID=scheme)  # BT-49
    identification = SubElement(party, "cac:PartyIdentification")
    _text(identification, "cbc:ID", buyer.customer_number)  # BT-46
    _write_address(party, buyer.address)  # BG-8
    _write_tax_identity(party, buyer.vat_id, "VAT")  # BT-48
    legal = SubElement(party, "cac:PartyLegalEntity")
    _text(legal, "cbc:RegistrationName", buyer.name)  # BT-44


def _write_address(party: Element, address: Address) -> None:
    postal = SubElement(party, "cac:PostalAddress")
    _text(postal, "cbc:StreetName", address.street)  # BT-35, BT-50
    _text(postal, "cbc:CityName", address.city)  # BT-37, BT-52
    _text(postal, "cbc:PostalZone", address.postal_code)  # BT-38, BT-53
    _text(SubElement(postal, "cac:Country"), "cbc:IdentificationCode", address.country)


def _write_tax_identity(party: Element, number: str | None, scheme: str) -> None:
    if number:
        identity = SubElement(party, "cac:PartyTaxScheme")
        _text(identity, "cbc:CompanyID", number)
        _text(SubElement(identity, "cac:TaxScheme"), "cbc:ID", scheme)


def _write_payment(root: Element, invoice: Invoice) -> None:
    seller = invoice.seller
    if seller.iban:
        means = SubElement(root, "cac:PaymentMeans")  # BG-16
        _text(means, "cbc:PaymentMeansCode", SEPA_CREDIT_TRANSFER)  # BT-81
        _text(means, "cbc:PaymentID", invoice.number)  # BT-83
        account = SubElement(means, "cac:PayeeFinancialAccount")  # BG-17
        _text(account, "cbc:ID", seller.iban)  # BT-84
        _text(account, "cbc:Name", seller.legal_name)  # BT-85
        if seller.bic:
            branch = SubElement(account, "cac:FinancialInstitutionBranch")
            _text(branch, "cbc:ID", seller.bic)  # BT-86
    _text(SubElement(root, "cac:PaymentTerms"), "cbc:Note", payment_terms_text(invoice))  # BT-20


def _write_totals(root: Element, invoice: Invoice) -> None:
    totals, currency = invoice.totals, invoice.currency
    tax = SubElement(root, "cac:TaxTotal")
    _amount(tax, "cbc:TaxAmount", totals.vat_cents, currency)  # BT-110
    for group in totals.vat_groups:
        _write_vat_group(tax, group, currency)

    sums = SubElement(root, "cac:LegalMonetaryTotal")  # BG-22
    _amount(sums, "cbc:LineExtensionAmount", totals.net_cents, currency)  # BT-106
    _amount(sums, "cbc:TaxExclusiveAmount", totals.net_cents, currency)  # BT-109
    _amount(sums, "cbc:TaxInclusiveAmount", totals.gross_cents, currency)  # BT-112
    _amount(sums, "cbc:PayableAmount", totals.gross_cents, currency)  # BT-115


def _write_vat_group(tax: Element, group: VatGroup, currency: str) -> None:
    subtotal = SubElement(tax, "cac:TaxSubtotal")  # BG-23
    _amount(subtotal, "cbc:TaxableAmount", group.net_cents, currency)  # BT-116
    _amount(subtotal, "cbc:TaxAmount", group.vat_cents, currency)  # BT-117
    category = SubElement(subtotal, "cac:TaxCategory")
    _text(category, "cbc:ID", group.category)  # BT-118
    _text(category, "cbc:Percent", decimal_text(group.percent))  # BT-119
    if group.category is VatCategory.REVERSE_CHARGE:
        _text(category, "cbc:TaxExemptionReasonCode", REVERSE_CHARGE_REASON)  # BT-121
        _text(category, "cbc:TaxExemptionReason", REVERSE_CHARGE_NOTE)  # BT-120
    _text(SubElement(category, "cac:TaxScheme"), "cbc:ID", "VAT")


def _write_line(root: Element, line: InvoiceLine, currency: str) -> None:
    element = SubElement(root, "cac:InvoiceLine")  # BG-25
    _text(element, "cbc:ID", str(line.position))  # BT-126
    quantity = decimal_text(line.quantity)
    _text(element, "cbc:InvoicedQuantity", quantity, unitCode=line.unit)  # BT-129, BT-130
    _amount(element, "cbc:LineExtensionAmount", line.net_cents, currency)  # BT-131
    _write_period(element, line.service_from, line.service_to)  # BG-26

    item = SubElement(element, "cac:Item")  # BG-31
    _text(item, "cbc:Name", line.title)  # BT-153
    category = SubElement(item, "cac:ClassifiedTaxCategory")
    _text(category, "cbc:ID", line.vat_category)  # BT-151
    _text(category, "cbc:Percent", decimal_text(line.vat_percent))  # BT-152
    _text(SubElement(category, "cac:TaxScheme"), "cbc:ID", "VAT")

    price = SubElement(element, "cac:Price")  # BG-29
    _text(price, "cbc:PriceAmount", _price_text(line.unit_price), currencyID=currency)  # BT-146
    if line.price_base_quantity != 1:
        base = str(line.price_base_quantity)
        _text(price, "cbc:BaseQuantity", base, unitCode=line.unit)  # BT-149, BT-150


def _write_period(parent: Element, first: date, last: date) -> None:
    period = SubElement(parent, "cac:InvoicePeriod")
    _text(period, "cbc:StartDate", first.isoformat())  # BT-73, BT-134
    _text(period, "cbc:EndDate", last.isoformat())  # BT-74, BT-135


def _price_text(unit_price: Decimal) -> str:
    cents = unit_price.quantize(Decimal("0.01"))
    return f"{cents:f}" if cents == unit_price else decimal_text(unit_price)


def _amount(parent: Element, tag: str, cents: int, currency: str) -> None:
    _text(parent, tag, f"{from_cents(cents):.2f}", currencyID=currency)


def _text(parent: Element, tag: str, text: str | None, **attributes: str) -> None:
    if text and text.strip():
        SubElement(
            parent, tag, {name: str(value) for name, value in attributes.items()}
        ).text = str(text)
