"""Whom billing listens to."""

from psa_billing.consumers import assets, crm, tickets
from psa_events import tenants

SUBSCRIPTIONS = (
    tenants.SUBSCRIPTION,
    *crm.SUBSCRIPTIONS,
    *assets.SUBSCRIPTIONS,
    *tickets.SUBSCRIPTIONS,
)
