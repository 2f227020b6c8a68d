"""Every route of time worked, travel and materials."""

from psa_tickets.http.time import (
    approvals,
    entries,
    ledger,
    materials,
    rules,
    surcharge_rules,
    timers,
    travel,
    work_types,
)

ROUTES = (
    entries.ROUTER,
    approvals.ROUTER,
    ledger.ROUTER,
    timers.ROUTER,
    travel.ROUTER,
    materials.ROUTER,
    rules.ROUTER,
    work_types.ROUTER,
    surcharge_rules.ROUTER,
)
