"""Work at odd hours counts more: cut exactly, the highest factor alone, nothing lost."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.time.surcharges import (
    AppliesTo,
    ImpossibleSurcharge,
    Piece,
    SurchargeRule,
    factor_of,
    pieces_of,
)
from psa_tickets.domain.time.work import Work, record_work

BERLIN = "Europe/Berlin"
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
SATURDAY = SurchargeRule(name="Samstag", factor=Decimal("1.5"), weekdays=(6,))
SUNDAY = SurchargeRule(name="Sonntag", factor=Decimal(2), weekdays=(7,))
NIGHT = SurchargeRule(
    name="Nacht",
    factor=Decimal("1.25"),
    weekdays=(1, 2, 3, 4, 5, 6, 7),
    starts=time(22),
    ends=time(6),
    applies_to=AppliesTo.MONEY,
)


def work(started_at: str, ended_at: str, *, break_minutes: int = 0) -> Work:
    return record_work(
        started_at=datetime.fromisoformat(started_at),
        ended_at=datetime.fromisoformat(ended_at),
        break_minutes=break_minutes,
        time_zone=BERLIN,
        now=datetime(2027, 1, 1, tzinfo=UTC),
    )


def found(pieces: tuple[Piece, ...]) -> list[tuple[int, str, str | None]]:
    return [(piece.minutes, str(piece.factor), piece.rule) for piece in pieces]


def test_the_switch_exchange_on_a_saturday_counts_half_as_much_again() -> None:
    saturday = work("2026-06-13T10:00+02:00", "2026-06-13T12:20+02:00")

    assert found(pieces_of(saturday, [SATURDAY], BERLIN)) == [(140, "1.5", "Samstag")]


def test_work_of_which_only_the_day_is_known_meets_rules_for_whole_days() -> None:
    day = Work(work_date=date(2026, 6, 13), started_at=None, ended_at=None, minutes=140)

    assert found(pieces_of(day, [SATURDAY, NIGHT], BERLIN)) == [(140, "1.5", "Samstag")]


def test_work_is_cut_where_the_night_begins() -> None:
    evening = work("2026-06-03T21:30+02:00", "2026-06-03T23:00+02:00")

    assert found(pieces_of(evening, [NIGHT], BERLIN)) == [(30, "1", None), (60, "1.25", "Nacht")]


def test_the_night_before_reaches_into_the_morning() -> None:
    morning = work("2026-06-03T05:00+02:00", "2026-06-03T07:00+02:00")

    assert found(pieces_of(morning, [NIGHT], BERLIN)) == [(60, "1.25", "Nacht"), (60, "1", None)]


def test_factors_do_not_stack_the_highest_wins() -> None:
    night_to_sunday = work("2026-06-13T21:00+02:00", "2026-06-14T01:00+02:00")

    assert found(pieces_of(night_to_sunday, [SATURDAY, SUNDAY, NIGHT], BERLIN)) == [
        (180, "1.5", "Samstag"),
        (60, "2", "Sonntag"),
    ]


def test_of_equal_factors_the_first_rule_is_named() -> None:
    twin = replace(SATURDAY, name="Zweite")
    saturday = work("2026-06-13T10:00+02:00", "2026-06-13T11:00+02:00")

    assert found(pieces_of(saturday, [SATURDAY, twin], BERLIN)) == [(60, "1.5", "Samstag")]


def test_a_holiday_of_the_calendar_counts_where_it_is_one(nrw: WorkingCalendar) -> None:
    holiday = SurchargeRule(name="Feiertag", factor=Decimal(2), calendar=nrw)
    corpus_christi = work("2026-06-04T10:00+02:00", "2026-06-04T11:00+02:00")
    friday = work("2026-06-05T10:00+02:00", "2026-06-05T11:00+02:00")

    assert found(pieces_of(corpus_christi, [holiday], BERLIN)) == [(60, "2", "Feiertag")]
    assert found(pieces_of(friday, [holiday], BERLIN)) == [(60, "1", None)]


@pytest.mark.parametrize(("day", "minutes"), [("2026-06-12", 0), ("2026-06-13", 60)])
def test_a_rule_applies_from_its_first_day(day: str, minutes: int) -> None:
    rule = replace(NIGHT, starts=time(9), ends=time(17), valid_from=date(2026, 6, 13))
    done = work(f"{day}T10:00+02:00", f"{day}T11:00+02:00")

    pieces = pieces_of(done, [rule], BERLIN)

    assert sum(piece.minutes for piece in pieces if piece.rule) == minutes


@pytest.mark.parametrize(
    ("start", "end", "night"),
    [
        ("2026-03-28T22:00+01:00", "2026-03-29T06:00+02:00", 420),
        ("2026-10-24T22:00+02:00", "2026-10-25T06:00+01:00", 540),
    ],
)
def test_a_night_in_which_clocks_change_is_as_long_as_it_is(
    start: str, end: str, night: int
) -> None:
    assert found(pieces_of(work(start, end), [NIGHT], BERLIN)) == [(night, "1.25", "Nacht")]


def test_the_break_is_borne_by_all_parts_alike() -> None:
    late = work("2026-06-03T20:00+02:00", "2026-06-04T00:00+02:00", break_minutes=60)

    assert found(pieces_of(late, [NIGHT], BERLIN)) == [(90, "1", None), (90, "1.25", "Nacht")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"factor": Decimal(1)},
        {"factor": Decimal(11)},
        {"factor": Decimal("NaN")},
        {"factor": Decimal("Infinity")},
        {"weekdays": ()},
        {"weekdays": (0,)},
        {"starts": time(22)},
        {"starts": time(22), "ends": time(22)},
        {"valid_from": date(2026, 6, 2), "valid_until": date(2026, 6, 1)},
    ],
)
def test_a_rule_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ImpossibleSurcharge):
        replace(SATURDAY, **wrong)


def test_a_percentage_is_another_way_to_say_a_factor() -> None:
    assert factor_of(factor=None, percent=Decimal(50)) == Decimal("1.5")
    assert factor_of(factor=Decimal("1.5"), percent=None) == Decimal("1.5")
    for both in (None, Decimal(2)):
        with pytest.raises(ImpossibleSurcharge):
            factor_of(factor=both, percent=both)


RULES = st.builds(
    SurchargeRule,
    name=st.sampled_from("ABC"),
    factor=st.decimals(Decimal("1.01"), Decimal(10), places=2),
    weekdays=st.lists(st.integers(1, 7), min_size=1, max_size=7).map(tuple),
    starts=st.times(time(0), time(11, 59)),
    ends=st.times(time(12), time(23, 59)),
)


@given(
    rules=st.lists(RULES | st.sampled_from([SATURDAY, SUNDAY, NIGHT]), max_size=4),
    start=st.integers(0, 28_800_000).map(lambda second: YEAR + timedelta(seconds=second)),
    minutes=st.integers(1, 1_440),
    share=st.integers(0, 99),
)
def test_no_minute_is_lost_or_counted_twice(
    rules: list[SurchargeRule], start: datetime, minutes: int, share: int
) -> None:
    taken = minutes * share // 100
    done = Work(
        work_date=start.date(),
        started_at=start,
        ended_at=start + timedelta(minutes=minutes),
        minutes=minutes - taken,
        break_minutes=taken,
    )

    pieces = pieces_of(done, rules, BERLIN)

    assert sum(piece.minutes for piece in pieces) == done.minutes
    assert all(piece.minutes > 0 for piece in pieces)
    assert {piece.factor for piece in pieces} <= {Decimal(1), *(rule.factor for rule in rules)}
