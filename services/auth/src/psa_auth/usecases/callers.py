"""The caller as they are now, not as their token was when it was signed."""

from psa_auth.queries import users
from psa_auth.queries.users import User
from psa_common.db import Tx
from psa_common.errors import Unauthenticated
from psa_common.identity import Principal


class SessionEnded(Unauthenticated):
    """The token is well signed, but its session or its user is gone."""

    code = "session_ended"

    def __init__(self) -> None:
        super().__init__("This session has ended; sign in again.")


async def current(tx: Tx, principal: Principal) -> User:
    """Return the caller with today's roles; raises SessionEnded."""
    caller = await users.find_caller(tx, principal.user_id, principal.session_id)
    if caller is None:
        raise SessionEnded
    return caller
