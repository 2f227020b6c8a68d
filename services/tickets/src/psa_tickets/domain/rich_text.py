"""HTML that people send: made harmless for showing, and read as plain text."""

import html
import re
from collections import Counter
from collections.abc import Callable, Collection

import nh3

_KEPT = (
    "a abbr b blockquote br caption code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i "
    "img ins kbd li mark ol p pre q s samp small span strong sub sup table tbody td tfoot th "
    "thead tr u ul"
)
#: What a reply in a service desk looks like; everything else loses its tag, not its text.
TAGS = frozenset(_KEPT.split())
#: These go with all that they hold.
HOLLOWED = frozenset({"script", "style", "title", "template", "noscript", "iframe", "object"})
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "col": {"span"},
    "colgroup": {"span"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
LINKS = ("http://", "https://", "mailto:", "tel:")
PICTURE = "cid:"

#: Where a line ends in text.
LINE_ENDS = re.compile(
    r"<(?:br|hr|/p|/div|/li|/tr|/h[1-6]|/pre|/blockquote|/table|/dd|/dt)\b[^>]*>", re.IGNORECASE
)
CELL_ENDS = re.compile(r"(?i)</t[dh]\s*>")
ITEM = re.compile(r"(?i)<li\b[^>]*>")
TAG = re.compile(r"<[^>]*>")
SPACE = re.compile(r"[ \t\r\n\f\v]+")
#: An opening or closing tag by name; those that need no end are not counted.
NESTING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ENDLESS = "area base br col dd dt embed hr img input li link meta p source td th tr wbr"
ENDLESS = frozenset(_ENDLESS.split())
#: Mails that were forwarded a dozen times reach a hundred; a parser's work grows with the square.
DEPTH_MAX = 500
BLANK_LINES = re.compile(r"\n{3,}")
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def shows_pictures(markup: str) -> bool:
    """Say whether *markup* refers to pictures that are attached."""
    return PICTURE in markup.lower()


def sanitised(markup: str, *, pictures: Collection[str] = ()) -> str:
    """
    Return *markup* with nothing in it that acts, follows, or calls out.

    A picture stays when it is attached, that is when its content id is one of *pictures*; one
    from elsewhere keeps only its alternative text. What is nested absurdly deep keeps its words.
    """
    if _is_abyss(markup):
        markup = "<br>".join(html.escape(line) for line in text_of(markup).split("\n"))
    return nh3.clean(
        INVISIBLE.sub("", markup),
        tags=set(TAGS),
        clean_content_tags=set(HOLLOWED),
        attributes=ATTRIBUTES,
        attribute_filter=_filter(frozenset(pictures)),
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def text_of(sanitised_markup: str) -> str:
    """Return the words of what `sanitised` gave, a line for each paragraph."""
    flat = SPACE.sub(" ", sanitised_markup)
    flat = ITEM.sub("- ", CELL_ENDS.sub("\t", LINE_ENDS.sub("\n", flat)))
    plain = html.unescape(TAG.sub("", flat)).replace("\xa0", " ")
    lines = (line.strip() for line in plain.split("\n"))
    return BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def paragraphs(text: str) -> str:
    """Return plain *text* as markup."""
    blocks = (html.escape(block.strip(), quote=False) for block in text.split("\n\n"))
    return "".join(f"<p>{block}</p>" for block in blocks if block)


def _is_abyss(markup: str) -> bool:
    """Say whether some element may lie deeper than anybody writes; cheap, and on the safe side."""
    if markup.count("<") <= DEPTH_MAX:
        return False
    opened: Counter[str] = Counter()
    depth = 0
    for closing, name in NESTING.findall(markup.lower()):
        if name in ENDLESS:
            continue
        if not closing:
            opened[name] += 1
            depth += 1
            if depth > DEPTH_MAX:
                return True
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return False


def _filter(pictures: frozenset[str]) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) == ("a", "href"):
            return value if value.strip().lower().startswith(LINKS) else None
        if (tag, attribute) == ("img", "src"):
            scheme, named = value[: len(PICTURE)].lower(), value[len(PICTURE) :].strip("<>")
            return value if scheme == PICTURE and named in pictures else None
        return value

    return keep
