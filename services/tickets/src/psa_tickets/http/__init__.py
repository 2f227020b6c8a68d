"""Every route of the service desk."""

from psa_tickets.http import (
    calendars,
    comments,
    sla_assignments,
    sla_policies,
    ticket_sla,
    tickets,
    time_entries,
)

ROUTES = (
    tickets.ROUTER,
    comments.ROUTER,
    time_entries.ROUTER,
    ticket_sla.ROUTER,
    sla_policies.ROUTER,
    sla_assignments.ROUTER,
    calendars.ROUTER,
)
