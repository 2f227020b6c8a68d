"""The life of keys and sessions, step by step."""

from datetime import UTC, datetime, timedelta

import pytest

from psa_auth.domain.session import (
    RACE_LEEWAY,
    Lifetimes,
    UsedToken,
    is_theft,
    refresh_expiry,
)
from psa_auth.domain.signing import (
    PUBLISHED_AHEAD,
    KeyLife,
    KeyState,
    KeyTooYoung,
    is_due,
    rotate,
)
from psa_auth.domain.tenant import SlugReserved, UnknownTimeZone, check_slug, check_time_zone

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
LIFETIME = timedelta(minutes=15)
MONTH = timedelta(days=30)


def a_key(kid: str, state: KeyState, not_before: datetime, *, retired: bool = False) -> KeyLife:
    """Return a key that was retired at its beginning, if at all."""
    return KeyLife(
        kid=kid,
        state=state,
        not_before=not_before,
        retired_at=not_before if retired else None,
    )


CURRENT = a_key("current", KeyState.CURRENT, NOON)
NEXT = a_key("next", KeyState.NEXT, NOON + PUBLISHED_AHEAD)


def test_the_next_key_takes_over_once_everybody_can_know_it() -> None:
    plan = rotate([CURRENT, NEXT], now=NOON + PUBLISHED_AHEAD, token_lifetime=LIFETIME)

    assert (plan.promote, plan.forget) == ("next", ())


def test_the_next_key_never_takes_over_earlier() -> None:
    moment = NOON + PUBLISHED_AHEAD - timedelta(seconds=1)

    with pytest.raises(KeyTooYoung, match="12:10"):
        rotate([CURRENT, NEXT], now=moment, token_lifetime=LIFETIME)


def test_a_key_is_forgotten_after_its_last_token_has_expired() -> None:
    old = a_key("old", KeyState.PREVIOUS, NOON, retired=True)
    keys = [old, CURRENT, NEXT]
    gone = NOON + LIFETIME + PUBLISHED_AHEAD

    before = rotate(keys, now=gone, token_lifetime=LIFETIME)
    after = rotate(keys, now=gone + timedelta(seconds=1), token_lifetime=LIFETIME)

    assert (before.forget, after.forget) == ((), ("old",))


@pytest.mark.parametrize(
    ("keys", "age", "due"),
    [
        ([CURRENT, NEXT], MONTH - timedelta(seconds=1), False),
        ([CURRENT, NEXT], MONTH, True),
        ([CURRENT], timedelta(0), True),
        ([CURRENT, a_key("n", KeyState.NEXT, NOON + 2 * MONTH)], MONTH, False),
    ],
)
def test_a_key_signs_for_a_month(keys: list[KeyLife], age: timedelta, due: bool) -> None:
    assert is_due(keys, now=NOON + age, every=MONTH) is due


@pytest.mark.parametrize(
    ("used_at", "child_used", "theft"),
    [
        (None, False, False),
        (NOON, False, False),
        (NOON - RACE_LEEWAY, False, False),
        (NOON - RACE_LEEWAY - timedelta(milliseconds=1), False, True),
        (NOON, True, True),
    ],
)
def test_a_second_use_is_theft_unless_it_races(
    used_at: datetime | None, child_used: bool, theft: bool
) -> None:
    assert is_theft(UsedToken(used_at=used_at, child_used=child_used), now=NOON) is theft


def test_a_refresh_token_never_outlives_its_session() -> None:
    lifetimes = Lifetimes(access=LIFETIME, refresh=timedelta(days=7), session=MONTH)
    near, far = NOON + timedelta(days=1), NOON + timedelta(days=20)

    assert refresh_expiry(lifetimes, now=NOON, session_ends=near) == near
    assert refresh_expiry(lifetimes, now=NOON, session_ends=far) == NOON + timedelta(days=7)


@pytest.mark.parametrize("slug", ["www", "platform", "xn--mller-kva", "psa-internal"])
def test_reserved_names_are_refused(slug: str) -> None:
    with pytest.raises(SlugReserved):
        check_slug(slug)


def test_other_names_are_not() -> None:
    check_slug("rheinsysteme")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "europe/berlin "])
def test_a_clock_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(UnknownTimeZone):
        check_time_zone(name)


def test_our_clock_exists() -> None:
    check_time_zone("Europe/Berlin")
