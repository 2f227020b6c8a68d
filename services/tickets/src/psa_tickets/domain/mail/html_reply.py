"""Which part of an HTML mail shows the words that were newly written."""

import re

from psa_tickets.domain.mail.html_text import text_of_html
from psa_tickets.domain.mail.trimming import REPLY_LINE

HTML_CHARACTERS_MAX = 500_000

#: Where mail programs begin to quote: all of them, Gmail, Thunderbird, Outlook, and our own line.
QUOTE = re.compile(
    r"<blockquote\b"
    r"|<div\b[^<>]{0,300}\bclass\s*=\s*[\"']?[^\"'<>]{0,200}\b(?:gmail_quote|moz-cite-prefix)"
    r"|<div\b[^<>]{0,300}\bid\s*=\s*[\"']?(?:divRplyFwdMsg|appendonsend"
    r"|mail-editor-reference-message-container)"
    r"|<div\b[^<>]{0,300}\bstyle\s*=\s*[\"']border:none;\s*border-top:solid"
    r"|<hr\b[^<>]{0,300}\bid\s*=\s*[\"']?stopSpelling"
    rf"|{re.escape(REPLY_LINE)}",
    re.IGNORECASE,
)
#: What programs write into the plain text in place of links and pictures.
STAND_INS = re.compile(r"<[^<>\s]{1,2000}>|\[[^\[\]\n]{0,200}\]|https?://\S+")
WORD = re.compile(r"\w+")


def html_saying(html: str, said: str, *, is_whole: bool) -> str | None:
    """
    Return the part of *html* that shows what was *said*, or None when no part surely does.

    *is_whole* tells that nothing was trimmed from the text; otherwise the quote is cut off. A
    word that only the text has must not be hidden behind HTML: then the text is shown alone.
    """
    if not html or len(html) > HTML_CHARACTERS_MAX:
        return None
    quote = None if is_whole else QUOTE.search(html)
    if quote is None and not is_whole:
        return None
    own = html[: quote.start()] if quote else html
    return own if _words(STAND_INS.sub(" ", said)) <= _words(text_of_html(own)) else None


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.casefold()))
