"""
The rules of XRechnung 3.0 beyond EN 16931, for invoices in UBL: BR-DE and what Peppol adds.

The official rules exist as XSLT only for EN 16931; these are our own, one row each, with
the master-data field that mends a broken one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from . import peppol_checks as peppol, xrechnung_checks as check
from .findings import Finding, Severity
from .ubl_tree import NotXml, read_tree

_TRANSFERS = frozenset({check.TRANSFER, check.SEPA_TRANSFER})
_CARDS = check.CARD_CODES
_DEBITS = frozenset({check.DIRECT_DEBIT})
_CONTACT = f"{check.SELLER}/cac:Contact"
_F, _W, _I = Severity.FATAL, Severity.WARNING, Severity.INFORMATION


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id and weight, where it is mended, both languages, and its check."""

    id: str
    severity: Severity
    field: str
    message: str
    message_de: str
    is_kept: Callable[[Element], bool]


def check_xrechnung(xml: bytes) -> tuple[Finding, ...]:
    """Return every broken XRechnung rule of a UBL invoice, in the order of the rules."""
    try:
        invoice = read_tree(xml)
    except NotXml as refusal:
        return (_finding("XML", _F, "invoice", str(refusal), "Das Dokument ist kein XML."),)

    return tuple(
        _finding(rule.id, rule.severity, rule.field, rule.message, rule.message_de)
        for rule in RULES
        if not rule.is_kept(invoice)
    )


def _finding(rule: str, severity: Severity, field: str, message: str, message_de: str) -> Finding:
    return Finding(
        rule=rule, severity=severity, field=field, message=message, message_de=message_de
    )


# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("BR-DE-1", _F, "company.iban",
         "Enter how the invoice is paid (payment instructions, BG-16).",
         "Geben Sie an, wie die Rechnung bezahlt wird (Zahlungsanweisungen, BG-16).",
         check.present("cac:PaymentMeans")),
    Rule("BR-DE-2", _F, "company.contact_name",
         "Enter a contact of your company (BG-6).",
         "Tragen Sie einen Ansprechpartner Ihres Unternehmens ein (BG-6).",
         check.present(_CONTACT)),
    Rule("BR-DE-3", _F, "company.city",
         "Enter the city of your company (BT-37).",
         "Tragen Sie den Ort Ihres Unternehmens ein (BT-37).",
         check.filled_within(f"{check.SELLER}/cac:PostalAddress", "cbc:CityName")),
    Rule("BR-DE-4", _F, "company.postal_code",
         "Enter the postal code of your company (BT-38).",
         "Tragen Sie die Postleitzahl Ihres Unternehmens ein (BT-38).",
         check.filled_within(f"{check.SELLER}/cac:PostalAddress", "cbc:PostalZone")),
    Rule("BR-DE-5", _F, "company.contact_name",
         "Enter the name of your company's contact (BT-41).",
         "Tragen Sie den Namen des Ansprechpartners Ihres Unternehmens ein (BT-41).",
         check.filled_within(_CONTACT, "cbc:Name")),
    Rule("BR-DE-6", _F, "company.phone",
         "Enter the phone number of your company's contact (BT-42).",
         "Tragen Sie die Telefonnummer des Ansprechpartners ein (BT-42).",
         check.filled_within(_CONTACT, "cbc:Telephone")),
    Rule("BR-DE-7", _F, "company.email",
         "Enter the mail address of your company's contact (BT-43).",
         "Tragen Sie die E-Mail-Adresse des Ansprechpartners ein (BT-43).",
         check.filled_within(_CONTACT, "cbc:ElectronicMail")),
    Rule("BR-DE-8", _F, "billing_account.city",
         "Enter the city of the invoice recipient (BT-52).",
         "Tragen Sie den Ort des Rechnungsempfängers ein (BT-52).",
         check.filled_within(f"{check.BUYER}/cac:PostalAddress", "cbc:CityName")),
    Rule("BR-DE-9", _F, "billing_account.postal_code",
         "Enter the postal code of the invoice recipient (BT-53).",
         "Tragen Sie die Postleitzahl des Rechnungsempfängers ein (BT-53).",
         check.filled_within(f"{check.BUYER}/cac:PostalAddress", "cbc:PostalZone")),
    Rule("BR-DE-10", _F, "location.city",
         "Enter the city of the place of delivery (BT-77).",
         "Tragen Sie den Ort der Lieferadresse ein (BT-77).",
         check.filled_within(check.DELIVERY, "cbc:CityName")),
    Rule("BR-DE-11", _F, "location.postal_code",
         "Enter the postal code of the place of delivery (BT-78).",
         "Tragen Sie die Postleitzahl der Lieferadresse ein (BT-78).",
         check.filled_within(check.DELIVERY, "cbc:PostalZone")),
    Rule("BR-DE-14", _F, "invoice",
         "Every VAT group needs its rate (BT-119).",
         "Jede Umsatzsteuergruppe braucht ihren Steuersatz (BT-119).",
         check.filled_within("cac:TaxTotal/cac:TaxSubtotal", "cac:TaxCategory/cbc:Percent")),
    Rule("BR-DE-15", _F, "billing_account.buyer_reference",
         "Enter the buyer reference of the invoice recipient, such as the Leitweg-ID (BT-10).",
         "Tragen Sie die Käuferreferenz ein, etwa die Leitweg-ID (BT-10).",
         check.filled("cbc:BuyerReference")),
    Rule("BR-DE-16", _F, "company.vat_id",
         "Enter the VAT id or the tax number of your company (BT-31, BT-32).",
         "Tragen Sie die USt-IdNr. oder die Steuernummer Ihres Unternehmens ein (BT-31, BT-32).",
         check.seller_has_a_tax_identity),
    Rule("BR-DE-17", _W, "invoice",
         "Use a type code that XRechnung knows (BT-3).",
         "Verwenden Sie einen Rechnungstyp, den XRechnung kennt (BT-3).",
         check.type_code_is_known),
    Rule("BR-DE-18", _F, "billing_account.payment_terms_days",
         "Write Skonto as #SKONTO#TAGE=n#PROZENT=n.nn# on a line of its own (BT-20).",
         "Schreiben Sie Skonto als #SKONTO#TAGE=n#PROZENT=n.nn# in eine eigene Zeile (BT-20).",
         check.skonto_is_well_formed),
    Rule("BR-DE-19", _W, "company.iban",
         "Enter a valid IBAN of your company (BT-84).",
         "Tragen Sie eine gültige IBAN Ihres Unternehmens ein (BT-84).",
         check.transfer_names_a_valid_iban),
    Rule("BR-DE-20", _W, "sepa_mandate.iban",
         "Enter a valid IBAN of the debited account (BT-91).",
         "Tragen Sie eine gültige IBAN des belasteten Kontos ein (BT-91).",
         check.debit_names_a_valid_iban),
    Rule("BR-DE-21", _W, "invoice",
         "Name the XRechnung standard as the specification (BT-24).",
         "Nennen Sie den Standard XRechnung als Spezifikation (BT-24).",
         check.specification_is_xrechnung),
    Rule("BR-DE-22", _F, "invoice",
         "Give every attachment a file name of its own (BT-125).",
         "Geben Sie jedem Anhang einen eigenen Dateinamen (BT-125).",
         check.attachment_names_differ),
    Rule("BR-DE-23-a", _F, "company.iban",
         "A credit transfer needs the account of your company (BG-17).",
         "Eine Überweisung braucht das Konto Ihres Unternehmens (BG-17).",
         check.needs(_TRANSFERS, check.ACCOUNT)),
    Rule("BR-DE-23-b", _F, "invoice",
         "A credit transfer names neither a card nor a mandate (BG-18, BG-19).",
         "Eine Überweisung nennt weder Karte noch Mandat (BG-18, BG-19).",
         check.excludes(_TRANSFERS, check.CARD, check.MANDATE)),
    Rule("BR-DE-24-a", _F, "invoice",
         "A card payment needs the card (BG-18).",
         "Eine Kartenzahlung braucht die Karte (BG-18).",
         check.needs(_CARDS, check.CARD)),
    Rule("BR-DE-24-b", _F, "invoice",
         "A card payment names neither an account nor a mandate (BG-17, BG-19).",
         "Eine Kartenzahlung nennt weder Konto noch Mandat (BG-17, BG-19).",
         check.excludes(_CARDS, check.ACCOUNT, check.MANDATE)),
    Rule("BR-DE-25-a", _F, "sepa_mandate.reference",
         "A direct debit needs the mandate (BG-19).",
         "Eine Lastschrift braucht das Mandat (BG-19).",
         check.needs(_DEBITS, check.MANDATE)),
    Rule("BR-DE-25-b", _F, "invoice",
         "A direct debit names neither our account nor a card (BG-17, BG-18).",
         "Eine Lastschrift nennt weder unser Konto noch eine Karte (BG-17, BG-18).",
         check.excludes(_DEBITS, check.ACCOUNT, check.CARD)),
    Rule("BR-DE-26", _W, "invoice",
         "A corrected invoice names the invoice that it corrects (BG-3).",
         "Eine korrigierte Rechnung nennt die Rechnung, die sie korrigiert (BG-3).",
         check.correction_names_its_invoice),
    Rule("BR-DE-27", _W, "company.phone",
         "Enter a phone number with at least three digits (BT-42).",
         "Tragen Sie eine Telefonnummer mit mindestens drei Ziffern ein (BT-42).",
         check.phone_has_digits),
    Rule("BR-DE-28", _W, "company.email",
         "Enter a valid mail address of your company (BT-43).",
         "Tragen Sie eine gültige E-Mail-Adresse Ihres Unternehmens ein (BT-43).",
         check.email_is_plausible),
    Rule("BR-DE-30", _F, "company.creditor_id",
         "A direct debit needs your creditor identifier (BT-90).",
         "Eine Lastschrift braucht Ihre Gläubiger-Identifikationsnummer (BT-90).",
         check.debit_names_the_creditor),
    Rule("BR-DE-31", _F, "sepa_mandate.iban",
         "A direct debit needs the debited account (BT-91).",
         "Eine Lastschrift braucht das belastete Konto (BT-91).",
         check.debit_names_the_account),
    Rule("BR-DE-TMP-32", _I, "invoice",
         "Say when the service was supplied (BT-72, BG-14 or BG-26).",
         "Geben Sie an, wann die Leistung erbracht wurde (BT-72, BG-14 oder BG-26).",
         check.says_when_it_was_supplied),
    Rule("BR-TMP-2", _W, "invoice",
         "Name the location of an attachment by an absolute URL (BT-124).",
         "Nennen Sie den Ort eines Anhangs als vollständige URL (BT-124).",
         check.attachment_locations_are_absolute),
    Rule("PEPPOL-EN16931-R001", _F, "invoice",
         "Name the business process (BT-23).",
         "Nennen Sie den Geschäftsprozess (BT-23).",
         check.present("cbc:ProfileID")),
    Rule("PEPPOL-EN16931-R008", _F, "invoice",
         "The document must not hold empty elements.",
         "Das Dokument darf keine leeren Elemente enthalten.",
         peppol.has_no_empty_element),
    Rule("PEPPOL-EN16931-R010", _F, "billing_account.electronic_address",
         "Enter the electronic address of the invoice recipient (BT-49).",
         "Tragen Sie die elektronische Adresse des Rechnungsempfängers ein (BT-49).",
         check.present(f"{check.BUYER}/cbc:EndpointID")),
    Rule("PEPPOL-EN16931-R020", _F, "company.email",
         "Enter the electronic address of your company (BT-34).",
         "Tragen Sie die elektronische Adresse Ihres Unternehmens ein (BT-34).",
         check.present(f"{check.SELLER}/cbc:EndpointID")),
    Rule("PEPPOL-EN16931-R061", _F, "sepa_mandate.reference",
         "A direct debit needs the mandate reference (BT-89).",
         "Eine Lastschrift braucht die Mandatsreferenz (BT-89).",
         peppol.debit_names_its_mandate),
    Rule("PEPPOL-EN16931-R110", _F, "invoice",
         "No line starts before the period of the invoice (BT-134, BT-73).",
         "Keine Position beginnt vor dem Rechnungszeitraum (BT-134, BT-73).",
         peppol.lines_start_within_the_period),
    Rule("PEPPOL-EN16931-R111", _F, "invoice",
         "No line ends after the period of the invoice (BT-135, BT-74).",
         "Keine Position endet nach dem Rechnungszeitraum (BT-135, BT-74).",
         peppol.lines_end_within_the_period),
    Rule("PEPPOL-EN16931-R120", _F, "invoice",
         "The amount of every line is its quantity times its price (BT-131).",
         "Der Betrag jeder Position ist Menge mal Preis (BT-131).",
         peppol.lines_add_up),
    Rule("PEPPOL-EN16931-R130", _F, "invoice",
         "The unit of the price base is the unit of the quantity (BT-150, BT-130).",
         "Die Einheit der Preisbasis ist die Einheit der Menge (BT-150, BT-130).",
         peppol.price_units_agree),
)
# fmt: on
