"""The audit records of this service, for those who may read them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common.listing import Filter, Listing, Sort

SELECT_SQL = """
    SELECT a.id, a.occurred_at, a.action, a.resource_type, a.resource_id, a.actor_kind,
           a.actor_id, a.actor_name, a.ip, a.request_id, a.before, a.after, s.position
      FROM audit_records AS a
      LEFT JOIN audit_seals AS s ON s.tenant_id = a.tenant_id AND s.record_id = a.id
"""

COUNTS_SQL = """
    SELECT (SELECT count(*) FROM audit_records) AS records,
           (SELECT count(*) FROM audit_seals) AS sealed
"""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change; `position` is its place in the sealed chain."""

    id: UUID
    occurred_at: datetime
    action: str
    resource_type: str
    resource_id: UUID
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    ip: str | None
    request_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    position: int | None


class Counts(msgspec.Struct, frozen=True):
    """How much there is, and how much of it is sealed."""

    records: int
    sealed: int


LISTING = Listing(
    row=Entry,
    select=SELECT_SQL,
    id_column="a.id",
    filters={
        "action": Filter("a.action = %(action)s"),
        "resource_type": Filter("a.resource_type = %(resource_type)s"),
        "resource_id": Filter("a.resource_id = %(resource_id)s", UUID),
        "actor_id": Filter("a.actor_id = %(actor_id)s", UUID),
        "request_id": Filter("a.request_id = %(request_id)s"),
        "created_after": Filter("a.occurred_at > %(created_after)s", datetime),
        "created_before": Filter("a.occurred_at < %(created_before)s", datetime),
    },
    sorts={"occurred_at": Sort("a.occurred_at", datetime)},
    default_sort="-occurred_at",
)
