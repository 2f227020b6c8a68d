"""Our readers agree with contracts/events; we publish nothing."""

import msgspec
import pytest

from psa_contracts import samples
from psa_contracts.conformance import assert_reads
from psa_events.consumer import Subscription
from psa_reports.consumers import SUBSCRIPTIONS


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=lambda one: one.event_type)
def test_we_can_read_every_valid_sample(subscription: Subscription) -> None:
    assert_reads(subscription.event_type, subscription.reads)


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=lambda one: one.event_type)
def test_what_a_later_release_adds_does_not_disturb_us(subscription: Subscription) -> None:
    for _, data in samples(subscription.event_type):
        msgspec.convert({**data, "added_later": {"deep": 1}}, subscription.reads)
