"""Fixtures: one suite for the whole run, the operator who sets tenants up, and two companies."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The helpers of these stories are modules beside this file.
sys.path.insert(0, str(Path(__file__).parent))

from actors import Company, found_company
from books import Ledger
from contract import Contract, read_contract
from faults import Faults
from psa_local import running_suite, testing
from psa_local.demo.actors import Login, PlatformOperator
from psa_local.demo.client import Api, Place
from psa_local.running_suite import RunningSuite


@pytest.fixture(scope="session")
def suite() -> Iterator[RunningSuite]:
    """Give a suite of its own, or with PSA_TEST_RUNNING_SUITE the one of `./psa up`."""
    with pytest.MonkeyPatch.context() as environment:
        # Within a few minutes more people sign in from this machine than from any office.
        environment.setenv("PSA_RATE_LOGIN", "600/60")
        # Nobody signs in again: a slow machine needs longer than the usual quarter of an hour.
        environment.setenv("PSA_ACCESS_TOKEN_MINUTES", "60")
        # The mail server of the stories listens on this machine, where no real one is looked for.
        environment.setenv("PSA_MAIL_NETWORKS", "127.0.0.0/8")
        yield from testing.whole_suite()


@pytest.fixture(scope="session")
def place(suite: RunningSuite) -> Place:
    """Give the public address."""
    return Place(suite.url, suite.ca_file)


@pytest.fixture(scope="session")
def stranger(place: Place) -> Iterator[Api]:
    """Give the API to somebody who has not signed in."""
    with Api(place) as api:
        yield api


@pytest.fixture(scope="session")
def operator(place: Place, suite: RunningSuite) -> Iterator[PlatformOperator]:
    """Give the person who sets tenants up."""
    login = Login(running_suite.PLATFORM_TENANT, running_suite.OPERATOR, suite.operator_password)
    person = PlatformOperator(place, login)
    yield person
    person.leave()


@pytest.fixture(scope="session")
def acme(operator: PlatformOperator) -> Iterator[Company]:
    """Give a company with its people."""
    company = found_company(operator, "acme")
    yield company
    company.staff.leave()


@pytest.fixture(scope="session")
def beta(operator: PlatformOperator) -> Iterator[Company]:
    """Give another company that must never see anything of the first."""
    company = found_company(operator, "beta")
    yield company
    company.staff.leave()


@pytest.fixture(scope="session")
def contract(stranger: Api) -> Contract:
    """Give the merged OpenAPI document."""
    return read_contract(stranger)


@pytest.fixture(scope="session")
def faults(suite: RunningSuite) -> Faults:
    """Give the means to break parts of the suite."""
    return Faults(suite)


@pytest.fixture(scope="session")
def ledger(suite: RunningSuite) -> Iterator[Ledger]:
    """Give the books in which every event stands: as sent, and as received."""
    with Ledger(suite) as books:
        yield books


@pytest.fixture(scope="session")
def suite_logs(suite: RunningSuite) -> str:
    """Give every line that any process has written so far."""
    return "\n".join(log.read_text(errors="replace") for log in suite.plan.logs.glob("*.log"))
