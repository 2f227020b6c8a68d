"""Every route of the service desk."""

from psa_tickets.http import calendars, comments, sla_policies, tickets, time_entries
from psa_tickets.http.relations import (
    bulk,
    families,
    history,
    linking,
    merging,
    saved_views,
    splitting,
    watching,
)

ROUTES = (
    tickets.ROUTER,
    comments.ROUTER,
    time_entries.ROUTER,
    sla_policies.ROUTER,
    calendars.ROUTER,
    merging.ROUTER,
    saved_views.ROUTER,
    history.ROUTER,
    splitting.ROUTER,
    families.ROUTER,
    linking.ROUTER,
    watching.ROUTER,
    bulk.ROUTER,
)
