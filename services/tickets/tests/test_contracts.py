"""Our Structs and readers agree with contracts/events."""

import msgspec
import pytest

from psa_contracts import schema
from psa_contracts.conformance import assert_publishes, assert_reads, published_by
from psa_events.consumer import Subscription
from psa_tickets import events
from psa_tickets.consumers import SUBSCRIPTIONS
from psa_tickets.http.ticket_inputs import TicketEdit


@pytest.mark.parametrize("event", published_by(events), ids=lambda event: event.TYPE)
def test_what_we_publish_matches_its_contract(event: type[msgspec.Struct]) -> None:
    assert_publishes(event)


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=lambda one: one.event_type)
def test_we_can_read_every_valid_sample(subscription: Subscription) -> None:
    assert_reads(subscription.event_type, subscription.reads)


def test_the_contract_names_every_field_that_somebody_can_change() -> None:
    change = schema("ticket.updated.v1")["properties"]["changes"]["items"]["properties"]

    assert set(TicketEdit.__struct_fields__) <= set(change["field"]["x-open-enum"])
