"""The envelope of every event: CloudEvents 1.0, structured JSON."""

from datetime import datetime
from uuid import UUID

import msgspec

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/cloudevents+json"


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of an event without reading its data; `data` is decoded by its reader."""

    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    tenant_id: UUID = msgspec.field(name="tenantid")
    sequence: int
    correlation_id: str = msgspec.field(name="correlationid")
    actor: str
    data: msgspec.Raw
    traceparent: str | None = None
    causation_id: str | None = msgspec.field(name="causationid", default=None)
    dataschema: str | None = None
    datacontenttype: str | None = None
    specversion: str | None = None


def schema_urn(type_: str) -> str:
    """Return the name of an event's contract; CloudEvents wants an absolute URI."""
    return f"urn:psa:events:{type_}"


def encode(envelope: Envelope) -> bytes:
    """Write the envelope down as it travels, with the constant attributes filled in."""
    complete = msgspec.structs.replace(
        envelope,
        specversion=SPEC_VERSION,
        datacontenttype="application/json",
        dataschema=schema_urn(envelope.type),
    )
    return msgspec.json.encode(complete)


_DECODER = msgspec.json.Decoder(Envelope)


def decode(body: bytes) -> Envelope:
    """Read an envelope; raises msgspec.MsgspecError when it is none."""
    return _DECODER.decode(body)
