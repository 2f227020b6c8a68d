"""Our readers agree with contracts/events."""

import pytest

from psa_contracts.conformance import assert_reads
from psa_events.consumer import Subscription
from psa_gateway.consumers.auth import Doorkeeper
from psa_gateway.queries.redis_line import RedisLine

UNUSED = RedisLine("redis://127.0.0.1:9", timeout_seconds=1)


@pytest.mark.parametrize(
    "subscription", Doorkeeper(UNUSED, 3600).subscriptions(), ids=lambda one: one.event_type
)
def test_we_can_read_every_valid_sample(subscription: Subscription) -> None:
    assert_reads(subscription.event_type, subscription.reads)
