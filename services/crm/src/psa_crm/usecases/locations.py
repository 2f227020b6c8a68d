"""Enter a location, change one: load, decide, save, announce."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_crm.domain import location as rules
from psa_crm.events import LocationCreated, LocationUpdated
from psa_crm.queries import customers, locations
from psa_crm.queries.locations import StoredLocation
from psa_crm.usecases.refusals import UnknownCustomer
from psa_events import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLocation:
    """What is known of a site; unless said otherwise a customer's first one is the default."""

    customer_id: UUID
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    federal_state: str | None
    is_default: bool | None


async def create(
    tx: Tx, principal: Principal, new: NewLocation, *, now: datetime
) -> StoredLocation:
    """Enter a location of a customer."""
    if not await customers.claim(tx, new.customer_id, principal, "location:create"):
        raise UnknownCustomer(new.customer_id)
    is_default = new.is_default
    if is_default is None:
        is_default = not await locations.has_any(tx, new.customer_id)
    location = StoredLocation(
        id=uuid7(),
        customer_id=new.customer_id,
        name=new.name,
        street=new.street,
        postal_code=new.postal_code,
        city=new.city,
        country=new.country,
        federal_state=new.federal_state,
        is_default=is_default,
        created_at=now,
        updated_at=now,
        version=1,
    )
    rules.check(location)

    if location.is_default:
        locations.let_others_step_back(tx, location, now=now)
    locations.insert(tx, location)
    outbox.publish(tx, LocationCreated(**_announced(location)))
    audit.record(tx, "location.created", "location", location.id, after=_state(location))
    return location


async def edit(
    tx: Tx,
    principal: Principal,
    location_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> StoredLocation:
    """Change a location's fields; a new default takes the mark from the old one."""
    before = await locations.get_for_update(tx, location_id, principal)
    check_version(before.version, expected_version)
    after = replace(before, **changes)
    if after == before:
        return before
    rules.check(after)

    after = replace(after, updated_at=now, version=before.version + 1)
    if after.is_default and not before.is_default:
        locations.let_others_step_back(tx, after, now=now)
    locations.save(tx, after)
    outbox.publish(tx, LocationUpdated(**_announced(after)))
    audit.record(
        tx, "location.changed", "location", after.id, before=_state(before), after=_state(after)
    )
    return after


def _announced(location: StoredLocation) -> dict[str, Any]:
    """Return what the events carry of a location."""
    return {
        "location_id": location.id,
        "customer_id": location.customer_id,
        "name": location.name,
        "street": location.street,
        "postal_code": location.postal_code,
        "city": location.city,
        "country": location.country,
        "federal_state": location.federal_state,
        "is_default": location.is_default,
    }


def _state(location: StoredLocation) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(location)
    return plain
