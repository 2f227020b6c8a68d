"""/audit-log: who did what in this service, and whether the record was tampered with."""

from typing import Any

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency

from psa_auth.http import views
from psa_auth.http.views import AuditAttributes
from psa_auth.queries import audit_log
from psa_auth.queries.audit_log import Counts
from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import Page
from psa_common.guards import requires
from psa_common.listing import fetch_page


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a walk along the chain has found.

    `broken_at` is the position of the first record that was altered, removed or moved.
    Records that the worker has not sealed yet are counted, but not covered.
    """

    intact: bool
    broken_at: int | None
    sealed: int
    unsealed: int


@get("/", guards=[requires("audit:view")], opt={"listing": audit_log.LISTING})
async def list_audit_log(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[AuditAttributes]:
    """List what was done, latest first."""
    return await fetch_page(tx, audit_log.LISTING, request, views.audit_entry)


@get("/verification", guards=[requires("audit:view")])
async def verify_audit_log(tx: NamedDependency[Tx]) -> Verification:
    """Walk along the whole chain and say where it breaks."""
    broken_at = await audit.verify(tx)
    counts = await tx.fetch_one(Counts, audit_log.COUNTS_SQL)
    return Verification(
        intact=broken_at is None,
        broken_at=broken_at,
        sealed=counts.sealed,
        unsealed=counts.records - counts.sealed,
    )


ROUTER = Router("/audit-log", route_handlers=[list_audit_log, verify_audit_log])
