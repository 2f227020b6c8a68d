"""VAT ids: official form, check digits, and messages that help."""

import pytest
from hypothesis import given, strategies as st

from psa_crm.domain.vat_id import PREFIXES, BadVatId, vat_id


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("DE123456788", "DE123456788"),
        (" de 123 456 788 ", "DE123456788"),
        ("DE-123.456.788", "DE123456788"),
        ("ATU57194903", "ATU57194903"),
        ("FR 61 954 506 077", "FR61954506077"),
        ("NL4495445B01", "NL004495445B01"),
        ("BE697449992", "BE0697449992"),
        ("EL 094259216", "EL094259216"),
        ("XI 980780684", "XI980780684"),
    ],
)
def test_a_vat_id_is_kept_in_its_official_form(text: str, number: str) -> None:
    assert vat_id(text) == number


def test_a_typing_error_is_found_by_the_check_digit() -> None:
    with pytest.raises(BadVatId, match="its check digit is wrong; compare it") as refused:
        vat_id("DE123456789")

    assert refused.value.details[0].field == "vat_id"


@pytest.mark.parametrize("text", ["DE12345678", "DE1234567888", "DE", "DE12345678X"])
def test_a_german_number_of_another_length_is_told_how_it_looks(text: str) -> None:
    with pytest.raises(BadVatId, match="write DE and nine digits"):
        vat_id(text)


@pytest.mark.parametrize("text", ["123456788", "CHE107787577", "GR094259216", "EU372000067", "€"])
def test_a_number_from_outside_the_union_is_refused(text: str) -> None:
    with pytest.raises(BadVatId, match="begin with the two letters of an EU country"):
        vat_id(text)


@given(st.sampled_from(sorted(PREFIXES)), st.text(max_size=28))
def test_nothing_that_is_typed_behind_a_prefix_gets_past_the_rules(prefix: str, rest: str) -> None:
    try:
        number = vat_id(prefix + rest)
    except BadVatId:
        return

    assert number.isascii()
    assert number.isalnum()
    assert 4 <= len(number) <= 20
    assert vat_id(number) == number
