"""Our Structs agree with contracts/events."""

import msgspec
import pytest

from psa_auth import events
from psa_contracts.conformance import assert_publishes, published_by


@pytest.mark.parametrize("event", published_by(events), ids=lambda event: event.TYPE)
def test_what_we_publish_matches_its_contract(event: type[msgspec.Struct]) -> None:
    assert_publishes(event)
