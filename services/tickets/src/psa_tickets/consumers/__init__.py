"""Whom the service desk listens to."""

from psa_events import tenants
from psa_tickets.consumers import assets, auth, billing, crm, notices, projects

SUBSCRIPTIONS = (
    tenants.SUBSCRIPTION,
    *auth.SUBSCRIPTIONS,
    *crm.SUBSCRIPTIONS,
    *assets.SUBSCRIPTIONS,
    *projects.SUBSCRIPTIONS,
    *billing.SUBSCRIPTIONS,
    *notices.SUBSCRIPTIONS,
)
