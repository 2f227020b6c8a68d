"""Text of unknown upbringing: wrong charsets, broken encoded words, control characters."""

import codecs
import re
from email.errors import MessageError
from email.header import decode_header

HEADER_CHARACTERS_MAX = 10_000
#: PostgreSQL stores no NUL and UTF-8 no surrogate; nobody reads the others.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)
#: Codecs that do something else than decode text, or that take very long for it.
NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)


def clean(text: str) -> str:
    """Return *text* without characters that cannot be stored or that would deceive a reader."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def decoded_text(content: bytes, charset: str | None) -> str:
    """
    Return *content* as text.

    UTF-8 wins over a narrower charset that was declared: text that is valid UTF-8 by accident
    is rare, mails that lie about it are not.
    """
    declared = _codec(charset)
    candidates = ["utf-8", declared] if declared in {None, "ascii", "cp1252"} else [declared]
    for name in candidates:
        try:
            return content.decode(name or "utf-8")
        except (UnicodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")


def decoded_header(value: str) -> str:
    """Return a header's value in one line, with its encoded words decoded as far as they can be."""
    value = value[:HEADER_CHARACTERS_MAX]
    try:
        pieces = decode_header(value)
    except (MessageError, ValueError, LookupError):
        pieces = [(value, None)]
    texts = [
        decoded_text(piece, charset) if isinstance(piece, bytes) else piece
        for piece, charset in pieces
    ]
    return " ".join(clean("".join(texts)).split())


def unescaped(value: str) -> str:
    """Return a header whose raw bytes the parser has kept as surrogates, read as text."""
    try:
        return decoded_text(value.encode("ascii", "surrogateescape"), None)
    except UnicodeError:
        return clean(value)


def _codec(charset: str | None) -> str | None:
    """Return the codec for a declared charset, or None when there is no such thing."""
    try:
        codec = codecs.lookup((charset or "").strip("\"' "))
    except (LookupError, ValueError):
        return None
    name = codec.name.replace("-", "_")
    if name in NO_CHARSETS or not codec._is_text_encoding:
        return None
    return "cp1252" if name in {"iso8859_1", "cp1252"} else codec.name
