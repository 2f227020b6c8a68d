"""Start a process of the service: `python -m psa_tickets app|worker|migrate`."""

from psa_common import command

command.main("tickets")
