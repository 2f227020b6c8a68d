"""Who writes an invoice and to whom, as they are at the moment of issue."""

from typing import Any

from psa_billing.domain.invoice import Address, Buyer, Seller
from psa_billing.queries.copies import BillingAccount, Customer, TenantCopy


def seller_of(tenant: TenantCopy) -> Seller:
    """Return our own company; what is missing stays empty, and the rules name it."""
    company = tenant.company
    return Seller(
        legal_name=_text(company, "legal_name") or "",
        address=Address(
            street=_text(company, "street") or "",
            postal_code=_text(company, "postal_code") or "",
            city=_text(company, "city") or "",
            country=_text(company, "country") or "",
        ),
        vat_id=_text(company, "vat_id"),
        tax_number=_text(company, "tax_number"),
        registration=_text(company, "registration"),
        contact_name=_text(company, "contact_name"),
        phone=_text(company, "phone"),
        email=_text(company, "email"),
        iban=_text(company, "iban"),
        bic=_text(company, "bic"),
        bank_name=_text(company, "bank_name"),
    )


def buyer_of(customer: Customer, account: BillingAccount) -> Buyer:
    """Return the customer as their billing account wants to be addressed."""
    return Buyer(
        customer_number=customer.number,
        name=account.name,
        address=Address(
            street=account.street,
            postal_code=account.postal_code,
            city=account.city,
            country=account.country,
        ),
        buyer_reference=account.buyer_reference,
        vat_id=account.vat_id,
        electronic_address=account.electronic_address,
        electronic_address_scheme=account.electronic_address_scheme,
    )


def _text(company: dict[str, Any], name: str) -> str | None:
    value = company.get(name)
    return value.strip() or None if isinstance(value, str) else None
