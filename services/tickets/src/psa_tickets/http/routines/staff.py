"""Who uses routines: people who work on tickets, which customers' people never do."""

from psa_common.guards import requires

#: No role of a customer's portal may change a ticket's fields.
STAFF = (requires("ticket:update"),)
