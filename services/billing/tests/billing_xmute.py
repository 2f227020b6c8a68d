"""
Reads the test instances of the XRechnung rules, which describe their own variants.

Each instance holds processing instructions that change the element after them (remove it,
empty it, give it another value) and name the rules that the changed document keeps or breaks.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder, XMLParser, tostring

_ATTRIBUTE = re.compile(r'([\w-]+)\s*=\s*"([^"]*)"')
_RULE = re.compile(r"xrubl:([\w-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One changed document and what it says about itself."""

    name: str
    xml: bytes
    keeps: frozenset[str]
    breaks: frozenset[str]


def variants(path: Path) -> Iterator[Variant]:
    """Yield every variant that the instance at *path* describes."""
    parser = XMLParser(target=TreeBuilder(insert_pis=True))
    parser.feed(path.read_bytes())
    root = parser.close()
    for number, (_, _, orders) in enumerate(_instructions(root)):
        for value in [each.strip() for each in orders.get("values", "").split(",")]:
            changed = copy.deepcopy(root)
            parent, index, _ = list(_instructions(changed))[number]
            _mutate(parent, index, orders, value)
            yield Variant(
                name=f"{path.stem}: {orders.get('id', number)} {value}".strip(),
                xml=_without_instructions(changed),
                keeps=frozenset(_RULE.findall(orders.get("schematron-valid", ""))),
                breaks=frozenset(_RULE.findall(orders.get("schematron-invalid", ""))),
            )


def _instructions(root: Element) -> Iterator[tuple[Element, int, dict[str, str]]]:
    for parent in root.iter():
        for index, child in enumerate(parent):
            if _is_instruction(child) and (child.text or "").startswith("xmute"):
                yield parent, index, dict(_ATTRIBUTE.findall(child.text or ""))


def _mutate(parent: Element, index: int, orders: dict[str, str], value: str) -> None:
    target = next(each for each in parent[index:] if not _is_instruction(each))
    attribute = orders.get("attribute")
    match orders["mutator"]:
        case "remove" if attribute:
            target.attrib.pop(attribute)
        case "remove":
            parent.remove(target)
        case "empty":
            target.text = ""
        case "whitespace":
            target.text = f" \n{target.text}\t "
        case "code" if attribute:
            target.set(attribute, value)
        case "code":
            target.text = value
        case _:
            return


def _is_instruction(found: Element) -> bool:
    # The tag of a processing instruction is the function that makes one, not a name.
    return callable(found.tag)


def _without_instructions(root: Element) -> bytes:
    for parent in root.iter():
        for child in [each for each in parent if _is_instruction(each)]:
            parent.remove(child)
    return tostring(root, encoding="UTF-8")
