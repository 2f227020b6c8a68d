"""
The checks behind the XRechnung rules: each returns whether a document keeps its rule.

A check looks only at what its rule looks at, so that a document breaks exactly the rules
that it is at odds with.
"""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from .ubl_tree import each, has, text, texts

Check = Callable[[Element], bool]

_CIUS = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
SPECIFICATIONS = frozenset(
    {
        _CIUS,
        f"{_CIUS}#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0",
        f"{_CIUS}#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9",
    }
)
TYPE_CODES = frozenset({"326", "380", "381", "384", "389", "875", "876", "877"})
CORRECTED_INVOICE = "384"
TAXED_CATEGORIES = frozenset({"S", "Z", "E", "AE", "K", "G", "L", "M"})
TRANSFER, SEPA_TRANSFER, DIRECT_DEBIT = "30", "58", "59"
CARD_CODES = frozenset({"48", "54", "55"})

SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"
DELIVERY = "cac:Delivery/cac:DeliveryLocation/cac:Address"
ACCOUNT, CARD, MANDATE = "cac:PayeeFinancialAccount", "cac:CardAccount", "cac:PaymentMandate"

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Za-z0-9]{0,30}")
_EMAIL = re.compile(r"[^@\s]+@([^@.\s]+\.)+[^@.\s]+")
_SKONTO = re.compile(
    r"#SKONTO#TAGE=[0-9]+#PROZENT=[0-9]+\.[0-9]{2}(#BASISBETRAG=-?[0-9]+\.[0-9]{2})?#"
)
_SKONTO_LINE = re.compile(r"#.+#")
_ABSOLUTE_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:")
_MIN_PHONE_DIGITS = 3


def present(path: str) -> Check:
    """Return the check that an element exists at *path*."""
    return lambda invoice: has(invoice, path)


def filled(path: str) -> Check:
    """Return the check that an element at *path* holds more than white space."""
    return lambda invoice: any(texts(invoice, path))


def filled_within(group: str, path: str) -> Check:
    """Return the check that every *group* holds a filled *path*; no group, nothing to check."""
    return lambda invoice: all(any(texts(found, path)) for found in each(invoice, group))


def seller_has_a_tax_identity(invoice: Element) -> bool:
    """BR-DE-16: taxed supplies name the seller's VAT id, tax number or representative."""
    categories = {
        *texts(invoice, "cac:AllowanceCharge/cac:TaxCategory/cbc:ID"),
        *texts(invoice, "cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
    }
    return (
        not categories & TAXED_CATEGORIES
        or has(invoice, "cac:TaxRepresentativeParty")
        or any(texts(invoice, f"{SELLER}/cac:PartyTaxScheme/cbc:CompanyID"))
    )


def type_code_is_known(invoice: Element) -> bool:
    """BR-DE-17: only the type codes that XRechnung names."""
    return text(invoice, "cbc:InvoiceTypeCode") in TYPE_CODES


def skonto_is_well_formed(invoice: Element) -> bool:
    """BR-DE-18: each line that starts with # is a complete Skonto line and ends in a newline."""
    return all(
        _is_skonto_text(note.text or "")
        for terms in each(invoice, "cac:PaymentTerms")
        for note in each(terms, "cbc:Note")[:1]
    )


def specification_is_xrechnung(invoice: Element) -> bool:
    """BR-DE-21: the specification identifier is the one of the standard."""
    found = invoice.findtext("{*}CustomizationID", "")
    return found in SPECIFICATIONS


def attachment_names_differ(invoice: Element) -> bool:
    """BR-DE-22: no two attachments have the same file name."""
    path = "cac:AdditionalDocumentReference/cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
    names = [found.get("filename") for found in each(invoice, path)]
    return len(names) == len(set(names))


def attachment_locations_are_absolute(invoice: Element) -> bool:
    """BR-TMP-2: an attachment that lies elsewhere is named by an absolute URL."""
    path = "cac:AdditionalDocumentReference/cac:Attachment/cac:ExternalReference"
    return all(_ABSOLUTE_URL.match(text(found, "cbc:URI")) for found in each(invoice, path))


def correction_names_its_invoice(invoice: Element) -> bool:
    """BR-DE-26: a corrected invoice refers to the one that it corrects."""
    return text(invoice, "cbc:InvoiceTypeCode") != CORRECTED_INVOICE or has(
        invoice, "cac:BillingReference/cac:InvoiceDocumentReference"
    )


def phone_has_digits(invoice: Element) -> bool:
    """BR-DE-27: the seller's phone number holds at least three digits."""
    return all(
        sum(char in "0123456789" for char in text(found, "cbc:Telephone")) >= _MIN_PHONE_DIGITS
        for found in each(invoice, f"{SELLER}/cac:Contact")
    )


def email_is_plausible(invoice: Element) -> bool:
    """BR-DE-28: the seller's mail address looks like one."""
    return all(
        _EMAIL.fullmatch(text(found, "cbc:ElectronicMail"))
        for found in each(invoice, f"{SELLER}/cac:Contact")
    )


def transfer_names_a_valid_iban(invoice: Element) -> bool:
    """BR-DE-19: a SEPA transfer names a valid IBAN."""
    return all(
        is_iban(text(means, f"{ACCOUNT}/cbc:ID")) for means in _means(invoice, SEPA_TRANSFER)
    )


def debit_names_a_valid_iban(invoice: Element) -> bool:
    """BR-DE-20: a SEPA direct debit names a valid IBAN."""
    return all(
        is_iban(text(means, f"{MANDATE}/cac:PayerFinancialAccount/cbc:ID"))
        for means in _means(invoice, DIRECT_DEBIT)
    )


def needs(codes: frozenset[str], path: str) -> Check:
    """Return the check that payment means of *codes* hold *path* (BR-DE-23-a to 25-a)."""
    return lambda invoice: all(has(means, path) for means in _means(invoice, *codes))


def excludes(codes: frozenset[str], *paths: str) -> Check:
    """Return the check that payment means of *codes* hold none of *paths* (BR-DE-23-b to 25-b)."""
    return lambda invoice: (
        not any(has(means, path) for means in _means(invoice, *codes) for path in paths)
    )


def debit_names_the_creditor(invoice: Element) -> bool:
    """BR-DE-30: a direct debit names the creditor identifier."""
    identifier = "cac:PartyIdentification/cbc:ID[@schemeID='SEPA']"
    return (
        not has(invoice, f"cac:PaymentMeans/{MANDATE}")
        or has(invoice, f"{SELLER}/{identifier}")
        or has(invoice, f"cac:PayeeParty/{identifier}")
    )


def debit_names_the_account(invoice: Element) -> bool:
    """BR-DE-31: a direct debit names the debited account."""
    mandate = f"cac:PaymentMeans/{MANDATE}"
    return not has(invoice, mandate) or has(invoice, f"{mandate}/cac:PayerFinancialAccount/cbc:ID")


def says_when_it_was_supplied(invoice: Element) -> bool:
    """BR-DE-TMP-32: a delivery date, a period, or a period in every line."""
    return (
        has(invoice, "cac:Delivery/cbc:ActualDeliveryDate")
        or has(invoice, "cac:InvoicePeriod")
        or all(has(line, "cac:InvoicePeriod") for line in each(invoice, "cac:InvoiceLine"))
    )


def is_iban(value: str) -> bool:
    """Return whether *value*, white space aside, is an IBAN with a right check number."""
    compact = "".join(value.split())
    if not _IBAN.fullmatch(compact):
        return False

    digits = "".join(str(int(char, 36)) for char in compact[4:] + compact[:4])
    return int(digits) % 97 == 1


def _means(invoice: Element, *codes: str) -> list[Element]:
    return [
        means
        for means in each(invoice, "cac:PaymentMeans")
        if text(means, "cbc:PaymentMeansCode") in codes
    ]


def _is_skonto_text(note: str) -> bool:
    marked = [line for line in note.split("\n") if line.strip().startswith("#")]
    if not marked:
        return True

    after_the_last = _SKONTO_LINE.split(note)[-1]
    return all(_SKONTO.fullmatch(line.strip()) for line in marked) and bool(
        re.match(r"\s*\n", after_the_last)
    )
