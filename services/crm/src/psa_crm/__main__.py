"""Start a process of the service: `python -m psa_crm app|worker|migrate`."""

from psa_common import command
from psa_crm import app, worker

command.main("crm", app=app.main, worker=worker.main)
