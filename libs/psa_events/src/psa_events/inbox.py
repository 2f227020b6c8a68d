"""Remember which events had their effect, in the transaction of the effect."""

from psa_common.db import Tx
from psa_events.envelope import Envelope

REMEMBER_SQL = """
    INSERT INTO inbox (event_id, type)
    VALUES (%(event_id)s, %(type)s)
        ON CONFLICT DO NOTHING
"""


async def first_delivery(tx: Tx, envelope: Envelope) -> bool:
    """Say whether this service sees the event for the first time, and remember it."""
    return await tx.execute(REMEMBER_SQL, event_id=envelope.id, type=envelope.type) == 1
