"""What auth reads from its environment, once."""

from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from psa_auth.domain.session import Lifetimes
from psa_common.settings import ServiceSettings


class AuthSettings(ServiceSettings, frozen=True, kw_only=True):
    """What both processes need."""

    #: Base64 of 32 bytes; after a comma, older keys that still open what they sealed.
    field_key: str
    access_token_minutes: Annotated[int, Meta(ge=1, le=60)] = 15
    refresh_token_days: Annotated[int, Meta(ge=1, le=30)] = 7
    session_days: Annotated[int, Meta(ge=1, le=365)] = 30
    signing_key_days: Annotated[int, Meta(ge=1, le=365)] = 30
    #: Each hash takes 19 MiB and one core for some 40 ms.
    hashing_threads: Annotated[int, Meta(ge=1, le=32)] = 2

    @property
    def lifetimes(self) -> Lifetimes:
        """How long what lasts."""
        return Lifetimes(
            access=timedelta(minutes=self.access_token_minutes),
            refresh=timedelta(days=self.refresh_token_days),
            session=timedelta(days=self.session_days),
        )

    @property
    def signing_key_life(self) -> timedelta:
        """How long a key signs before the next one takes over."""
        return timedelta(days=self.signing_key_days)


class BootstrapSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The passwords of the first people; without the second there is no demo tenant."""

    bootstrap_operator_password: str
    bootstrap_admin_password: str | None = None
