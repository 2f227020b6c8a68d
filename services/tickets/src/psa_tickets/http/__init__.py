"""Every route of the service desk."""

from psa_tickets.http import (
    attachments,
    calendars,
    categories,
    comments,
    descriptions,
    priority_matrix,
    queues,
    sla_assignments,
    sla_policies,
    ticket_fields,
    ticket_sla,
    ticket_steps,
    tickets,
    time,
    workflow,
)

ROUTES = (
    tickets.ROUTER,
    ticket_steps.ROUTER,
    comments.ROUTER,
    attachments.ROUTER,
    descriptions.ROUTER,
    ticket_sla.ROUTER,
    sla_policies.ROUTER,
    sla_assignments.ROUTER,
    calendars.ROUTER,
    workflow.ROUTER,
    priority_matrix.ROUTER,
    ticket_fields.ROUTER,
    queues.ROUTER,
    categories.ROUTER,
    *time.ROUTES,
)
