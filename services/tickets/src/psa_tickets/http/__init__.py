"""Every route of the service desk."""

from psa_tickets.http import (
    attachments,
    calendars,
    comments,
    sla_assignments,
    sla_policies,
    ticket_sla,
    tickets,
    time_entries,
    workflow,
)

ROUTES = (
    tickets.ROUTER,
    comments.ROUTER,
    attachments.ROUTER,
    time_entries.ROUTER,
    ticket_sla.ROUTER,
    sla_policies.ROUTER,
    sla_assignments.ROUTER,
    calendars.ROUTER,
    workflow.ROUTER,
)
