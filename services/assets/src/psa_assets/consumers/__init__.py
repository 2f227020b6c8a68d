"""Whom the asset register listens to."""

from psa_assets.consumers import crm
from psa_events import tenants

SUBSCRIPTIONS = (tenants.SUBSCRIPTION, *crm.SUBSCRIPTIONS)
