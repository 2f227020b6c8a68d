"""German words as search compares them, and where a text says what somebody looked for."""

import re
import unicodedata
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+")
#: As Lucene's german_normalization and `search_fold` in SQL: `ue` stays in neue and Quelle.
TRANSCRIBED = re.compile(r"([ao]|(?<![aeioqy])u)e")
#: An inflected form shares at least this much of what was typed.
ENDING_MAX = 3
STEM_MIN = 4
#: As `search_phone_keys` in SQL.
PHONE = re.compile(r"[+0-9][-0-9 ()/.]{5,40}")
COUNTRY_PREFIX = re.compile(r"^(00)?(49|43|41)")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a text; *matches* when it is what was looked for. It is text, never HTML."""

    text: str
    matches: bool


def fold(word: str) -> str:
    """Return *word* so that Störung, Stoerung and STORUNG are one."""
    lowered = unicodedata.normalize("NFKD", word).casefold()
    plain = "".join(letter for letter in lowered if not unicodedata.combining(letter))
    return TRANSCRIBED.sub(r"\1", plain)


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words of *text*."""
    return tuple(fold(match[0]) for match in WORD.finditer(text))


def excerpt(text: str, sought: str, *, length_max: int) -> tuple[Fragment, ...]:
    """Return the part of *text* that says most about *sought*, in fragments."""
    wanted = words_of(sought)
    spans = [match.span() for match in WORD.finditer(text) if _is_meant(fold(match[0]), wanted)]
    since = _start(text, spans, length_max)
    until = min(len(text), since + length_max)
    fragments: list[Fragment] = []
    position = since
    for start, end in spans:
        if start < since or end > until:
            continue
        if start > position:
            fragments.append(Fragment(text[position:start], matches=False))
        fragments.append(Fragment(text[start:end], matches=True))
        position = end
    if position < until:
        fragments.append(Fragment(text[position:until], matches=False))
    return tuple(fragments)


def _start(text: str, spans: list[tuple[int, int]], length_max: int) -> int:
    """Return where the excerpt begins: at a word a little before the densest matches."""
    if not spans or len(text) <= length_max:
        return 0
    starts = [start for start, _ in spans]
    densest = max(starts, key=lambda at: sum(at <= one < at + length_max for one in starts))
    earliest = max(0, min(densest - length_max // 4, len(text) - length_max))
    space = text.find(" ", earliest, densest)
    if earliest and space >= 0:
        return min(space + 1, len(text) - length_max)
    return earliest


def _is_meant(word: str, wanted: tuple[str, ...]) -> bool:
    return any(word == one or _shares_a_stem(word, one) for one in wanted)


def _shares_a_stem(word: str, one: str) -> bool:
    """Say whether *one* is in *word* but for its ending: Druckern in Netzwerkdrucker."""
    if len(one) < STEM_MIN:
        return len(one) > 1 and word.startswith(one)
    return one[: max(STEM_MIN, len(one) - ENDING_MAX)] in word


def keys_of(text: str) -> tuple[str, ...]:
    """Return what *text* would name exactly: a number or address, and a telephone."""
    key = "=" + "".join(text.split()).lower()[:254]
    if not PHONE.fullmatch(text):
        return (key,)
    digits = "".join(letter for letter in text if letter in "0123456789")
    national = COUNTRY_PREFIX.sub("", digits)
    return (key, "#" + digits.lstrip("0"), "#" + national.lstrip("0"))
