"""What is declared before anything runs is what the worker listens to."""

from typing import cast

from psa_gateway.consumers import EVENT_TYPES
from psa_gateway.consumers.auth import Doorkeeper
from psa_gateway.queries.redis_line import RedisLine


def test_every_subscription_has_its_binding() -> None:
    doorkeeper = Doorkeeper(cast("RedisLine", None), token_lifetime_seconds=1)

    assert tuple(one.event_type for one in doorkeeper.subscriptions()) == EVENT_TYPES
