"""Customers: legal moves cell by cell, and what is wrong with a field."""

import pytest

from crm_builders import a_customer
from psa_crm.domain.customer import (
    MOVES,
    BadDebtorAccount,
    IllegalMove,
    Status,
    check_move,
    checked,
)
from psa_crm.domain.places import COUNTRIES, GERMAN_STATES, UnknownCountry, UnknownState

LEGAL = {
    (Status.ACTIVE, Status.ON_HOLD),
    (Status.ACTIVE, Status.INACTIVE),
    (Status.ON_HOLD, Status.ACTIVE),
    (Status.ON_HOLD, Status.INACTIVE),
    (Status.INACTIVE, Status.ACTIVE),
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wanted", Status)
def test_a_customer_moves_exactly_as_the_table_says(status: Status, wanted: Status) -> None:
    if status is wanted or (status, wanted) in LEGAL:
        check_move(status, wanted)
    else:
        with pytest.raises(IllegalMove, match=f"is {status} cannot become {wanted}"):
            check_move(status, wanted)


def test_every_status_has_its_row_in_the_table() -> None:
    assert set(MOVES) == set(Status)


def test_a_refused_move_says_what_is_possible_instead() -> None:
    with pytest.raises(IllegalMove) as refused:
        check_move(Status.INACTIVE, Status.ON_HOLD)

    assert refused.value.message.endswith("it may become active.")
    assert refused.value.details[0].field == "status"


@pytest.mark.parametrize("account", ["10000", "10042", "69999", None])
def test_a_debtor_account_lies_where_datev_keeps_debtors(account: str | None) -> None:
    checked(a_customer(debtor_account=account))


@pytest.mark.parametrize("account", ["09999", "70000", "1004", "100420", "1004a", "１0042"])
def test_another_account_is_refused(account: str) -> None:
    with pytest.raises(BadDebtorAccount, match="10000 to 69999") as refused:
        checked(a_customer(debtor_account=account))

    assert refused.value.details[0].field == "debtor_account"


@pytest.mark.parametrize("federal_state", [*GERMAN_STATES, None])
def test_each_german_state_is_known(federal_state: str | None) -> None:
    checked(a_customer(federal_state=federal_state))


def test_there_are_sixteen_german_states() -> None:
    assert len(GERMAN_STATES) == 16


def test_a_code_that_no_german_state_has_is_refused() -> None:
    with pytest.raises(UnknownState, match="NRW is no German state; use one of BW, BY"):
        checked(a_customer(federal_state="NRW"))


def test_parts_of_other_countries_are_not_judged() -> None:
    checked(a_customer(country="AT", federal_state="9"))


@pytest.mark.parametrize("country", ["XX", "UK", "EU", "GE "])
def test_a_country_that_does_not_exist_is_refused(country: str) -> None:
    with pytest.raises(UnknownCountry) as refused:
        checked(a_customer(country=country, federal_state=None))

    assert refused.value.details[0].field == "country"


def test_all_countries_of_the_norm_are_known() -> None:
    assert len(COUNTRIES) == 249
