"""Our events keep their contracts, and we can read what others promise."""

from typing import Any

import msgspec
import pytest

from billing_story import SUBSCRIPTION_OF, Story
from psa_billing.consumers import SUBSCRIPTIONS
from psa_billing.events import ContractActivated, InvoiceIssued, IssuedLine
from psa_common.db import Pool
from psa_contracts import ContractBroken, samples, schema, validate
from psa_events.consumer import Subscription
from psa_events.testing import published

EVENTS = (ContractActivated, InvoiceIssued)


@pytest.mark.parametrize("event", EVENTS, ids=lambda each: each.TYPE)
def test_a_valid_sample_survives_our_struct(event: Any) -> None:
    for _, data in samples(event.TYPE):
        assert msgspec.to_builtins(msgspec.convert(data, event)) == data


@pytest.mark.parametrize("event", EVENTS, ids=lambda each: each.TYPE)
def test_an_invalid_sample_is_refused_by_the_contract(event: Any) -> None:
    for _, data in samples(event.TYPE, "invalid"):
        with pytest.raises(ContractBroken):
            validate(event.TYPE, data)


@pytest.mark.parametrize("event", EVENTS, ids=lambda each: each.TYPE)
def test_struct_and_contract_name_the_same_fields(event: Any) -> None:
    names = {field.encode_name for field in msgspec.structs.fields(event)}

    assert names == set(schema(event.TYPE)["properties"])


def test_a_line_of_the_event_names_the_same_fields_too() -> None:
    names = {field.encode_name for field in msgspec.structs.fields(IssuedLine)}

    lines = schema(InvoiceIssued.TYPE)["properties"]["lines"]
    assert names == set(lines["items"]["properties"])


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=lambda each: each.event_type)
def test_we_can_read_every_valid_sample(subscription: Subscription) -> None:
    for _, data in samples(subscription.event_type):
        msgspec.convert(data | {"added_later": 1}, subscription.reads)


async def test_what_we_really_publish_keeps_the_contract(story: Story, worker_pool: Pool) -> None:
    await story.june()
    await story.issued(issue_date="2026-07-01")

    announced = await published(worker_pool, story.tenant.id)

    assert {each.type for each in announced} == {event.TYPE for event in EVENTS}
    for each in announced:
        validate(each.type, each.data)


def test_a_type_is_subscribed_to_once() -> None:
    assert len(SUBSCRIPTION_OF) == len(SUBSCRIPTIONS)
