"""The background process: outbox relay, key rotation, audit seals, tidying up."""

from functools import partial
from importlib.metadata import version

from psa_auth.settings import AuthSettings
from psa_auth.usecases import keys, tidying
from psa_common import audit, observability, serve
from psa_common.db import open_pool
from psa_common.settings import read_settings
from psa_common.tenants import for_every_tenant
from psa_events import housekeeping, relay

ROTATION_SECONDS = 60.0
TIDY_SECONDS = 600.0


async def main() -> None:
    """Work until told to stop."""
    settings = read_settings(AuthSettings)
    observability.configure("auth", "worker", settings)

    async with open_pool(settings.database_dsn, name="auth-worker", size=4) as pool:
        rotate = partial(keys.rotate_if_due, keys.care_of(pool, settings))
        await serve.together(
            serve.worker_health(
                "auth", version("psa-auth"), settings, pool, publishing=relay.LINK.check
            ),
            housekeeping.run(pool),
            relay.run("auth", pool, settings.database_dsn, settings.amqp_url),
            serve.every(ROTATION_SECONDS, "keys", rotate),
            serve.every(TIDY_SECONDS, "tidy", tidying.everywhere(pool)),
            serve.every(2.0, "audit", for_every_tenant(pool, "audit", audit.seal)),
        )
