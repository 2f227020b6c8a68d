"""Start a process of the service: `python -m psa_gateway app|worker|migrate`."""

from psa_events import command

command.main("gateway")
