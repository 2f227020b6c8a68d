"""What each process of the suite finds in its environment."""

import os
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from psa_local.plan import Plan
from psa_local.ports import LOOPBACK
from psa_local.secret_store import OPERATOR, Secrets
from psa_local.servers import postgres, rabbitmq, redis

# Where an operator runs a server already, these say where it is; none of ours is started then.
POSTGRES_VARIABLE = "PSA_POSTGRES_DSN"
REDIS_VARIABLE = "PSA_REDIS_URL"
AMQP_VARIABLE = "PSA_AMQP_URL"


def superuser_dsn(plan: Plan, secrets: Secrets) -> str:
    """Return the address of the role that may create databases and roles."""
    given = os.environ.get(POSTGRES_VARIABLE)
    return given or postgres.dsn(plan.ports["postgresql"], secrets.postgres)


def redis_url(plan: Plan, secrets: Secrets) -> str:
    """Return the address of Redis."""
    return os.environ.get(REDIS_VARIABLE) or redis.url(plan.ports["redis"], secrets.redis)


def amqp_url(plan: Plan, secrets: Secrets, user: str) -> str:
    """Return the address of RabbitMQ for *user*."""
    given = os.environ.get(AMQP_VARIABLE)
    return given or rabbitmq.url(plan.ports["amqp"], user, secrets.amqp[user])


def of_process(plan: Plan, secrets: Secrets, service: str, process: str) -> dict[str, str]:
    """Return the environment of a service's `app` or `worker`."""
    storage = plan.var / "storage" / service
    storage.mkdir(parents=True, exist_ok=True)
    ports = plan.service(service)
    return {
        **_inherited(),
        **_common(plan, secrets),
        "PSA_DATABASE_DSN": _role_dsn(plan, secrets, service, process),
        "PSA_AMQP_URL": amqp_url(plan, secrets, service),
        "PSA_HTTP_PORT": str(ports.app_port),
        "PSA_WORKER_PORT": str(ports.worker_port),
        "PSA_STORAGE_DIR": str(storage),
    }


def of_migration(plan: Plan, secrets: Secrets, service: str) -> dict[str, str]:
    """Return the environment of a service's `migrate`, the only one that knows the owner."""
    owner = _role_dsn(plan, secrets, service, "owner")
    return {**of_process(plan, secrets, service, "app"), "PSA_DATABASE_OWNER_DSN": owner}


def of_bootstrap(plan: Plan, secrets: Secrets) -> dict[str, str]:
    """Return the environment in which auth creates the first tenants and people."""
    return {
        **of_migration(plan, secrets, "auth"),
        "PSA_BOOTSTRAP_OPERATOR_PASSWORD": secrets.operator_password,
        "PSA_BOOTSTRAP_ADMIN_PASSWORD": secrets.admin_password,
    }


def of_operator(plan: Plan, secrets: Secrets) -> dict[str, str]:
    """Return the environment of a tool that looks after the running suite."""
    return {
        **_inherited(),
        **_common(plan, secrets),
        "PSA_AMQP_URL": amqp_url(plan, secrets, OPERATOR),
        "PSA_POSTGRES_DSN": superuser_dsn(plan, secrets),
        "PSA_BASE_URL": plan.url,
        "PSA_CA_FILE": str(plan.ca_file),
        "PSA_BOOTSTRAP_OPERATOR_PASSWORD": secrets.operator_password,
        "PSA_BOOTSTRAP_ADMIN_PASSWORD": secrets.admin_password,
    }


def _common(plan: Plan, secrets: Secrets) -> dict[str, str]:
    upstreams = {
        f"PSA_UPSTREAM_{service.name.upper()}": f"http://{LOOPBACK}:{service.app_port}"
        for service in plan.services
        if service.name != "gateway"
    }
    auth_port = next((one.app_port for one in plan.services if one.name == "auth"), 0)
    return {
        **upstreams,
        "PSA_ENVIRONMENT": "local",
        "PSA_REDIS_URL": redis_url(plan, secrets),
        "PSA_JWKS_URL": f"http://{LOOPBACK}:{auth_port}/.well-known/jwks.json",
        "PSA_TOKEN_ISSUER": plan.url,
        "PSA_PUBLIC_URL": plan.url,
        "PSA_TOKEN_AUDIENCE": "psa",
        "PSA_HTTP_HOST": LOOPBACK,
        "PSA_FIELD_KEY": secrets.field_key,
    }


def _role_dsn(plan: Plan, secrets: Secrets, service: str, process: str) -> str:
    server = urlsplit(superuser_dsn(plan, secrets))
    password: str = getattr(secrets.database[service], process)
    address = server.netloc.rpartition("@")[2]
    return server._replace(
        netloc=f"{service}_{process}:{quote(password)}@{address}", path=f"/{plan.database}"
    ).geturl()


def _inherited(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the caller's environment without the addresses that only we should know."""
    ours = {POSTGRES_VARIABLE, REDIS_VARIABLE, AMQP_VARIABLE}
    return {
        name: value
        for name, value in environment.items()
        if name not in ours and not name.startswith("PSA_TEST_")
    }
