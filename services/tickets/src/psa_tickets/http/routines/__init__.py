"""Routes of what people do again and again: templates, answers, macros, checklists, recurrence."""

from psa_tickets.http.routines import (
    answers,
    checklist_templates,
    checklists,
    macros,
    recurring,
    templates,
)

ROUTES = (
    templates.ROUTER,
    templates.TICKET_ROUTER,
    answers.ROUTER,
    answers.TICKET_ROUTER,
    macros.ROUTER,
    macros.TICKET_ROUTER,
    checklist_templates.ROUTER,
    checklists.ROUTER,
    recurring.ROUTER,
)
