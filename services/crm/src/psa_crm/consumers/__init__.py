"""Whom the CRM listens to."""

from psa_events import tenants

SUBSCRIPTIONS = (tenants.SUBSCRIPTION,)
