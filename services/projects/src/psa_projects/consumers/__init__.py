"""Whom projects listen to."""

from psa_events import tenants
from psa_projects.consumers import auth, crm, tickets

SUBSCRIPTIONS = (
    tenants.SUBSCRIPTION,
    *auth.SUBSCRIPTIONS,
    *crm.SUBSCRIPTIONS,
    *tickets.SUBSCRIPTIONS,
)
