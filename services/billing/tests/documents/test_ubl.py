"""The XRechnung writer: exact, complete, and the same bytes each time."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given, strategies as st

from billing_documents import MUELLER, RHEINSYSTEME, a_line, an_invoice
from psa_billing.documents.ubl import write_ubl
from psa_billing.documents.ubl_tree import has, read_tree, text
from psa_billing.domain.proposal import Unit
from psa_billing.domain.vat import VatCategory

DATA = Path(__file__).parent / "data"


def test_the_demo_invoice_is_written_as_approved() -> None:
    assert write_ubl(an_invoice()) == (DATA / "RE-2026-000001.xml").read_bytes()


def test_the_sums_are_exact_to_the_cent() -> None:
    root = read_tree(write_ubl(an_invoice()))

    assert text(root, "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount") == "660.75"
    assert text(root, "cac:TaxTotal/cbc:TaxAmount") == "125.54"
    assert text(root, "cac:LegalMonetaryTotal/cbc:PayableAmount") == "786.29"


def test_a_missing_value_leaves_no_empty_element() -> None:
    root = read_tree(write_ubl(an_invoice(buyer=replace(MUELLER, buyer_reference=None))))

    assert not has(root, "cbc:BuyerReference")
    assert all(len(each) or (each.text or "").strip() for each in root.iter())


def test_a_seller_without_an_account_gives_no_payment_means() -> None:
    root = read_tree(write_ubl(an_invoice(seller=replace(RHEINSYSTEME, iban=None))))

    assert not has(root, "cac:PaymentMeans")


def test_minutes_are_priced_for_sixty() -> None:
    line = a_line(quantity="100", unit=Unit.MINUTE, unit_price="129.00", price_base_quantity=60)

    root = read_tree(write_ubl(an_invoice(line)))

    assert text(root, "cac:InvoiceLine/cbc:LineExtensionAmount") == "215.00"
    assert text(root, "cac:InvoiceLine/cac:Price/cbc:BaseQuantity") == "60"


def test_a_price_keeps_its_six_decimal_places() -> None:
    root = read_tree(write_ubl(an_invoice(a_line(unit_price="0.000125", quantity="8000"))))

    assert text(root, "cac:InvoiceLine/cac:Price/cbc:PriceAmount") == "0.000125"


def test_reverse_charge_is_said_in_words_and_in_code() -> None:
    line = a_line(vat_category=VatCategory.REVERSE_CHARGE, vat_percent="0")

    root = read_tree(write_ubl(an_invoice(line)))

    assert text(root, "cbc:Note") == "Steuerschuldnerschaft des Leistungsempfängers"
    category = "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory"
    assert text(root, f"{category}/cbc:TaxExemptionReasonCode") == "VATEX-EU-AE"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1))
def test_no_title_can_become_markup(title: str) -> None:
    root = read_tree(write_ubl(an_invoice(a_line(title=title))))

    assert text(root, "cac:InvoiceLine/cac:Item/cbc:Name") == title.strip()
