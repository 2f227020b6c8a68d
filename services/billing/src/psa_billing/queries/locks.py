"""How long a transaction waits for its turn."""

from psa_common.db import Tx

# Issues of one tenant line up behind the number series. Each takes some 30 ms, and a queue of
# many is no error, so they may wait longer than the role's default.
WAIT_SQL = """
    SELECT set_config('lock_timeout', '10s', true),
           set_config('statement_timeout', '12s', true)
"""


def wait_in_line(tx: Tx) -> None:
    """Let this transaction wait for up to ten seconds where others wait two."""
    tx.defer(WAIT_SQL)
