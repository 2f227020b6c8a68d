"""Fixtures: a plan in a scratch folder whose three services are fakes on free ports."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_suite import Psa
from psa_local import environment, testing
from psa_local.plan import Plan, read_plan
from psa_local.servers import scratch_folder

FAKES = Path(__file__).parent / "fake_services"
FAKED = "gateway,auth,crm"


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Give the environment of a suite of fake services, and leave no process of it behind."""
    monkeypatch.setenv("PSA_SERVICES", FAKED)
    monkeypatch.setenv("PYTHONPATH", str(FAKES))
    for name in (testing.POSTGRES_VARIABLE, testing.REDIS_VARIABLE, testing.AMQP_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    with scratch_folder() as folder:
        _, bent = testing.plan_in(folder)
        # The fakes need no broker, whose start takes longer than all the rest.
        bent[environment.AMQP_VARIABLE] = "amqp://nobody@127.0.0.1:1/psa"
        yield bent
        _psa(bent, "down")


@pytest.fixture
def plan(surroundings: dict[str, str]) -> Plan:
    """Give the plan that the environment makes."""
    return read_plan(surroundings)


@pytest.fixture
def psa(surroundings: dict[str, str]) -> Psa:
    """Return a function that runs a command of psa to its end."""

    def run(*words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return _psa({**surroundings, **extra}, *words)

    return run


def _psa(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "psa_local", *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        stdin=subprocess.DEVNULL,
    )
