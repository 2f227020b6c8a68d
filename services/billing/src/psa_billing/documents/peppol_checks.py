"""The checks behind the rules that XRechnung 3.0 takes over from Peppol BIS Billing."""

from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from .ubl_tree import each, text

#: R120 forgives two cents, because quantities and prices may have been rounded.
LINE_SLACK = Decimal("0.02")
#: A currency without decimal places may be off by half a unit.
WHOLE_UNIT_SLACK = Decimal("0.5")
WHOLE_UNIT_CURRENCIES = frozenset({"HUF"})
DIRECT_DEBITS = frozenset({"49", "59"})
_LINE = "cac:InvoiceLine"


def has_no_empty_element(invoice: Element) -> bool:
    """R008: every element holds text or other elements."""
    return all(len(found) or (found.text or "").strip() for found in invoice.iter())


def debit_names_its_mandate(invoice: Element) -> bool:
    """R061: a direct debit names the reference of its mandate."""
    return all(
        text(means, "cac:PaymentMandate/cbc:ID")
        for means in each(invoice, "cac:PaymentMeans")
        if text(means, "cbc:PaymentMeansCode") in DIRECT_DEBITS
    )


def lines_start_within_the_period(invoice: Element) -> bool:
    """R110: no line starts before the invoicing period; ISO dates compare as text."""
    first = text(invoice, "cac:InvoicePeriod/cbc:StartDate")
    starts = (text(line, "cac:InvoicePeriod/cbc:StartDate") for line in each(invoice, _LINE))
    return all(not first or not start or start >= first for start in starts)


def lines_end_within_the_period(invoice: Element) -> bool:
    """R111: no line ends after the invoicing period."""
    last = text(invoice, "cac:InvoicePeriod/cbc:EndDate")
    ends = (text(line, "cac:InvoicePeriod/cbc:EndDate") for line in each(invoice, _LINE))
    return all(not last or not end or end <= last for end in ends)


def lines_add_up(invoice: Element) -> bool:
    """R120: quantity × price / base + charges - allowances is the line's amount."""
    try:
        return all(_adds_up(line) for line in each(invoice, _LINE))
    except InvalidOperation:
        return False


def price_units_agree(invoice: Element) -> bool:
    """R130: the price base has the unit of the quantity, where it names one."""
    return all(
        base.get("unitCode") is None or base.get("unitCode") == quantity.get("unitCode")
        for line in each(invoice, _LINE)
        for base in each(line, "cac:Price/cbc:BaseQuantity")
        for quantity in each(line, "cbc:InvoicedQuantity")
    )


def _adds_up(line: Element) -> bool:
    quantity = _number(line, "cbc:InvoicedQuantity", "1")
    unit_price = _number(line, "cac:Price/cbc:PriceAmount", "0")
    base = _number(line, "cac:Price/cbc:BaseQuantity", "1") or Decimal(1)
    extras = sum((_signed(extra) for extra in each(line, "cac:AllowanceCharge")), start=Decimal(0))

    expected = quantity * unit_price / base + extras
    return abs(_number(line, "cbc:LineExtensionAmount", "0") - expected) <= _slack(line)


def _slack(line: Element) -> Decimal:
    currencies = {found.get("currencyID") for found in each(line, "cbc:LineExtensionAmount")}
    return WHOLE_UNIT_SLACK if currencies & WHOLE_UNIT_CURRENCIES else LINE_SLACK


def _signed(extra: Element) -> Decimal:
    value = _number(extra, "cbc:Amount", "0")
    return value if text(extra, "cbc:ChargeIndicator") == "true" else -value


def _number(element: Element, path: str, otherwise: str) -> Decimal:
    return Decimal(text(element, path) or otherwise)
