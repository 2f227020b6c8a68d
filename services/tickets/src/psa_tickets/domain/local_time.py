"""What a clock on the wall means: local readings as instants, on days of a clock change too."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psa_common.errors import Invalid

DAY = timedelta(days=1)
MIDNIGHT = time(0)


class UnknownTimeZone(Invalid):
    """The time zone is not one of the IANA names."""

    code = "unknown_time_zone"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"No time zone {name!r}; use an IANA name such as Europe/Berlin.", field="time_zone"
        )
        self.name = name


class NaiveInstant(Invalid):
    """An instant without a zone could be any of two dozen."""

    code = "naive_instant"

    def __init__(self, instant: datetime) -> None:
        super().__init__(f"{instant.isoformat()} has no time zone; add an offset such as Z.")
        self.instant = instant


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone called *name*."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownTimeZone(name) from error


def as_utc(instant: datetime) -> datetime:
    """Return *instant* in UTC; raises NaiveInstant if it has no zone."""
    if instant.tzinfo is None:
        raise NaiveInstant(instant)
    return instant.astimezone(UTC)


def first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """
    Return when a clock in *zone* first shows *local* or, jumping over it, more.

    The first of two, the end of a gap: so windows that touch in local time touch in UTC,
    neither overlapping nor leaving a hole.
    """
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:
        return early
    return _change_between(late, early, zone)


def midnights_between(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants at which a local day begins, after *start* and before *end*."""
    day = start.astimezone(zone).date() + DAY
    while (midnight := first_instant(datetime.combine(day, MIDNIGHT), zone)) < end:
        if midnight > start:
            yield midnight
        day += DAY


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the second of the clock change that lies in (before, after]."""
    old = before.astimezone(zone).utcoffset()
    seconds = range(int((after - before).total_seconds()) + 1)
    passed = bisect_left(
        seconds,
        True,
        key=lambda second: (before + timedelta(seconds=second)).astimezone(zone).utcoffset() != old,
    )
    return before + timedelta(seconds=passed)
