"""Which master-data field mends a broken EN 16931 rule."""

from collections.abc import Mapping

#: Rules that master data can break; all others concern what the platform computes.
FIELDS: Mapping[str, str] = {
    "BR-02": "invoice.number",
    "BR-06": "company.legal_name",
    "BR-07": "billing_account.name",
    "BR-08": "company.street",
    "BR-09": "company.country",
    "BR-10": "billing_account.street",
    "BR-11": "billing_account.country",
    "BR-50": "company.iban",
    "BR-61": "company.iban",
    "BR-62": "company.email",
    "BR-63": "billing_account.electronic_address_scheme",
    "BR-CL-14": "billing_account.country",
    "BR-CL-25": "billing_account.electronic_address_scheme",
    "BR-CO-09": "company.vat_id",
    "BR-CO-25": "billing_account.payment_terms_days",
    "BR-CO-26": "company.vat_id",
    "BR-S-02": "company.vat_id",
    "BR-AE-02": "billing_account.vat_id",
}
DOCUMENT = "invoice"


def field_of(rule: str) -> str:
    """Return the field that mends *rule*, or the document as a whole."""
    return FIELDS.get(rule, DOCUMENT)
