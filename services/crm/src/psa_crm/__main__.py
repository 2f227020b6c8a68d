"""Start a process of the service: `python -m psa_crm app|worker|migrate`."""

from psa_events import command

command.main("crm")
