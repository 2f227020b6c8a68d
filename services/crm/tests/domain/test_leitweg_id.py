"""Leitweg-IDs: the check digits of ISO 7064, and references that are none."""

import pytest
from hypothesis import given, strategies as st

from psa_crm.domain.leitweg_id import BadLeitwegId, buyer_reference, leitweg_id


@pytest.mark.parametrize("text", ["991-03730-19", "04011000-1234512345-06", "99-AB33-71"])
def test_a_right_leitweg_id_is_taken(text: str) -> None:
    text = _with_check_digits(text[:-3])

    assert buyer_reference(text) == text
    assert leitweg_id(text, field="electronic_address") == text


def test_the_examples_of_the_specification_have_these_check_digits() -> None:
    assert _with_check_digits("991-03730") == "991-03730-19"
    assert _with_check_digits("04011000-1234512345") == "04011000-1234512345-06"


def test_small_letters_are_written_large() -> None:
    text = _with_check_digits("991-ABC")

    assert buyer_reference(f" {text.lower()} ") == text


@pytest.mark.parametrize("text", ["991-03730-91", "991-03370-19", "04011000-1234512345-07"])
def test_wrong_check_digits_are_found(text: str) -> None:
    with pytest.raises(BadLeitwegId, match="last two digits do not fit") as refused:
        buyer_reference(text)

    assert refused.value.details[0].field == "buyer_reference"


@pytest.mark.parametrize("text", ["KD-10042", "Bestellung 991-03730-91", "4500012345", "PO/7"])
def test_a_reference_that_does_not_look_like_one_is_kept_as_it_is(text: str) -> None:
    assert buyer_reference(text) == text


def test_an_address_of_that_kind_must_be_one() -> None:
    with pytest.raises(BadLeitwegId, match="KD-10042 is no Leitweg-ID; write it like"):
        leitweg_id("KD-10042", field="electronic_address")


@given(
    st.from_regex(r"\A(0[1-9]|1[0-6]|99)[0-9]{0,10}-[0-9A-Z]{1,30}\Z"),
    st.integers(min_value=1, max_value=96),
)
def test_any_other_check_digits_are_refused(stem: str, offset: int) -> None:
    right = _with_check_digits(stem)
    wrong = f"{stem}-{(int(right[-2:]) - 2 + offset) % 97 + 2:02}"

    assert buyer_reference(right) == right
    with pytest.raises(BadLeitwegId):
        buyer_reference(wrong)


def _with_check_digits(stem: str) -> str:
    """Return *stem* with check digits by the definition: 98 - (number * 100 mod 97)."""
    digits = "".join(str(int(sign, 36)) for sign in stem.replace("-", ""))
    return f"{stem}-{98 - int(digits) * 100 % 97:02}"
