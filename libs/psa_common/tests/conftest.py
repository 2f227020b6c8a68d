"""A small service of our own, operated like the real ones."""

from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from psa_common.db import Pool
from psa_common.edge import Edge
from psa_common.identity import TokenVerifier
from psa_common_notes import build


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the service to the shared fixtures."""
    return "notes"


@pytest.fixture(scope="session")
def migrations() -> Sequence[tuple[str, Traversable]]:
    """Give the library's migrations and those of the notes."""
    return (
        ("psa_common", files("psa_common") / "sql"),
        ("notes", Path(__file__).parent / "notes_sql"),
    )


@pytest.fixture(scope="session")
def asgi(pool: Pool, verifier: TokenVerifier) -> Edge:
    """Give the application."""
    return build(pool, verifier)
