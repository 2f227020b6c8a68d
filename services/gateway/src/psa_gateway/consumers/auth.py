"""What the gateway does when the auth service reports who must not come in any more."""

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_gateway.queries import signing_keys
from psa_gateway.queries.denials import Denied, deny
from psa_gateway.queries.redis_line import RedisLine


class SessionRevoked(msgspec.Struct, frozen=True):
    """The fields the gateway reads; the contract has more."""

    session_id: UUID
    expires_at: datetime


class UserDeactivated(msgspec.Struct, frozen=True):
    """The fields the gateway reads."""

    user_id: UUID
    deactivated_at: datetime


class SigningKeyRotated(msgspec.Struct, frozen=True):
    """The field the gateway reads."""

    kid: str


class Doorkeeper:
    """
    Writes denials that every gateway process reads with each request.

    While Redis is away (an OSError), an event waits and its try does not count.
    """

    def __init__(self, line: RedisLine, token_lifetime_seconds: int) -> None:
        self._line = line
        self._lifetime = token_lifetime_seconds

    async def end_session(self, tx: Tx, event: SessionRevoked, _envelope: Envelope) -> None:
        """Refuse the session's tokens for as long as one could still be valid."""
        left = int(event.expires_at.timestamp() - time.time()) + 1
        seconds = min(max(left, 1), self._lifetime)
        await deny(self._line, tx.tenant_id, Denied.SESSION, event.session_id, seconds=seconds)

    async def end_user(self, tx: Tx, event: UserDeactivated, _envelope: Envelope) -> None:
        """Refuse what the user holds now; what they get after a return is not affected."""
        await deny(
            self._line,
            tx.tenant_id,
            Denied.USER,
            event.user_id,
            seconds=self._lifetime,
            issued_until=int(event.deactivated_at.timestamp()),
        )

    async def change_keys(self, _tx: Tx, event: SigningKeyRotated, _envelope: Envelope) -> None:
        """Let every gateway process fetch the key set and verify every token again."""
        await signing_keys.announce(self._line, event.kid)

    def subscriptions(self) -> Sequence[Subscription]:
        """Return what the gateway listens to."""
        return (
            Subscription("session.revoked.v1", SessionRevoked, self.end_session),
            Subscription("user.deactivated.v1", UserDeactivated, self.end_user),
            Subscription("signing_key.rotated.v1", SigningKeyRotated, self.change_keys),
        )
