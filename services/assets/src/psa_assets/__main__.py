"""Start a process of the service: `python -m psa_assets app|worker|migrate`."""

from psa_events import command

command.main("assets")
