"""Every route of the service desk."""

from psa_tickets.http import (
    attachments,
    calendars,
    comments,
    descriptions,
    sla_policies,
    tickets,
    time_entries,
)

ROUTES = (
    tickets.ROUTER,
    comments.ROUTER,
    attachments.ROUTER,
    descriptions.ROUTER,
    time_entries.ROUTER,
    sla_policies.ROUTER,
    calendars.ROUTER,
)
