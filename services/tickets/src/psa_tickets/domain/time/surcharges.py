"""Work at night, at weekends and on holidays counts more: the single highest factor applies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from psa_common.errors import Invalid
from psa_tickets.domain.calendar import WorkingCalendar, holiday_on
from psa_tickets.domain.local_time import DAY, MIDNIGHT, first_instant, zone_of
from psa_tickets.domain.time.work import Work, shares

FACTOR_MAX = Decimal(10)


class AppliesTo(StrEnum):
    """What the factor multiplies: the minutes that a bucket gives, or the price."""

    MINUTES = "minutes"
    MONEY = "money"


class ImpossibleSurcharge(Invalid):
    """A rule without days, with half a window, or with a factor that no rule can have."""

    code = "impossible_surcharge"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurchargeRule:
    """
    On which days, between which local times, work counts by which factor.

    A day counts if its weekday (1 Monday to 7 Sunday) is named or it is a holiday of the
    calendar. A window that ends at or before its beginning goes on into the next day.
    """

    name: str
    factor: Decimal
    weekdays: tuple[int, ...] = ()
    starts: time | None = None
    ends: time | None = None
    calendar: WorkingCalendar | None = field(default=None, repr=False)
    applies_to: AppliesTo = AppliesTo.MINUTES
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if not (self.factor.is_finite() and 1 < self.factor <= FACTOR_MAX):
            raise ImpossibleSurcharge(
                f"A factor is more than 1 and at most {FACTOR_MAX}.", field="factor"
            )
        if not all(1 <= day <= 7 for day in self.weekdays):
            raise ImpossibleSurcharge("Weekdays are 1, Monday, to 7, Sunday.", field="weekdays")
        if not self.weekdays and self.calendar is None:
            raise ImpossibleSurcharge(
                "Name weekdays, or a calendar for its holidays.", field="weekdays"
            )
        if (self.starts is None) != (self.ends is None) or (
            self.starts is not None and self.starts == self.ends
        ):
            raise ImpossibleSurcharge(
                "Give both ends of the window, or none for the whole day.", field="starts"
            )
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ImpossibleSurcharge("It ends before it begins.", field="valid_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Minutes of an entry that count alike; without a rule they count as worked."""

    minutes: int
    factor: Decimal
    rule: str | None
    applies_to: AppliesTo | None


def factor_of(*, factor: Decimal | None, percent: Decimal | None) -> Decimal:
    """Return the factor, of which a percentage is another way to speak; exactly one is given."""
    match factor, percent:
        case Decimal(), None:
            return factor
        case None, Decimal():
            return 1 + percent / 100
        case _:
            raise ImpossibleSurcharge("Give either factor or percent.", field="factor")


def pieces_of(work: Work, rules: Sequence[SurchargeRule], time_zone: str) -> tuple[Piece, ...]:
    """
    Return *work* cut where a rule begins or ends, each piece with the highest factor alone.

    The minutes of the pieces add up to those of the work. Work of which only the day is known
    meets only rules for whole days. Of equal factors the rule named first wins.
    """
    if work.started_at is None or work.ended_at is None:
        whole_day = [
            rule for rule in rules if rule.starts is None and _counts(rule, work.work_date)
        ]
        return (_piece(work.minutes, whole_day),)

    start, end = work.started_at, work.ended_at
    windows = [
        (since, until, rule)
        for rule in rules
        for since, until in _windows(rule, start, end, time_zone)
    ]
    edges = {edge for since, until, _ in windows for edge in (since, until) if start < edge < end}
    cuts = [start, *sorted(edges), end]
    found = [
        _piece(minutes, [rule for since, until, rule in windows if since <= at < until])
        for (at, _), minutes in zip(pairwise(cuts), shares(work, cuts), strict=True)
        if minutes
    ]
    return tuple(_merged(found))


def _counts(rule: SurchargeRule, day: date) -> bool:
    if rule.valid_from and day < rule.valid_from:
        return False
    if rule.valid_until and day > rule.valid_until:
        return False
    if day.isoweekday() in rule.weekdays:
        return True
    return rule.calendar is not None and bool(holiday_on(day, rule.calendar))


def _windows(
    rule: SurchargeRule, start: datetime, end: datetime, time_zone: str
) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the rule applies around the work; the night before reaches into its day."""
    zone = zone_of(time_zone)
    day, last = start.astimezone(zone).date() - DAY, end.astimezone(zone).date()
    while day <= last:
        if _counts(rule, day):
            opens, closes = rule.starts or MIDNIGHT, rule.ends or MIDNIGHT
            closing_day = day + DAY if closes <= opens else day
            yield (
                first_instant(datetime.combine(day, opens), zone),
                first_instant(datetime.combine(closing_day, closes), zone),
            )
        day += DAY


def _piece(minutes: int, rules: Sequence[SurchargeRule]) -> Piece:
    if not rules:
        return Piece(minutes=minutes, factor=Decimal(1), rule=None, applies_to=None)
    dearest = max(rules, key=lambda rule: rule.factor)
    return Piece(
        minutes=minutes, factor=dearest.factor, rule=dearest.name, applies_to=dearest.applies_to
    )


def _merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield *pieces*, neighbours that count alike as one."""
    open_piece: Piece | None = None
    for piece in pieces:
        if open_piece and (open_piece.rule, open_piece.factor) == (piece.rule, piece.factor):
            minutes = open_piece.minutes + piece.minutes
            open_piece = Piece(
                minutes=minutes,
                factor=piece.factor,
                rule=piece.rule,
                applies_to=piece.applies_to,
            )
            continue
        if open_piece:
            yield open_piece
        open_piece = piece
    if open_piece:
        yield open_piece
