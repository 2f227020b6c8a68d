"""Events under test: a service of our own that keeps a ledger of effects, and a real broker."""

from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the service to the shared fixtures."""
    return "ledger"


@pytest.fixture(scope="session")
def migrations() -> Sequence[tuple[str, Traversable]]:
    """Give the libraries' migrations and the ledger's."""
    return (
        ("psa_common", files("psa_common") / "sql"),
        ("psa_events", files("psa_events") / "sql"),
        ("ledger", Path(__file__).parent / "ledger"),
    )
