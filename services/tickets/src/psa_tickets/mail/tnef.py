"""winmail.dat: what Outlook packs into a file that only Outlook can open."""

from typing import Any

import structlog
from tnefparse import TNEF

from psa_tickets.domain.mail.charsets import clean
from psa_tickets.domain.mail.incoming import Attachment

log = structlog.get_logger()

TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
#: Larger ones stay packed: unpacking takes time, and the raw mail holds them anyway.
BYTES_MAX = 30 * 1024 * 1024


def unpacked(attachment: Attachment) -> tuple[Attachment, ...]:
    """Return the files in a winmail.dat, or the attachment itself when it is none."""
    is_tnef = attachment.media_type in TYPES or attachment.name.lower() == "winmail.dat"
    if not is_tnef or len(attachment.content) > BYTES_MAX:
        return (attachment,)
    try:
        files = tuple(
            Attachment(
                name=clean(name)[:200],
                media_type="application/octet-stream",
                content=content,
            )
            for name, content in _files_in(attachment.content)
        )
    except Exception as error:
        # The format is undocumented and the library trusts its lengths; anything may be raised.
        log.info("tnef_not_unpacked", error=repr(error))
        return (attachment,)
    return files or (attachment,)


def _files_in(content: bytes) -> list[tuple[str, bytes]]:
    packed: Any = TNEF(content, do_checksum=False)  # the library has no types
    return [(str(one.long_filename() or one.name), bytes(one.data)) for one in packed.attachments]
