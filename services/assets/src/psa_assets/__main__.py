"""Start a process of the service: `python -m psa_assets app|worker|migrate`."""

from psa_assets import app, worker
from psa_common import command

command.main("assets", app=app.main, worker=worker.main)
