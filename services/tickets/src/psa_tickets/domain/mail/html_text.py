"""The words of an HTML mail as plain text; linear in its length, whatever it holds."""

import html
import re

TAG = re.compile(r"<([^<>]*)>")
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
NAME = re.compile(r"\s*(/?)\s*([a-zA-Z0-9]+)")
SILENT = frozenset({"script", "style", "head", "title", "noscript", "template"})
BLOCKS = frozenset(
    {"p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"}
)
SPACES = re.compile(r"[ \t\r\n\xa0]+")
EMPTY_LINES = re.compile(r"\n{3,}")


def text_of_html(source: str) -> str:
    """Return what a reader would see; quoted passages start with "> "."""
    lines = _Lines()
    hidden: str | None = None
    pieces = TAG.split(COMMENT.sub("", source))
    for position, piece in enumerate(pieces):
        if position % 2 == 0:
            if hidden is None:
                lines.say(piece)
            continue
        match = NAME.match(piece)
        if match is None:
            continue
        closing, name = bool(match[1]), match[2].lower()
        if hidden is not None:
            hidden = None if closing and name == hidden else hidden
        elif name in SILENT and not closing and not piece.endswith("/"):
            hidden = name
        else:
            lines.tag(name, closing=closing)
    return lines.text()


class _Lines:
    """Lines as they grow, with how deep each is quoted."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, list[str]]] = [(0, [])]
        self._depth = 0

    def say(self, piece: str) -> None:
        self._lines[-1][1].append(SPACES.sub(" ", html.unescape(piece)))

    def tag(self, name: str, *, closing: bool) -> None:
        if name == "blockquote":
            self._depth = max(0, self._depth + (-1 if closing else 1))
            self._end()
        elif name == "br" or (name in BLOCKS and self._lines[-1][1]):
            self._end()
        elif name == "td" and closing:
            self.say(" ")

    def text(self) -> str:
        shown = (
            "> " * min(depth, 5) + SPACES.sub(" ", "".join(words)).strip()
            for depth, words in self._lines
        )
        return EMPTY_LINES.sub("\n\n", "\n".join(shown)).strip()

    def _end(self) -> None:
        self._lines.append((self._depth, []))
