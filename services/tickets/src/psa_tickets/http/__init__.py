"""Every route of the service desk."""

from psa_tickets.http import (
    assignment,
    calendars,
    comments,
    routines,
    sla_policies,
    tickets,
    time_entries,
)

ROUTES = (
    tickets.ROUTER,
    comments.ROUTER,
    time_entries.ROUTER,
    sla_policies.ROUTER,
    calendars.ROUTER,
    *assignment.ROUTES,
    *routines.ROUTES,
)
