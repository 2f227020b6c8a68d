"""The markup that an article may hold; everything else is taken away."""

import html

import nh3

TAGS = {
    "a", "b", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "pre",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}}
SCHEMES = {"https", "http", "mailto", "tel"}


def sanitise(markup: str) -> str:
    """Return *markup* without scripts, styles, images, handlers and foreign schemes."""
    return nh3.clean(markup, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES)


def plain(markup: str) -> str:
    """Return the words of *markup*, a line for each block."""
    for block in ("</p>", "</li>", "</h2>", "</h3>", "</h4>", "</tr>", "<br>", "</pre>"):
        markup = markup.replace(block, f"{block}\n")
    return html.unescape(nh3.clean(markup, tags=set())).strip()


def paragraphs(text: str) -> str:
    """Return plain *text* as markup."""
    blocks = (html.escape(block.strip(), quote=False) for block in text.split("\n\n"))
    return "".join(f"<p>{block}</p>" for block in blocks if block)
