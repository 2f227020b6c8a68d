"""Announce what became true, in the transaction that made it true."""

from typing import ClassVar, Protocol

import msgspec

from psa_common.db import Tx
from psa_common.ids import uuid7


class Event(Protocol):
    """A frozen Struct with the contract's type and the name of its aggregate's id field."""

    TYPE: ClassVar[str]
    SUBJECT: ClassVar[str]


# The row of the sequence is locked until the commit: an aggregate's events are numbered in
# the order in which they became true, without holes.
PUBLISH_SQL = """
    WITH numbered AS (
        INSERT INTO event_sequences AS sequence (subject, last)
        VALUES (%(subject)s, 1)
            ON CONFLICT (tenant_id, subject)
            DO UPDATE SET last = sequence.last + 1
     RETURNING last
    )
    INSERT INTO outbox
           (id, type, subject, sequence, data, traceparent, correlation_id, causation_id, actor)
    SELECT %(id)s, %(type)s, %(subject)s, last, %(data)s, %(traceparent)s, %(correlation_id)s,
           %(causation_id)s, %(actor)s
      FROM numbered
"""


def publish(tx: Tx, event: Event) -> None:
    """
    Let *event* leave if, and only if, *tx* commits.

    An event about nobody in particular (a stranger's failed login) is about the tenant.
    """
    context = tx.context
    subject = getattr(event, event.SUBJECT)
    tx.defer(
        PUBLISH_SQL,
        id=uuid7(),
        type=event.TYPE,
        subject=str(tx.tenant_id if subject is None else subject),
        data=msgspec.json.encode(event),
        traceparent=context.traceparent,
        correlation_id=context.correlation_id,
        causation_id=context.causation_id,
        actor=f"{context.actor.kind}:{context.actor.id or context.actor.name}",
    )
