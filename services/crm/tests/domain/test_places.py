"""Locations: postal codes as their country writes them."""

import pytest

from crm_builders import a_location
from psa_crm.domain.location import check
from psa_crm.domain.places import BadPostalCode


@pytest.mark.parametrize(
    ("country", "postal_code"),
    [
        ("DE", "50825"),
        ("DE", "01067"),
        ("DE", "99998"),
        ("AT", "1010"),
        ("CH", "8001"),
        ("NL", "5911"),
        ("NL", "1012 AB"),
        ("GB", "SW1A 1AA"),
        ("PL", "00-950"),
    ],
)
def test_a_postal_code_of_the_country_is_taken(country: str, postal_code: str) -> None:
    check(a_location(country=country, postal_code=postal_code))


@pytest.mark.parametrize(
    ("country", "postal_code"),
    [
        ("DE", "5082"),
        ("DE", "508255"),
        ("DE", "00123"),
        ("DE", "D-508"),
        ("DE", "٥٠٨٢٥"),
        ("DE", " 50825"),
        ("AT", "0101"),
        ("AT", "50825"),
        ("CH", "800"),
        ("NL", "5911 "),
        ("NL", "<b>"),
    ],
)
def test_another_postal_code_is_refused(country: str, postal_code: str) -> None:
    with pytest.raises(BadPostalCode, match=f"is no postal code of {country}; write ") as refused:
        check(a_location(country=country, postal_code=postal_code))

    assert refused.value.details[0].field == "postal_code"
