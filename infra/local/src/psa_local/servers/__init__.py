"""Private PostgreSQL, Redis, RabbitMQ, PgBouncer and HAProxy, on ports and folders of one's own."""

from psa_local.servers.running import (
    TestServers,
    ensure_pgbouncer,
    ensure_postgres,
    ensure_rabbitmq,
    ensure_redis,
    scratch_folder,
    servers_in,
    test_servers,
)

__all__ = [
    "TestServers",
    "ensure_pgbouncer",
    "ensure_postgres",
    "ensure_rabbitmq",
    "ensure_redis",
    "scratch_folder",
    "servers_in",
    "test_servers",
]
