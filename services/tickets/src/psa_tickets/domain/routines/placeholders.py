"""
Texts with blanks: {{ticket.number}} is filled from a fixed table of names and nothing else.

A name is looked up, never evaluated: no attributes, no expressions, and what was filled in is
not looked at again.
"""

import html
import re
from collections.abc import Mapping

from psa_common.errors import Invalid

#: Every blank there is, and what stands in it.
VARIABLES: Mapping[str, str] = {
    "ticket.number": "the ticket's number",
    "ticket.title": "the ticket's title",
    "ticket.priority": "the ticket's priority",
    "customer.number": "the customer's number",
    "customer.name": "the customer's name",
    "contact.name": "the name of the person at the customer",
    "agent.name": "the name of whoever uses the text",
    "assignee.name": "the name of whoever owns the ticket",
}

BLANK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class UnknownVariable(Invalid):
    """A text has only blanks that somebody can fill."""

    code = "unknown_variable"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no variable {name!r}; use {', '.join(VARIABLES)}.", field="text"
        )
        self.name = name


class BrokenPlaceholder(Invalid):
    """A blank begins with {{ and ends with }}."""

    code = "broken_placeholder"

    def __init__(self) -> None:
        super().__init__("A {{ or }} stands alone; write {{ticket.number}}.", field="text")


def check(text: str) -> None:
    """Refuse a text with a blank that nobody can fill, before it is kept."""
    for name in BLANK.findall(text):
        if name.strip() not in VARIABLES:
            raise UnknownVariable(name.strip())
    rest = BLANK.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise BrokenPlaceholder


def render(text: str, values: Mapping[str, str | None]) -> str:
    """Fill the blanks of *text*; a value that is missing leaves nothing."""
    check(text)
    return BLANK.sub(lambda blank: values.get(blank[1].strip()) or "", text)


def render_html(text: str, values: Mapping[str, str | None]) -> str:
    """Fill the blanks of a plain text and write the whole as HTML, every character as text."""
    return html.escape(render(text, values)).replace("\n", "<br>\n")
