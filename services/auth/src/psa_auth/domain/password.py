"""What a password must be: long, and not one that an attacker tries first."""

import re
import unicodedata

from psa_common.errors import Invalid

LENGTH_MIN = 12
LENGTH_MAX = 4096
DISTINCT_MIN = 5
#: A shorter part of a name or address is too common to refuse.
PART_LENGTH_MIN = 4

PIECE_LENGTH_MAX = 6
ROWS = ("1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertzuiopü", "qwertyuiop", "asdfghjklöä")

#: What leaked lists and keyboards begin with; a password made of these and digits is refused.
OBVIOUS = (
    "passwort", "password", "passw0rd", "kennwort", "geheim", "secret", "letmein", "welcome",
    "willkommen", "administrator", "admin", "qwertzuiop", "qwertyuiop", "qwertz", "qwerty",
    "asdfghjkl", "yxcvbnm", "zxcvbnm", "iloveyou", "changeme", "sommer", "winter", "fruehling",
    "herbst", "summer", "spring", "autumn", "monkey", "dragon", "football", "fussball",
    "master", "hallo", "hello", "test", "start", "login", "root", "user", "demo", "abc",
)  # fmt: skip


class PasswordRefused(Invalid):
    """The password would be guessed early."""

    code = "password_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="password")


def normal(password: str) -> str:
    """Return the password as it is hashed: NFC, and otherwise exactly what was typed."""
    return unicodedata.normalize("NFC", password)


def check(password: str, *, name: str, email: str) -> str:
    """Return the password as it is hashed; raises PasswordRefused."""
    chosen = normal(password)
    if not LENGTH_MIN <= len(chosen) <= LENGTH_MAX:
        raise PasswordRefused(
            f"Choose {LENGTH_MIN} to {LENGTH_MAX} characters; a few words make a good password."
        )
    folded = chosen.casefold()
    if len(set(folded)) < DISTINCT_MIN:
        raise PasswordRefused(f"Use at least {DISTINCT_MIN} different characters.")
    if any(part in folded for part in _parts(name, email)):
        raise PasswordRefused("Leave the name and the address out of it.")
    if _is_obvious(folded):
        raise PasswordRefused("This is one of the first that an attacker tries; add other words.")
    return chosen


def _parts(name: str, email: str) -> list[str]:
    local, _, domain = email.casefold().partition("@")
    whole = [email.casefold(), local, domain.rpartition(".")[0]]
    words = re.split(r"[\W_]+", f"{name.casefold()} {local}")
    return [part for part in [*whole, *words] if len(part) >= PART_LENGTH_MIN]


def _is_obvious(folded: str) -> bool:
    """Say whether it is a run of keys, one piece repeated, or obvious words and decoration."""
    letters = re.sub(r"[\d\W_]+", "", folded)
    rest = letters
    for word in OBVIOUS:
        rest = rest.replace(word, "")
    decorated = rest != letters and len(rest) < PART_LENGTH_MIN
    return decorated or _is_run(folded) or _repeats(folded)


def _is_run(text: str) -> bool:
    """Say whether the text follows the alphabet, the digits or a row of keys, either way."""
    rows = (row * (1 + len(text) // len(row)) + row for row in ROWS)
    return any(text in row or text in row[::-1] for row in rows)


def _repeats(text: str) -> bool:
    """Say whether the text is one short piece again and again."""
    pieces = (text[:size] for size in range(1, PIECE_LENGTH_MAX + 1))
    return any(text == (piece * len(text))[: len(text)] for piece in pieces)
