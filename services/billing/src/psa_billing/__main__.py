"""Start a process of the service: `python -m psa_billing app|worker|migrate`."""

from psa_events import command

command.main("billing")
