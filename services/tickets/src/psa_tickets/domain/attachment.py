"""What a file on a ticket may be: its name, its size, how many, and who may take it away."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from psa_common.errors import Invalid, NotFound, Refused
from psa_tickets.domain.file_kind import BLOCKED_SUFFIXES, BLOCKED_TYPES, contradicts

NAME_LENGTH_MAX = 200
SUFFIX_LENGTH_MAX = 20
PER_TICKET_MAX = 100
#: Whatever arrives without a usable name is called this.
NAMELESS = "Anhang"

#: Control and format characters (zero width, right to left), surrogates, private use, line ends.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
PATH_END = re.compile(r"[/\\:]")
UNSAFE = re.compile(r'[<>"|?*]')
#: Windows opens a device for these, whatever the suffix.
DEVICES = re.compile(r"(?i)^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)")


class Scan(StrEnum):
    """What the virus scanner said."""

    UNSCANNED = "unscanned"
    CLEAN = "clean"
    INFECTED = "infected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may be kept."""

    file_bytes: int
    tenant_bytes: int


class KindBlocked(Refused):
    """Whoever opens it could run it."""

    code = "attachment_kind_blocked"

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(
            f"{name} is of a kind ({kind}) that is not kept here; send it in a ZIP archive.",
            field="filename",
        )
        self.name = name
        self.kind = kind


class TypeMismatch(Refused):
    """The file is not what it is said to be."""

    code = "attachment_type_mismatch"

    def __init__(self, claimed: str, found: str) -> None:
        super().__init__(f"The file is said to be {claimed}, but its content is {found}.")
        self.claimed = claimed
        self.found = found


class EmptyFile(Refused):
    """Nothing came."""

    code = "attachment_empty"

    def __init__(self) -> None:
        super().__init__("The file is empty; send one with content.")


class Infected(Refused):
    """The scanner knows it."""

    code = "attachment_infected"

    def __init__(self, signature: str) -> None:
        super().__init__(f"The virus scanner refuses the file: {signature}.")
        self.signature = signature


class TooMany(Refused):
    """A ticket is no file server."""

    code = "attachments_too_many"

    def __init__(self) -> None:
        super().__init__(
            f"The ticket has {PER_TICKET_MAX} attachments; delete some or send an archive."
        )


class UploadBrokenOff(Invalid):
    """The client went away before the end."""

    code = "upload_broken_off"

    def __init__(self) -> None:
        super().__init__("The upload ended before the file did; send it again.")


class NoSuchAttachment(NotFound):
    """It is not there, for this caller."""

    def __init__(self) -> None:
        super().__init__("There is no such attachment on this ticket.")


def clean_name(raw: str) -> str:
    """
    Return *raw* as a name that is safe to show and to save under, never longer than 200.

    What is not seen goes, and so do folders; a device of Windows gets an underscore before it.
    """
    seen = "".join(one for one in raw if unicodedata.category(one) not in UNSEEN)
    last = PATH_END.split(unicodedata.normalize("NFC", seen))[-1]
    name = UNSAFE.sub("_", last).rstrip(". ").strip()
    if DEVICES.match(name):
        name = f"_{name}"
    return _shortened(name) or NAMELESS


def check_name(name: str) -> None:
    """Refuse a cleaned name that tells of something to run, or that a web server would obey."""
    suffix = suffix_of(name)
    if name.startswith("."):
        raise KindBlocked(name, "hidden file")
    if suffix in BLOCKED_SUFFIXES:
        raise KindBlocked(name, suffix)


def check_kind(name: str, claimed: str, found: str) -> None:
    """Refuse what is something else than it is said to be, and what could be run."""
    if contradicts(claimed, found):
        raise TypeMismatch(claimed, found)
    if found in BLOCKED_TYPES:
        raise KindBlocked(name, found)


def check_count(count: int) -> None:
    """Refuse one more than a ticket may hold."""
    if count >= PER_TICKET_MAX:
        raise TooMany


def suffix_of(name: str) -> str:
    """Return what follows the last dot, in lower case: "exe" of "bill.pdf.EXE"."""
    return PurePosixPath(name).suffix.removeprefix(".").lower()


def _shortened(name: str) -> str:
    if len(name) <= NAME_LENGTH_MAX:
        return name
    suffix = PurePosixPath(name).suffix[:SUFFIX_LENGTH_MAX]
    return name[: NAME_LENGTH_MAX - len(suffix)].rstrip(". ") + suffix
