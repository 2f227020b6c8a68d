"""
How guessing passwords is slowed down, without locking anybody out.

Every try counts before the password is looked at, so that parallel tries count too; a good
one is taken back. Who has signed in from a network before is only held up by tries against
their own account from that same network: a stranger elsewhere cannot shut them out. Every
delay ends, and tries during a delay neither count nor prolong it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network

FORGOTTEN_AFTER = timedelta(minutes=15)
FIRST_DELAY = timedelta(seconds=1)
UNKNOWN_NETWORK = "unknown"


class Kind(StrEnum):
    """What tries are counted by."""

    PAIR = "pair"  # one account from one network
    NETWORK = "network"  # all accounts of a tenant from one network
    ACCOUNT = "account"  # one account from everywhere


@dataclass(frozen=True, slots=True)
class Rule:
    """How many tries are free, and how long the doubling delay can grow."""

    free: int
    longest: timedelta


RULES: Mapping[Kind, Rule] = {
    Kind.PAIR: Rule(5, timedelta(minutes=5)),
    Kind.NETWORK: Rule(50, timedelta(minutes=5)),
    Kind.ACCOUNT: Rule(20, timedelta(minutes=1)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """The tries that stand against one subject."""

    subject: str
    failures: int
    failed_at: datetime
    blocked_until: datetime | None = None

    @property
    def kind(self) -> Kind:
        """What is counted."""
        return Kind(self.subject.partition(":")[0])


def network_of(ip: str | None) -> str:
    """Return the network that an address is taken for: /24 of IPv4, /64 of IPv6."""
    if ip is None:
        return UNKNOWN_NETWORK
    try:
        address = ip_address(ip)
    except ValueError:
        return UNKNOWN_NETWORK
    if address.version == 6 and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    prefix = 24 if address.version == 4 else 64
    return str(ip_network(f"{address}/{prefix}", strict=False))


def subjects_of(slug: str, email: str, network: str, *, known: bool) -> list[str]:
    """Return what a try counts against; names are hashed, for people type passwords there."""
    account = f"{slug}\n{email}"
    pair = _subject(Kind.PAIR, f"{account}\n{network}")
    if known:
        return [pair]
    return [pair, _subject(Kind.NETWORK, network), _subject(Kind.ACCOUNT, account)]


def _subject(kind: Kind, text: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def wait_of(counters: Sequence[Counter], *, now: datetime) -> timedelta | None:
    """Return how long the next try has to wait, or None when it may be made now."""
    ends = [one.blocked_until for one in counters if one.blocked_until and one.blocked_until > now]
    return max(ends) - now if ends else None


def counted(counter: Counter, *, now: datetime) -> Counter:
    """Return the counter after one more try at *now*."""
    rule = RULES[counter.kind]
    quiet = now - counter.failed_at > FORGOTTEN_AFTER
    failures = 1 if quiet else counter.failures + 1
    over = failures - rule.free
    blocked_until = None
    if over >= 0:
        blocked_until = now + min(rule.longest, FIRST_DELAY * 2 ** min(over, 20))
    return Counter(
        subject=counter.subject, failures=failures, failed_at=now, blocked_until=blocked_until
    )
