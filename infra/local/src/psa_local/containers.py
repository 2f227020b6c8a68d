"""Backing services as containers, the last choice, for machines that have only Docker."""

import os
import secrets
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from psa_local.servers import postgres, rabbitmq

Address = AbstractContextManager[str]


class NoContainers(Exception):
    """Containers cannot be had here; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One image, what it needs, and what its address looks like."""

    name: str
    port: int
    log_line_when_ready: str
    environment: Callable[[str], Mapping[str, str]]
    address: Callable[[str, int, str], str]


POSTGRES = Image(
    name="postgres:15",
    port=5432,
    # It appears twice: first from the temporary server that sets the password up.
    log_line_when_ready=r"(?s)ready to accept connections.*ready to accept connections",
    environment=lambda password: {"POSTGRES_PASSWORD": password},
    address=lambda host, port, password: (
        f"postgresql://{postgres.SUPERUSER}:{password}@{host}:{port}/postgres"
    ),
)
REDIS = Image(
    name="redis:7",
    port=6379,
    log_line_when_ready="Ready to accept connections",
    environment=lambda _password: {},
    address=lambda host, port, _password: f"redis://{host}:{port}/0",
)
RABBITMQ = Image(
    name="rabbitmq:4",
    port=5672,
    log_line_when_ready="Server startup complete",
    environment=lambda password: {
        "RABBITMQ_DEFAULT_USER": "psa_test",
        "RABBITMQ_DEFAULT_PASS": password,
        "RABBITMQ_DEFAULT_VHOST": rabbitmq.VIRTUAL_HOST,
    },
    address=lambda host, port, password: (
        f"amqp://psa_test:{password}@{host}:{port}/{rabbitmq.VIRTUAL_HOST}"
    ),
)


@contextmanager
def _container(image: Image) -> Generator[str]:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.waiting_utils import wait_for_logs

    password = secrets.token_hex(16)
    container = DockerContainer(image.name).with_exposed_ports(image.port)
    for name, value in image.environment(password).items():
        container = container.with_env(name, value)
    with container:
        wait_for_logs(container, image.log_line_when_ready, timeout=120)
        port = int(container.get_exposed_port(image.port))
        yield image.address(container.get_container_host_ip(), port, password)


def running(image: Image) -> Address:
    """Return a context manager that runs *image*; raises NoContainers where that cannot be."""
    if not (os.environ.get("DOCKER_HOST") or Path("/var/run/docker.sock").exists()):
        raise NoContainers("there is no Docker here")
    try:
        from docker.errors import DockerException
        from testcontainers.core.docker_client import DockerClient
    except ImportError as error:
        raise NoContainers("psa-local[containers] is not installed") from error
    try:
        DockerClient()
    except DockerException as error:
        raise NoContainers("Docker does not answer") from error
    return _container(image)
