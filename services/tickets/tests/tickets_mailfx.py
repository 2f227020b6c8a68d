"""Mails with files, and what of them is found on the ticket."""

from collections.abc import Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from psa_common.testing import Api
from tickets_mail import an_eml
from tickets_words import PNG

#: Name, media type, content.
AFile = tuple[str, str, bytes]


def with_files(raw: bytes, *files: AFile, mail: bytes | None = None) -> bytes:
    """Return a mail with files attached to it, and another mail if there is one."""
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    if mail is not None:
        message.add_attachment(message_from_bytes(mail, policy=default))
    return message.as_bytes()


def with_picture(html: str, **fields: Any) -> bytes:
    """Return a mail whose HTML shows the picture `cid:logo@mueller.example`."""
    message = message_from_bytes(an_eml(html=html, **fields), policy=default)
    assert isinstance(message, EmailMessage)
    _, shown = message.iter_parts()
    assert isinstance(shown, EmailMessage)
    shown.add_related(PNG, maintype="image", subtype="png", cid="<logo@mueller.example>")
    return message.as_bytes()


async def files_of(desk: Api, ticket_id: str) -> list[dict[str, Any]]:
    """Return what is known of the files of a ticket."""
    page = (await desk.get(f"/tickets/{ticket_id}/attachments")).json()["data"]
    return [{"id": one["id"], **one["relationships"], **one["attributes"]} for one in page]


async def content_of(desk: Api, ticket_id: str, file: dict[str, Any]) -> bytes:
    """Return the bytes of a file."""
    path = f"/tickets/{ticket_id}/attachments/{file['id']}/content"
    return (await desk.get(path)).content


async def words_of(desk: Api, ticket_id: str) -> Sequence[dict[str, Any]]:
    """Return what was said on a ticket, with everything that is known of it."""
    page = (await desk.get(f"/tickets/{ticket_id}/comments")).json()["data"]
    return [{"id": one["id"], **one["attributes"]} for one in page]
