"""Start a process of the service: `python -m psa_tickets app|worker|migrate`."""

from psa_common import command
from psa_tickets import app, worker

command.main("tickets", app=app.main, worker=worker.main)
