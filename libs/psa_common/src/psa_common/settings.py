"""Settings come from the environment, are read once, and complain all at once."""

import os
from collections.abc import Mapping
from typing import TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


class SettingsError(Exception):
    """One or more settings are missing or wrong; the message lists every one."""


def read_settings(type_: type[S], environ: Mapping[str, str] | None = None) -> S:
    """
    Build the frozen settings Struct *type_* from `PSA_<FIELD>` variables.

    Raises SettingsError that names every missing or unusable variable, never its value.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, object] = {}
    problems: list[str] = []

    for field in msgspec.structs.fields(type_):
        variable = f"PSA_{field.name.upper()}"
        raw = environ.get(variable)
        if raw is None or raw == "":
            if field.required:
                problems.append(f"{variable} is not set")
            continue
        try:
            values[field.name] = msgspec.convert(raw, field.type, strict=False)
        except msgspec.ValidationError as error:
            problems.append(f"{variable} is unusable: {error}")

    if problems:
        raise SettingsError("; ".join(problems))
    return type_(**values)


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What both processes of a service need."""

    environment: str = "local"
    database_dsn: str
    amqp_url: str
    jwks_url: str
    token_issuer: str
    token_audience: str = "psa"
    http_host: str = "127.0.0.1"
    http_port: int
    #: Who may say for whom it asks: the address of the proxy before this process.
    trusted_proxies: str = "127.0.0.1"
    worker_port: int
    database_pool_size: int = 8
    log_level: str = "info"
    otlp_endpoint: str | None = None
