"""Every route of the service desk."""

from psa_tickets.http import articles, calendars, comments, sla_policies, tickets, time_entries

ROUTES = (
    tickets.ROUTER,
    comments.ROUTER,
    time_entries.ROUTER,
    sla_policies.ROUTER,
    calendars.ROUTER,
    articles.ROUTER,
    articles.ON_TICKETS,
)
