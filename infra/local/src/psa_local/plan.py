"""Where everything of the suite on this machine is: folders, ports, services."""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psa_local import accounts
from psa_local.ports import LOOPBACK

ROOT = Path(__file__).resolve().parents[4]
ADDRESSES = ROOT / "infra" / "addresses.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One of the eight services; its worker only answers health checks and metrics."""

    name: str
    app_port: int
    worker_port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The suite on this machine."""

    root: Path
    var: Path
    data: Path
    database: str
    services: tuple[Service, ...]
    ports: Mapping[str, int]

    @property
    def url(self) -> str:
        """The address that people use."""
        return f"https://{LOOPBACK}:{self.ports['https']}"

    @property
    def ca_file(self) -> Path:
        """The authority that signed the certificate of `url`."""
        return self.var / "tls" / "ca.pem"

    @property
    def logs(self) -> Path:
        """One log per process."""
        return self.var / "log"

    @property
    def state_file(self) -> Path:
        """What the supervisor says about itself and its processes."""
        return self.var / "run" / "state.json"

    def service(self, name: str) -> Service:
        """Return the service called *name*."""
        return next(service for service in self.services if service.name == name)


def read_plan(environment: Mapping[str, str] = os.environ) -> Plan:
    """
    Read the address plan as the environment bends it.

    PSA_VAR_DIR moves the data, PSA_PORT_OFFSET every port, PSA_SERVICES names the services to
    run when not all eight are wanted.
    """
    addresses: dict[str, Any] = tomllib.loads(ADDRESSES.read_text())
    var = Path(environment.get("PSA_VAR_DIR") or ROOT / "var").resolve()
    offset = int(environment.get("PSA_PORT_OFFSET") or "0")
    wanted = [name for name in environment.get("PSA_SERVICES", "").split(",") if name]
    worker_offset = addresses["ports"]["worker_offset"] + offset
    services = tuple(
        Service(
            name=name,
            app_port=row["blue"] + offset,
            worker_port=row["blue"] + worker_offset,
        )
        for name, row in addresses["services"].items()
        if not wanted or name in wanted
    )
    return Plan(
        root=ROOT,
        var=var,
        data=_data_folder(var),
        database=addresses["platform"]["database"],
        services=services,
        ports={name: port + offset for name, port in addresses["local"].items()},
    )


def _data_folder(var: Path) -> Path:
    """Return *var*, or a folder that the servers' users can reach when *var* is closed to them."""
    if os.geteuid() != 0:
        return var
    var.mkdir(parents=True, exist_ok=True)
    if accounts.reaches(accounts.account_for("postgres"), var):
        return var
    return Path("/var/lib") / f"psa-{hashlib.sha256(str(var).encode()).hexdigest()[:8]}"
