"""Our Structs agree with contracts/events."""

import msgspec
import pytest

from psa_auth import events
from psa_contracts import ContractBroken, samples, validate
from psa_contracts.conformance import assert_publishes, published_by


@pytest.mark.parametrize("event", published_by(events), ids=lambda event: event.TYPE)
def test_what_we_publish_matches_its_contract(event: type[msgspec.Struct]) -> None:
    assert_publishes(event)


@pytest.mark.parametrize("event", published_by(events), ids=lambda event: event.TYPE)
def test_an_invalid_sample_is_refused_by_the_schema(event: type[msgspec.Struct]) -> None:
    event_type: str = getattr(event, "TYPE")  # noqa: B009  # a class variable of every event
    for _, data in samples(event_type, "invalid"):
        with pytest.raises(ContractBroken):
            validate(event_type, data)
