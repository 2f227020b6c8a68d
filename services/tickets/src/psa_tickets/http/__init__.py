"""Every route of the service desk."""

from psa_tickets.http import calendars, comments, sla_policies, tickets, time

ROUTES = (
    tickets.ROUTER,
    comments.ROUTER,
    sla_policies.ROUTER,
    calendars.ROUTER,
    *time.ROUTES,
)
