"""
Start a process of the service, or do an operator's errand.

`python -m psa_auth app|worker|migrate|bootstrap|rotate-key`; all but `migrate` use
PSA_DATABASE_DSN. Both errands can be repeated.
"""

import sys
from datetime import UTC, datetime

from psa_common.errors import DomainError
from psa_common.settings import read_settings
from psa_events import command


async def bootstrap() -> None:
    """Make the signing keys, the operators' tenant and the demo's where they are missing."""
    from psa_auth.settings import AuthSettings, BootstrapSettings
    from psa_auth.usecases import bootstrap as first
    from psa_common import observability
    from psa_common.db import open_pool

    settings = read_settings(AuthSettings)
    passwords = read_settings(BootstrapSettings)
    observability.configure("auth", "bootstrap", settings)
    try:
        async with open_pool(settings.database_dsn, name="auth-bootstrap", size=1) as pool:
            made = await first.everything(pool, settings, passwords, now=datetime.now(UTC))
    except DomainError as error:
        sys.exit(f"psa_auth bootstrap: {error.message}")
    for name, new in made.items():
        print(f"{name}: {'created' if new else 'there already'}")


async def rotate_key() -> None:
    """Let the next signing key take over."""
    from psa_auth.settings import AuthSettings
    from psa_auth.usecases import keys
    from psa_common import observability
    from psa_common.db import open_pool

    settings = read_settings(AuthSettings)
    observability.configure("auth", "rotate-key", settings)
    try:
        async with open_pool(settings.database_dsn, name="auth-rotate-key", size=1) as pool:
            kid = await keys.rotate(keys.care_of(pool, settings), now=datetime.now(UTC))
    except DomainError as error:
        sys.exit(f"psa_auth rotate-key: {error.message}")
    print(f"{kid} signs from now on")


command.main("auth", bootstrap=bootstrap, **{"rotate-key": rotate_key})
