"""How tries are counted, and how long the next one waits."""

from datetime import UTC, datetime, timedelta

import pytest

from psa_auth.domain.throttle import (
    RULES,
    Counter,
    Kind,
    counted,
    network_of,
    subjects_of,
    wait_of,
)

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)


def a_counter(kind: Kind = Kind.PAIR, failures: int = 0, **fields: datetime) -> Counter:
    """Return a counter that was last added to at noon."""
    return Counter(subject=f"{kind}:x", failures=failures, **{"failed_at": NOON, **fields})


@pytest.mark.parametrize(
    ("failures", "seconds"), [(3, None), (4, 1), (5, 2), (6, 4), (7, 8), (12, 256), (13, 300)]
)
def test_the_delay_doubles_up_to_its_bound(failures: int, seconds: int | None) -> None:
    after = counted(a_counter(failures=failures), now=NOON)

    expected = None if seconds is None else NOON + timedelta(seconds=seconds)
    assert after.blocked_until == expected
    assert after.failures == failures + 1


@pytest.mark.parametrize("kind", list(Kind))
def test_no_delay_is_for_ever(kind: Kind) -> None:
    after = counted(a_counter(kind, failures=1_000_000), now=NOON)

    assert after.blocked_until == NOON + RULES[kind].longest
    assert RULES[kind].longest <= timedelta(minutes=5)


def test_after_a_quiet_quarter_of_an_hour_everything_is_forgotten() -> None:
    after = counted(a_counter(failures=12), now=NOON + timedelta(minutes=15, seconds=1))

    assert (after.failures, after.blocked_until) == (1, None)


def test_the_longest_wait_counts() -> None:
    counters = [
        a_counter(blocked_until=NOON + timedelta(seconds=seconds)) for seconds in (3, 9, -5)
    ]

    assert wait_of(counters, now=NOON) == timedelta(seconds=9)
    assert wait_of(counters, now=NOON + timedelta(seconds=9)) is None


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.17", "192.0.2.0/24"),
        ("::ffff:192.0.2.17", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_neighbours_count_as_one(ip: str | None, network: str) -> None:
    assert network_of(ip) == network


def test_a_known_network_counts_only_against_the_account_from_there() -> None:
    known = subjects_of("acme", "a@acme.example", "192.0.2.0/24", known=True)
    unknown = subjects_of("acme", "a@acme.example", "192.0.2.0/24", known=False)

    assert [one.partition(":")[0] for one in known] == ["pair"]
    assert [one.partition(":")[0] for one in unknown] == ["pair", "network", "account"]
    assert "acme" not in str(unknown)
