"""Every route of the service desk."""

from psa_tickets.http import (
    attachments,
    calendars,
    comments,
    sla_policies,
    tickets,
    time_entries,
    workflow,
)

ROUTES = (
    tickets.ROUTER,
    comments.ROUTER,
    attachments.ROUTER,
    time_entries.ROUTER,
    sla_policies.ROUTER,
    calendars.ROUTER,
    workflow.ROUTER,
)
