"""
What somebody has newly written, without the mail that they answer and without their signature.

Only markers that mail programs write are cut at, German Outlook among them. When nothing would
be left, everything stays: the whole body is kept beside the trimmed one anyway.
"""

import re

#: Our own mails carry this line; what stands below it is ours.
REPLY_LINE = "##- Bitte antworten Sie oberhalb dieser Zeile / Please reply above this line -##"

LINE_CHARACTERS_MAX = 400
HEADER_LINES = 6

ORIGINAL = re.compile(
    r"^\s*[-_]{2,}\s*(?:Ursprüngliche Nachricht|Original[- ]?Nachricht|Original Message"
    r"|Weitergeleitete Nachricht|Forwarded message)\s*[-_]{2,}\s*$",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*_{20,}\s*$")
WROTE = re.compile(
    r"^\s*(?:Am\b.{4,200}\bschrieb\b.{0,150}:|On\b.{4,200}\bwrote:)\s*$",
)
#: Nothing marks its beginning, so it is looked for in one line only.
NAME_WROTE = re.compile(r"^\s*\S.{2,150}\bschrieb am\b.{4,100}:\s*$")
FROM = re.compile(r"^\s*\*?(?:Von|From|De)\s*:\*?\s*\S", re.IGNORECASE)
SENT = re.compile(r"^\s*\*?(?:Gesendet|Sent|Datum|Date)(?: am)?\s*:\*?\s*\S", re.IGNORECASE)
TO = re.compile(r"^\s*\*?(?:An|To|Betreff|Subject)\s*:\*?", re.IGNORECASE)
SIGNATURE = re.compile(r"^--\s?$")
DEVICE = re.compile(
    r"^\s*(?:Gesendet von (?:meinem|meiner|Outlook|Mail)|Von meinem .{2,40} gesendet"
    r"|Diese Nachricht wurde von meinem .{2,60} gesendet|Sent from (?:my|Mail|Outlook)"
    r"|Get Outlook for|Holen Sie sich Outlook für|Outlook für (?:iOS|Android))\b",
    re.IGNORECASE,
)


def trimmed(text: str) -> str:
    """Return the new words of *text*, or all of it when nothing would be left."""
    lines = text.split("\n")
    kept: list[str] = []
    position = 0
    while position < len(lines):
        if _ends_here(lines, position):
            break
        length = _attribution_length(lines, position)
        if length:
            behind = _behind_quote(lines, position + length)
            if behind is None:
                kept += lines[position:]
                break
            position = behind
            continue
        kept.append(lines[position])
        position += 1
    return _without_trailing_quote(kept) or text.strip()


def _ends_here(lines: list[str], position: int) -> bool:
    line = lines[position]
    if len(line) > LINE_CHARACTERS_MAX:
        return False
    if REPLY_LINE in line or any(marker.match(line) for marker in (ORIGINAL, SIGNATURE, DEVICE)):
        return True
    if RULE.match(line):
        return any(is_header_block(lines, position + ahead) for ahead in (1, 2))
    return is_header_block(lines, position)


def is_header_block(lines: list[str], position: int) -> bool:
    """Say whether Outlook's "Von: … Gesendet: … An: … Betreff: …" starts in this line."""
    block = [line for line in lines[position : position + HEADER_LINES] if line.strip()]
    if not block or not FROM.match(block[0][:LINE_CHARACTERS_MAX]):
        return False
    rest = [line[:LINE_CHARACTERS_MAX] for line in block[1:]]
    return any(SENT.match(line) for line in rest) and any(TO.match(line) for line in rest)


def _attribution_length(lines: list[str], position: int) -> int:
    """Return over how many lines "Am … schrieb …:" goes; programs break it as they like."""
    for length in (1, 2, 3):
        block = [line.strip() for line in lines[position : position + length]]
        joined = " ".join(block)
        if len(joined) > LINE_CHARACTERS_MAX or not all(block):
            return 0
        if length == 1 and NAME_WROTE.match(joined):
            return 1
        # Without a date it is somebody's own sentence: "Am Montag schrieb ich:".
        if WROTE.match(joined) and any(letter.isdigit() for letter in joined):
            return length
    return 0


def _behind_quote(lines: list[str], start: int) -> int | None:
    """
    Return where the writer's own words go on behind the quote that starts here.

    That is the end when nothing is marked as quoted; None when the answers stand between the
    quoted lines, which make no sense without them.
    """
    marked = [n for n in range(start, len(lines)) if lines[n].lstrip().startswith(">")]
    first = next((n for n in range(start, len(lines)) if lines[n].strip()), None)
    if not marked or first is None or first != marked[0]:
        return len(lines)
    own = [n for n in range(marked[0], marked[-1]) if n not in set(marked) and lines[n].strip()]
    return None if own else marked[-1] + 1


def _without_trailing_quote(kept: list[str]) -> str:
    while kept and (not kept[-1].strip() or kept[-1].lstrip().startswith(">")):
        kept.pop()
    return "\n".join(kept).strip()
