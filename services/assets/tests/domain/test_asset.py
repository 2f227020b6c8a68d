"""Assets: legal moves cell by cell, and the days from which they count."""

from datetime import date

import pytest

from assets_builders import an_asset
from psa_assets.domain.asset import (
    ENDED,
    MOVES,
    AlreadySo,
    BeforeItsLastChange,
    BeforeTheEra,
    Change,
    IllegalMove,
    NotAFirstState,
    State,
    TooFarAhead,
    a_year_after,
    change,
    check_first,
)

TODAY = date(2026, 6, 15)
LAST = date(2026, 6, 1)

LEGAL = {
    State.PLANNED: {State.IN_STOCK, State.ACTIVE, State.RETIRED},
    State.IN_STOCK: {State.ACTIVE, State.IN_REPAIR, State.RETIRED},
    State.ACTIVE: {State.IN_STOCK, State.IN_REPAIR, State.RETIRED},
    State.IN_REPAIR: {State.IN_STOCK, State.ACTIVE, State.RETIRED},
    State.RETIRED: {State.DISPOSED},
    State.DISPOSED: set[State](),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("wanted", State)
def test_an_asset_moves_exactly_as_the_table_says(state: State, wanted: State) -> None:
    if state is wanted:
        return
    asset = an_asset(state=state)

    if wanted in LEGAL[state]:
        changed = change(asset, Change(wanted, managed=True, effective_on=TODAY), today=TODAY)
        assert (changed.state, changed.effective_on) == (wanted, TODAY)
    else:
        with pytest.raises(IllegalMove, match=f"that is {state} cannot become {wanted}"):
            change(asset, Change(wanted, managed=True, effective_on=TODAY), today=TODAY)


def test_every_state_has_its_row_in_the_table() -> None:
    assert set(MOVES) == set(State)


@pytest.mark.parametrize("state", State)
def test_care_begins_and_ends_without_another_state_unless_the_asset_has_ended(
    state: State,
) -> None:
    asset = an_asset(state=state, managed=False)
    wanted = Change(state, managed=True, effective_on=TODAY)

    if state in ENDED:
        with pytest.raises(IllegalMove, match="cannot change any more"):
            change(asset, wanted, today=TODAY)
    else:
        assert change(asset, wanted, today=TODAY).managed is True


def test_a_disposed_asset_is_told_that_nothing_follows() -> None:
    asset = an_asset(state=State.DISPOSED)

    with pytest.raises(IllegalMove, match="nothing: enter a new asset instead") as refused:
        change(asset, Change(State.ACTIVE, managed=True, effective_on=TODAY), today=TODAY)

    assert refused.value.details[0].field == "state"


def test_a_change_may_lie_on_the_day_of_the_last_one() -> None:
    wanted = Change(State.IN_REPAIR, managed=True, effective_on=LAST)

    assert change(an_asset(), wanted, today=TODAY).effective_on == LAST


def test_a_change_may_lie_in_the_past_but_not_before_the_last_one() -> None:
    wanted = Change(State.IN_REPAIR, managed=True, effective_on=date(2026, 5, 31))

    with pytest.raises(BeforeItsLastChange, match="use 2026-06-01 or later") as refused:
        change(an_asset(), wanted, today=TODAY)

    assert refused.value.details[0].field == "effective_on"


def test_a_change_may_lie_a_year_ahead_but_no_day_more() -> None:
    latest = Change(State.RETIRED, managed=True, effective_on=date(2027, 6, 15))
    beyond = Change(State.RETIRED, managed=True, effective_on=date(2027, 6, 16))

    assert change(an_asset(), latest, today=TODAY)
    with pytest.raises(TooFarAhead, match="use 2027-06-15 or earlier") as refused:
        change(an_asset(), beyond, today=TODAY)
    assert refused.value.details[0].field == "effective_on"


def test_a_year_after_a_leap_day_is_the_last_of_february() -> None:
    assert a_year_after(date(2028, 2, 29)) == date(2029, 2, 28)


def test_to_say_the_same_twice_changes_nothing() -> None:
    asset = an_asset()

    assert (
        change(asset, Change(State.ACTIVE, managed=True, effective_on=LAST), today=TODAY) is asset
    )


def test_what_is_recorded_is_not_moved_to_another_day() -> None:
    wanted = Change(State.ACTIVE, managed=True, effective_on=date(2026, 6, 2))

    with pytest.raises(AlreadySo, match="active from 2026-06-01 on already"):
        change(an_asset(), wanted, today=TODAY)


@pytest.mark.parametrize("state", State)
def test_an_asset_begins_in_a_state_in_which_it_is_of_use(state: State) -> None:
    asset = an_asset(state=state)

    if state in ENDED:
        with pytest.raises(NotAFirstState, match=f"A new asset cannot be {state}") as refused:
            check_first(asset, today=TODAY)
        assert refused.value.details[0].field == "state"
    else:
        check_first(asset, today=TODAY)


@pytest.mark.parametrize(
    ("effective_on", "refusal"),
    [(date(1969, 12, 31), BeforeTheEra), (date(1, 1, 1), BeforeTheEra),
     (date(9999, 12, 31), TooFarAhead), (date(2027, 6, 16), TooFarAhead)],
)  # fmt: skip
def test_a_first_day_that_nobody_means_is_refused(
    effective_on: date, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_first(an_asset(effective_on=effective_on), today=TODAY)
