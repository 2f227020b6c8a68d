"""The command line of every service: `python -m psa_<service> app|worker|migrate`."""

import os
import sys
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any

from psa_common.migrate import MigrationError, components_of, migrate
from psa_common.settings import SettingsError

Main = Callable[[], Coroutine[Any, Any, None]]

OWNER_DSN = "PSA_DATABASE_OWNER_DSN"
PROCESSES = ("app", "worker")


def main(service: str, **errands: Main) -> None:
    """
    Run the process or errand that the first argument names; explain the choices otherwise.

    A process imports only what it runs: `app` never loads the broker's client.
    """
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        if chosen == "migrate":
            _migrate(service)
        elif chosen in PROCESSES:
            _run(import_module(f"psa_{service}.{chosen}").main)
        elif chosen in errands:
            _run(errands[chosen])
        else:
            choices = "|".join((*PROCESSES, "migrate", *errands))
            sys.exit(f"usage: python -m psa_{service} {choices}")
    except (SettingsError, MigrationError) as error:
        sys.exit(f"psa_{service} {chosen}: {error}")


def _run(entry: Main) -> None:
    from psa_common import serve

    serve.run(entry)


def _migrate(service: str) -> None:
    dsn = os.environ.get(OWNER_DSN)
    if not dsn:
        raise SettingsError(f"{OWNER_DSN} is not set; migrations run as {service}_owner")
    count = migrate(dsn, service, components_of(service))
    sys.stdout.write(f"{service}: {count} migrations applied\n")
