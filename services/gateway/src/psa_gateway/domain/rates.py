"""How many requests who may send: rates, tiers, and how a setting spells them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

SPELLING = re.compile(r"(?P<requests>[1-9][0-9]{0,8})/(?P<seconds>[1-9][0-9]{0,5})")


class BadRate(ValueError):
    """A setting does not spell a rate; the message shows how one looks."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds, all of them at once if need be."""

    requests: int
    seconds: int

    @property
    def interval_micros(self) -> int:
        """The time after which one more request is allowed."""
        return max(1, self.seconds * 1_000_000 // self.requests)


@dataclass(frozen=True, slots=True)
class Tier:
    """What a tenant has bought: a rate for each user, and one for all of them together."""

    name: str
    user: Rate
    tenant: Rate


@dataclass(frozen=True, slots=True)
class Tiers:
    """Every tier, and which tenant is on which."""

    by_name: Mapping[str, Tier]
    by_tenant: Mapping[UUID, str]
    default: str

    def of(self, tenant_id: UUID) -> Tier:
        """Return the tier of a tenant."""
        return self.by_name[self.by_tenant.get(tenant_id, self.default)]


def rate(text: str) -> Rate:
    """Read "1000/3600": a thousand requests an hour; raises BadRate."""
    match = SPELLING.fullmatch(text.strip())
    if match is None:
        raise BadRate(f"{text!r} is no rate; write requests/seconds, such as 1000/3600")
    return Rate(int(match["requests"]), int(match["seconds"]))


def tiers(table: str, tenants: str, default: str) -> Tiers:
    """
    Read the tiers from their settings; raises BadRate.

    *table* is "name=user rate:tenant rate,…", *tenants* is "tenant id=tier name,…".
    """
    by_name: dict[str, Tier] = {}
    for name, rates in _pairs(table):
        user, colon, tenant = rates.partition(":")
        if not colon:
            raise BadRate(f"tier {name} needs two rates, user:tenant")
        by_name[name] = Tier(name, rate(user), rate(tenant))

    by_tenant = {UUID(tenant): name for tenant, name in _pairs(tenants)}
    unknown = {default, *by_tenant.values()} - by_name.keys()
    if unknown:
        raise BadRate(f"there is no tier {', '.join(sorted(unknown))}")
    return Tiers(by_name, by_tenant, default)


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = item.partition("=")
        if not equals:
            raise BadRate(f"{item!r} is not of the form name=value")
        pairs.append((name.strip(), value.strip()))
    return pairs
