"""Reading a UBL document safely, and short paths into it."""

from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
PREFIXES = {
    "cac": f"{_UBL}CommonAggregateComponents-2",
    "cbc": f"{_UBL}CommonBasicComponents-2",
}


class NotXml(ValueError):
    """The bytes are no XML document that may be read."""


class _WithoutDocumentType(TreeBuilder):
    """Builds a tree and refuses entities before any of them could be expanded."""

    def doctype(self, name: str, _pubid: str | None, _system: str | None, /) -> None:
        """Refuse the declaration as soon as it is seen."""
        raise NotXml(f"The document declares the document type {name}.")


def read_tree(xml: bytes) -> Element:
    """Return the root element of *xml*; raises NotXml."""
    parser = XMLParser(target=_WithoutDocumentType())  # noqa: S314 - see _WithoutDocumentType
    try:
        parser.feed(xml)
        return parser.close()
    except ParseError as error:
        raise NotXml(f"The document is no well-formed XML: {error}.") from error


def texts(element: Element, path: str) -> list[str]:
    """Return the text of every element at *path*, outer white space removed."""
    return [(each.text or "").strip() for each in element.findall(path, PREFIXES)]


def text(element: Element, path: str) -> str:
    """Return the text of the first element at *path*, or nothing."""
    return (element.findtext(path, "", PREFIXES) or "").strip()


def has(element: Element, path: str) -> bool:
    """Return whether there is an element at *path*, empty or not."""
    return element.find(path, PREFIXES) is not None


def each(element: Element, path: str) -> list[Element]:
    """Return every element at *path*."""
    return element.findall(path, PREFIXES)
