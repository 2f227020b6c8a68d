"""The background process: follows revocations and rotations."""

from importlib.metadata import version

from psa_common import observability, serve
from psa_common.db import open_pool
from psa_common.settings import read_settings
from psa_events import consumer
from psa_gateway.consumers.auth import Doorkeeper
from psa_gateway.queries.redis_line import RedisLine
from psa_gateway.settings import WorkerSettings

REDIS_SECONDS = 2.0


async def main() -> None:
    """Work until told to stop."""
    settings = read_settings(WorkerSettings)
    observability.configure("gateway", "worker", settings)
    line = RedisLine(settings.redis_url, timeout_seconds=REDIS_SECONDS)
    doorkeeper = Doorkeeper(line, settings.token_lifetime_seconds)

    async with open_pool(
        settings.database_dsn, name="gateway-worker", size=settings.database_pool_size
    ) as pool:
        await serve.together(
            serve.worker_health(
                "gateway", version("psa-gateway"), settings, pool, consuming=consumer.LINK.check
            ),
            consumer.run("gateway", pool, settings.amqp_url, doorkeeper.subscriptions()),
        )
