"""Human numbers (T-1001, RE-2026-000123), drawn in the transaction that uses them."""

from psa_common.db import Tx

# The row lock makes a second drawer wait for the first one's commit, and a rollback
# gives the number back: the series has neither gaps nor doubles.
DRAW_SQL = """
    INSERT INTO number_series AS series (series, last)
    VALUES (%(series)s, %(first)s)
        ON CONFLICT (tenant_id, series)
        DO UPDATE SET last = series.last + 1
 RETURNING last
"""


async def draw(tx: Tx, series: str, *, first: int = 1) -> int:
    """Return the next number of *series*, which starts at *first*."""
    return int(await tx.fetch_value(DRAW_SQL, series=series, first=first))
