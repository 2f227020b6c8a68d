"""What we publish and read keeps the contracts."""

import json
from typing import Any

import msgspec
import pytest

from psa_assets import events
from psa_assets.consumers import SUBSCRIPTIONS
from psa_contracts import ContractBroken, samples, schema, validate

PUBLISHED: tuple[Any, ...] = (
    events.AssetCreated,
    events.AssetStateChanged,
    events.AssetRetired,
)


@pytest.mark.parametrize("event", PUBLISHED)
def test_a_valid_sample_passes_the_schema_and_survives_our_struct(event: Any) -> None:
    for _, data in samples(event.TYPE):
        validate(event.TYPE, data)
        ours = msgspec.convert(data, event)
        assert json.loads(msgspec.json.encode(ours)) == data


@pytest.mark.parametrize("event", PUBLISHED)
def test_an_invalid_sample_is_refused_by_the_schema(event: Any) -> None:
    for _, data in samples(event.TYPE, "invalid"):
        with pytest.raises(ContractBroken):
            validate(event.TYPE, data)


@pytest.mark.parametrize("event", PUBLISHED)
def test_struct_and_schema_name_the_same_fields(event: Any) -> None:
    promised = schema(event.TYPE)

    assert set(event.__struct_fields__) == set(promised["properties"]) == set(promised["required"])
    assert promised["x-subject"] == event.SUBJECT


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS)
def test_every_valid_sample_of_what_we_read_can_be_read(subscription: Any) -> None:
    for _, data in samples(subscription.event_type):
        msgspec.convert(data, subscription.reads)
