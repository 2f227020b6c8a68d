"""Mails as they come from outside, built by name."""

from email.message import EmailMessage

CRLF = "\r\n"


def an_eml(
    *,
    sender: str = "Erika Müller <erika@mueller.example>",
    to: str = "support@msp.example",
    subject: str = "Drucker druckt nicht",
    body: str = "Guten Tag,\n\nder Drucker im Einkauf druckt nicht.\n",
    message_id: str | None = "<one@mueller.example>",
    html: str | None = None,
    **headers: str,
) -> bytes:
    """Return a mail as its server hands it over; `in_reply_to=…` sets In-Reply-To."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    if message_id is not None:
        message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-").title()] = value
    message.set_content(body)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def a_raw_eml(head: str, body: str | bytes) -> bytes:
    """Return a mail exactly as written here, however broken."""
    content = body if isinstance(body, bytes) else body.encode()
    return CRLF.join(head.strip().splitlines()).encode("latin-1") + b"\r\n\r\n" + content
