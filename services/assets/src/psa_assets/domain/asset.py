"""What an asset may do: states, legal moves, and from which day on they count."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from psa_assets.domain.asset_class import AssetClass
from psa_common.errors import Invalid, Refused


class State(StrEnum):
    """Where an asset is in its life."""

    PLANNED = "planned"
    IN_STOCK = "in_stock"
    ACTIVE = "active"
    IN_REPAIR = "in_repair"
    RETIRED = "retired"
    DISPOSED = "disposed"


MOVES: Mapping[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.IN_STOCK, State.ACTIVE, State.RETIRED}),
    State.IN_STOCK: frozenset({State.ACTIVE, State.IN_REPAIR, State.RETIRED}),
    State.ACTIVE: frozenset({State.IN_STOCK, State.IN_REPAIR, State.RETIRED}),
    State.IN_REPAIR: frozenset({State.IN_STOCK, State.ACTIVE, State.RETIRED}),
    State.RETIRED: frozenset({State.DISPOSED}),
    State.DISPOSED: frozenset(),
}

#: Out of service for good: nothing about them is announced any more.
ENDED = frozenset({State.RETIRED, State.DISPOSED})

EARLIEST = date(1970, 1, 1)


class IllegalMove(Refused):
    """An asset's life has no such step."""

    code = "illegal_state_move"

    def __init__(self, state: State, wanted: State) -> None:
        allowed = ", ".join(sorted(MOVES[state])) or "nothing: enter a new asset instead"
        said = "change any more" if wanted is state else f"become {wanted}"
        super().__init__(
            f"An asset that is {state} cannot {said}; it may become {allowed}.", field="state"
        )
        self.state = state
        self.wanted = wanted


class NotAFirstState(Refused):
    """An asset that is out of service already is not worth entering."""

    code = "not_a_first_state"

    def __init__(self, state: State) -> None:
        allowed = ", ".join(sorted(set(State) - ENDED))
        super().__init__(f"A new asset cannot be {state}; it may be {allowed}.", field="state")


class BeforeItsLastChange(Refused):
    """The history goes forward: what has counted since a day is not cut short from before it."""

    code = "before_its_last_change"

    def __init__(self, effective_on: date, last: date) -> None:
        super().__init__(
            f"{effective_on} lies before the asset's last change; use {last} or later.",
            field="effective_on",
        )
        self.effective_on = effective_on
        self.last = last


class AlreadySo(Refused):
    """What is recorded is not moved to another day; that would rewrite what has counted."""

    code = "already_so"

    def __init__(self, state: State, since: date) -> None:
        super().__init__(
            f"The asset is {state} from {since} on already; change it to something else first.",
            field="effective_on",
        )


class TooFarAhead(Refused):
    """A change more than a year ahead is more likely a typing error than a plan."""

    code = "too_far_ahead"

    def __init__(self, effective_on: date, latest: date) -> None:
        super().__init__(
            f"{effective_on} is more than a year ahead; use {latest} or earlier.",
            field="effective_on",
        )


class BeforeTheEra(Invalid):
    """Nothing that is looked after today is that old."""

    code = "before_the_era"

    def __init__(self, effective_on: date) -> None:
        super().__init__(
            f"{effective_on} is too long ago; use {EARLIEST} or later.", field="effective_on"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Something of a customer that is looked after, or may be; its state as last recorded."""

    id: UUID
    number: str
    customer_id: UUID
    name: str
    asset_class: AssetClass
    serial: str | None
    manufacturer: str | None
    model: str | None
    state: State
    managed: bool
    effective_on: date


@dataclass(frozen=True, slots=True)
class Change:
    """What an asset becomes, and from which day on that counts."""

    state: State
    managed: bool
    effective_on: date


A = TypeVar("A", bound=Asset)


def check_first(asset: Asset, *, today: date) -> None:
    """Raise what is wrong with the first state of an asset, if anything is."""
    if asset.state in ENDED:
        raise NotAFirstState(asset.state)
    check_day(asset.effective_on, today=today)


def change(asset: A, wanted: Change, *, today: date) -> A:
    """
    Return *asset* as *wanted*; to say twice what it becomes from a day on changes nothing.

    A change may lie in the past, but not before the asset's last one: what has counted since
    then was right until now. Raises AlreadySo, IllegalMove, BeforeItsLastChange, TooFarAhead.
    """
    if wanted == Change(asset.state, asset.managed, asset.effective_on):
        return asset
    if (wanted.state, wanted.managed) == (asset.state, asset.managed):
        raise AlreadySo(asset.state, asset.effective_on)
    stays = wanted.state is asset.state and asset.state not in ENDED
    if not stays and wanted.state not in MOVES[asset.state]:
        raise IllegalMove(asset.state, wanted.state)
    check_day(wanted.effective_on, today=today)
    if wanted.effective_on < asset.effective_on:
        raise BeforeItsLastChange(wanted.effective_on, asset.effective_on)

    return replace(
        asset,
        state=wanted.state,
        managed=wanted.managed,
        effective_on=wanted.effective_on,
    )


def check_day(effective_on: date, *, today: date) -> None:
    """Raise BeforeTheEra or TooFarAhead for a day that nobody means."""
    if effective_on < EARLIEST:
        raise BeforeTheEra(effective_on)
    latest = a_year_after(today)
    if effective_on > latest:
        raise TooFarAhead(effective_on, latest)


def a_year_after(day: date) -> date:
    """Return the same day of the next year; the 29th of February has its 28th there."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
