"""What a file is by its first bytes, and whether that fits what it is said to be."""

import re
from collections.abc import Callable, Mapping
from typing import cast

import filetype

#: So many first bytes decide; the entries that tell an office document apart lie within.
HEAD_BYTES = 64 * 1024

UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"
EXECUTABLE = "application/x-msdownload"
SCRIPT = "text/x-script"

BLOCKED_TYPES = frozenset({
    EXECUTABLE, SCRIPT, "text/html", "image/svg+xml", "application/x-executable",
    "application/x-mach-binary", "application/java-vm", "application/wasm",
    "application/x-ms-shortcut", "application/vnd.android.dex",
})  # fmt: skip

_BLOCKED = (
    "ade adp apk app appx asp aspx bas bat cgi chm cmd com cpl dll dmg exe gadget hta htaccess "
    "htm html htpasswd inf ins iso isp jar jnlp js jse jsp ksh lib lnk mde mjs msc msh msi msix "
    "msp mst phar php php3 php4 php5 phtml pif pl ps1 ps1xml ps2 psc1 psc2 psm1 py reg scf scr "
    "sct sh shb shtml svg svgz swf sys url vb vbe vbs vhd vhdx vxd wasm ws wsc wsf wsh xhtml "
    "xht xll xsl xslt"
)
BLOCKED_SUFFIXES = frozenset(_BLOCKED.split())

#: Signatures that the library does not know, or knows by another name.
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"MZ", EXECUTABLE),
    (b"\x7fELF", "application/x-executable"),
    (b"\xfe\xed\xfa\xce", "application/x-mach-binary"),
    (b"\xfe\xed\xfa\xcf", "application/x-mach-binary"),
    (b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"\x00asm", "application/wasm"),
    (b"dex\n", "application/vnd.android.dex"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (b"#!", SCRIPT),
    (b"%PDF-", "application/pdf"),
)

ZIP = "application/zip"
OFFICE = "application/vnd.openxmlformats-officedocument."
#: Where an office document keeps its main part, as the names in the archive tell.
OFFICE_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"word/", OFFICE + "wordprocessingml.document"),
    (b"xl/", OFFICE + "spreadsheetml.sheet"),
    (b"ppt/", OFFICE + "presentationml.presentation"),
)
OPEN_DOCUMENT = re.compile(rb"mimetype(application/vnd\.oasis\.opendocument\.[a-z]+)")

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_TYPES: Mapping[str, str] = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
TEXT_TYPES: Mapping[str, str] = {
    "csv": "text/csv",
    "json": "application/json",
    "xml": "application/xml",
    "ics": "text/calendar",
    "vcf": "text/vcard",
    "md": "text/markdown",
    "eml": "message/rfc822",
}

MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe|svg)[\s>/]", re.IGNORECASE)
MARKUP_BYTES = 1024
NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
UTF16 = (b"\xff\xfe", b"\xfe\xff")

#: The same thing under two names, and how wide a claim may miss without being a lie.
FAMILIES: Mapping[str, str] = {
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    ZIP: "container",
    "application/x-zip-compressed": "container",
    "application/msword": "ole",
    "application/vnd.ms-excel": "ole",
    "application/vnd.ms-powerpoint": "ole",
    "application/vnd.ms-outlook": "ole",
    "application/x-ole-storage": "ole",
    "application/json": "text",
    "application/xml": "text",
    "message/rfc822": "text",
    "image/svg+xml": "markup",
    "text/html": "markup",
    **dict.fromkeys(BLOCKED_TYPES - {"image/svg+xml", "text/html"}, "program"),
}
#: What of these is not recognised by its bytes is certainly something else.
RECOGNISED = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", ZIP,
})  # fmt: skip


def kind_of(head: bytes, suffix: str) -> str:
    """
    Return the media type of a file that begins with *head*.

    The suffix only tells kinds of text, and of old office documents, from each other.
    """
    for signature, media_type in MAGIC:
        if head.startswith(signature):
            return media_type
    if head.startswith(OLE):
        return OLE_TYPES.get(suffix, "application/x-ole-storage")
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(head)
    if guessed := _guessed(head):
        return guessed
    if _is_text(head):
        return _kind_of_text(head, suffix)
    return UNKNOWN


def contradicts(claimed: str, found: str) -> bool:
    """Say whether a file of type *found* was passed off as *claimed*."""
    claimed = claimed.partition(";")[0].strip().lower()
    if claimed in {"", UNKNOWN, found}:
        return False
    if found == UNKNOWN:
        return claimed in RECOGNISED
    stated, actual = _family(claimed), _family(found)
    return stated is not None and stated != actual and {stated, actual} != {"container", "ole"}


def _guessed(head: bytes) -> str | None:
    # The library names no types.
    guess = cast("Callable[[bytes], str | None]", filetype.guess_mime)  # pyright: ignore[reportUnknownMemberType]
    return guess(head)


def _family(media_type: str) -> str | None:
    if media_type in FAMILIES:
        return FAMILIES[media_type]
    if media_type.startswith((OFFICE, "application/vnd.oasis.opendocument.")):
        return "container"
    main = media_type.partition("/")[0]
    if main in {"audio", "video"}:
        return "media"
    return main if main in {"image", "text"} else None


def _kind_of_archive(head: bytes) -> str:
    if match := OPEN_DOCUMENT.search(head[:256]):
        return match[1].decode("ascii")
    if b"[Content_Types].xml" in head:
        for part, media_type in OFFICE_PARTS:
            if part in head:
                return media_type
    return ZIP


def _kind_of_text(head: bytes, suffix: str) -> str:
    if match := MARKUP.search(head[:MARKUP_BYTES]):
        # A mail, a log or a script's documentation may speak of HTML; a page begins with it.
        begins = head[: match.start()].lstrip(b"\xef\xbb\xbf \t\r\n")
        if not begins or begins.startswith((b"<?xml", b"<!--", b"<!")):
            return "image/svg+xml" if b"svg" in match[0].lower() else "text/html"
    return TEXT_TYPES.get(suffix, PLAIN)


def _is_text(head: bytes) -> bool:
    return head.startswith(UTF16) or NO_TEXT.search(head) is None
