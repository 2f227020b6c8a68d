"""Start a process of the service: `python -m psa_projects app|worker|migrate`."""

from psa_events import command

command.main("projects")
