"""Start a process of the service, or build the search indices anew (`reindex`)."""

from psa_events import command
from psa_tickets.usecases import reindexing

command.main("tickets", reindex=reindexing.main)
