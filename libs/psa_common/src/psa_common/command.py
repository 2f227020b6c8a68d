"""The command line of every service: `python -m psa_<service> app|worker|migrate|openapi`."""

import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from psa_common import serve
from psa_common.migrate import MigrationError, components_of, migrate
from psa_common.settings import SettingsError

Main = Callable[[], Coroutine[Any, Any, None]]

OWNER_DSN = "PSA_DATABASE_OWNER_DSN"


def main(service: str, **commands: Main) -> None:
    """Run the command that the first argument names; explain the choices otherwise."""
    names = ["migrate", *commands]
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        if chosen == "migrate":
            _migrate(service)
        elif chosen in commands:
            serve.run(commands[chosen])
        else:
            sys.exit(f"usage: python -m psa_{service} {'|'.join(names)}")
    except (SettingsError, MigrationError) as error:
        sys.exit(f"psa_{service} {chosen}: {error}")


def _migrate(service: str) -> None:
    dsn = os.environ.get(OWNER_DSN)
    if not dsn:
        raise SettingsError(f"{OWNER_DSN} is not set; migrations run as {service}_owner")
    count = migrate(dsn, service, components_of(service))
    sys.stdout.write(f"{service}: {count} migrations applied\n")
