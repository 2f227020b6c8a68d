"""Our readers agree with contracts/events; we publish nothing."""

import pytest

from psa_contracts.conformance import assert_reads
from psa_events.consumer import Subscription
from psa_reports.consumers import SUBSCRIPTIONS


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=lambda one: one.event_type)
def test_we_can_read_every_valid_sample(subscription: Subscription) -> None:
    assert_reads(subscription.event_type, subscription.reads)
