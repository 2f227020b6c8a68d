"""Billing accounts: official forms, addresses with their schemes, and what an XRechnung needs."""

from typing import Any

import pytest

from crm_builders import an_account
from psa_common.errors import DomainError, Invalid, Refused
from psa_crm.domain.billing_account import (
    XRECHNUNG,
    HalfAnAddress,
    InvoiceFormat,
    NotReadyForXrechnung,
    UnknownScheme,
    checked,
)
from psa_crm.domain.leitweg_id import BadLeitwegId
from psa_crm.domain.mail import BadMailAddress
from psa_crm.domain.places import BadPostalCode, UnknownCountry
from psa_crm.domain.vat_id import BadVatId

READY: dict[str, Any] = {
    "buyer_reference": "KD-10042",
    "electronic_address": "rechnung@mueller-maschinenbau.example",
    "electronic_address_scheme": "EM",
}


def test_numbers_and_addresses_are_kept_in_their_official_form() -> None:
    account = checked(
        an_account(
            vat_id="DE 123 456 788",
            email="Rechnung@Mueller.example",
            buyer_reference=" KD-10042 ",
            electronic_address="Rechnung@Mueller.example",
            electronic_address_scheme="EM",
        )
    )

    assert account.vat_id == "DE123456788"
    assert account.email == account.electronic_address == "rechnung@mueller.example"
    assert account.buyer_reference == "KD-10042"


def test_an_account_that_is_checked_already_stays_as_it_is() -> None:
    account = checked(an_account(**READY, vat_id="DE123456788"))

    assert checked(account) == account


@pytest.mark.parametrize(
    ("fields", "refusal", "field"),
    [
        ({"vat_id": "DE123456789"}, BadVatId, "vat_id"),
        ({"email": "nowhere"}, BadMailAddress, "email"),
        ({"country": "XX"}, UnknownCountry, "country"),
        ({"postal_code": "5082"}, BadPostalCode, "postal_code"),
        ({"buyer_reference": "991-03730-91"}, BadLeitwegId, "buyer_reference"),
        ({**READY, "electronic_address": "x"}, BadMailAddress, "electronic_address"),
        (
            {**READY, "electronic_address_scheme": "0204"},
            BadLeitwegId,
            "electronic_address",
        ),
        ({**READY, "electronic_address_scheme": "XY"}, UnknownScheme, "electronic_address_scheme"),
    ],
)
def test_a_field_that_is_wrong_is_named(
    fields: dict[str, Any], refusal: type[DomainError], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        checked(an_account(**fields))

    assert isinstance(refused.value, Invalid)
    assert refused.value.details[0].field == field


@pytest.mark.parametrize("missing", ["electronic_address", "electronic_address_scheme"])
def test_an_address_and_its_scheme_come_together(missing: str) -> None:
    with pytest.raises(HalfAnAddress) as refused:
        checked(an_account(**{**READY, missing: None}))

    assert refused.value.details[0].field == missing


def test_other_schemes_of_the_list_are_taken() -> None:
    account = checked(
        an_account(electronic_address="4000000000003", electronic_address_scheme="0088")
    )

    assert account.electronic_address == "4000000000003"


@pytest.mark.parametrize("invoice_format", sorted(XRECHNUNG))
@pytest.mark.parametrize("missing", ["buyer_reference", "electronic_address"])
def test_an_xrechnung_is_not_promised_without_what_its_rules_demand(
    invoice_format: InvoiceFormat, missing: str
) -> None:
    fields = {**READY, missing: None, "invoice_format": invoice_format}
    if missing == "electronic_address":
        fields["electronic_address_scheme"] = None

    with pytest.raises(NotReadyForXrechnung, match=f"needs {missing}") as refused:
        checked(an_account(**fields))

    assert isinstance(refused.value, Refused)
    assert refused.value.details[0].field == missing


@pytest.mark.parametrize("invoice_format", InvoiceFormat)
def test_with_all_of_it_every_format_can_be_sent(invoice_format: InvoiceFormat) -> None:
    assert checked(an_account(**READY, invoice_format=invoice_format))
