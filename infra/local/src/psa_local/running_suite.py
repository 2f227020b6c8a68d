"""A running suite as a client, a test or the demo needs to know it."""

from dataclasses import dataclass
from pathlib import Path

from psa_local import secret_store, state
from psa_local.plan import Plan
from psa_local.problem import Problem
from psa_local.secret_store import Secrets
from psa_local.state import Phase

TENANT = "rheinsysteme"
ADMIN = "admin@rheinsysteme.example"
PLATFORM_TENANT = "platform"
OPERATOR = "operator@platform.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSuite:
    """Where the suite is and who may sign in."""

    plan: Plan
    secrets: Secrets

    @property
    def url(self) -> str:
        """The public address, through HAProxy."""
        return self.plan.url

    @property
    def ca_file(self) -> Path:
        """The authority to verify `url` with."""
        return self.plan.ca_file

    @property
    def admin_password(self) -> str:
        """The password of ADMIN in TENANT."""
        return self.secrets.admin_password

    @property
    def operator_password(self) -> str:
        """The password of OPERATOR in PLATFORM_TENANT."""
        return self.secrets.operator_password

    def pid_of(self, name: str) -> int:
        """Return the process id of, for example, `tickets-worker` or `rabbitmq` at this moment."""
        current = state.read(self.plan.state_file)
        process = current.processes.get(name) if current else None
        if process is None or process.identity is None:
            raise LookupError(f"no process {name} runs")
        return process.identity.pid


def current(plan: Plan) -> RunningSuite:
    """Return the suite of *plan*; raises Problem when it is not up."""
    written = state.read(plan.state_file)
    if written is None or not written.is_alive or written.phase is not Phase.UP:
        raise Problem("The suite is not up.", "Start it with: ./psa up")
    return RunningSuite(plan=plan, secrets=secrets_of(plan))


def secrets_of(plan: Plan) -> Secrets:
    """Return the secrets of *plan*'s services, made now if there are none."""
    names = tuple(service.name for service in plan.services)
    return secret_store.read_or_make(plan.var / "secrets", names)
