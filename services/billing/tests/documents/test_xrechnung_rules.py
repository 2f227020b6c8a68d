"""Our XRechnung rules: a good invoice keeps them all, each flaw breaks exactly its own."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from billing_documents import MUELLER, RHEINSYSTEME, an_invoice
from billing_xmute import variants
from psa_billing.documents.findings import DocumentBreaksRules, Severity, refuse_fatal
from psa_billing.documents.ubl import write_ubl
from psa_billing.documents.ubl_tree import NotXml, read_tree
from psa_billing.documents.xrechnung_checks import is_iban
from psa_billing.documents.xrechnung_rules import RULES, check_xrechnung
from psa_billing.domain.invoice import Address, Invoice

SCENARIO = Path(__file__).parent / "data" / "RE-2026-000123_xrechnung.xml"
#: Names a copy of KoSIT's test instances (xrechnung-schematron, test/instances/ubl-inv).
INSTANCES_VARIABLE = "PSA_XRECHNUNG_INSTANCES"
INSTANCES = os.environ.get(INSTANCES_VARIABLE, "")
NO_PLACE = Address(street="Werkstr. 5", postal_code="", city="")
MANDATE = (
    "<cac:PaymentMandate><cbc:ID>MND-10042-01</cbc:ID></cac:PaymentMandate></cac:PaymentMeans>"
)


def broken(xml: bytes) -> list[str]:
    return [finding.rule for finding in check_xrechnung(xml)]


def changed(old: str, new: str) -> bytes:
    text = write_ubl(an_invoice()).decode()
    assert old in text
    return text.replace(old, new).encode()


def test_the_invoices_of_demo_and_scenario_keep_all_rules() -> None:
    assert broken(write_ubl(an_invoice())) == []
    assert broken(SCENARIO.read_bytes()) == []


@pytest.mark.parametrize(
    ("invoice", "rules"),
    [
        (an_invoice(seller=replace(RHEINSYSTEME, iban=None)), ["BR-DE-1"]),
        (an_invoice(seller=replace(RHEINSYSTEME, address=NO_PLACE)), ["BR-DE-3", "BR-DE-4"]),
        (an_invoice(seller=replace(RHEINSYSTEME, contact_name=None)), ["BR-DE-5"]),
        (an_invoice(seller=replace(RHEINSYSTEME, phone=None)), ["BR-DE-6", "BR-DE-27"]),
        (an_invoice(seller=replace(RHEINSYSTEME, phone="keins")), ["BR-DE-27"]),
        (an_invoice(seller=replace(RHEINSYSTEME, email="a@b@c.de")), ["BR-DE-28"]),
        (an_invoice(seller=replace(RHEINSYSTEME, vat_id=None)), ["BR-DE-16"]),
        (an_invoice(seller=replace(RHEINSYSTEME, iban="DE00")), ["BR-DE-19"]),
        (an_invoice(buyer=replace(MUELLER, address=NO_PLACE)), ["BR-DE-8", "BR-DE-9"]),
        (an_invoice(buyer=replace(MUELLER, buyer_reference=None)), ["BR-DE-15"]),
        (
            an_invoice(buyer=replace(MUELLER, electronic_address=None)),
            ["PEPPOL-EN16931-R010"],
        ),
    ],
)
def test_a_gap_in_the_master_data_breaks_its_rule(invoice: Invoice, rules: list[str]) -> None:
    assert broken(write_ubl(invoice)) == rules


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (">380<", ">999<", ["BR-DE-17"]),
        (">380<", ">384<", ["BR-DE-26"]),
        ("xrechnung_3.0", "xrechnung_1.0", ["BR-DE-21"]),
        ("ohne Abzug.", "\n#SKONTO#TAGE=7#PROZENT=2#\n", ["BR-DE-18"]),
        ("ohne Abzug.", "\n#SKONTO#TAGE=7#PROZENT=2.00#", ["BR-DE-18"]),
        ("ohne Abzug.", "\n#SKONTO#TAGE=7#PROZENT=2.00#\n", []),
        ("</cac:PaymentMeans>", MANDATE, ["BR-DE-23-b", "BR-DE-30", "BR-DE-31"]),
        (">58<", ">59<", ["BR-DE-20", "BR-DE-25-a", "BR-DE-25-b", "PEPPOL-EN16931-R061"]),
        (">58<", ">54<", ["BR-DE-24-a", "BR-DE-24-b"]),
        (">2026-07-31<", ">2026-08-31<", []),
        (">435.00<", ">435.03<", ["PEPPOL-EN16931-R120"]),
        (">435.00<", ">viel<", ["PEPPOL-EN16931-R120"]),
        ("<cbc:Percent>19</cbc:Percent>", "", ["BR-DE-14"]),
        ("urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", "", ["PEPPOL-EN16931-R008"]),
        (">2026-06-03<", ">2026-06-03</cbc:StartDate><cbc:StartDate>2026-06-03<", []),
    ],
)
def test_a_flaw_in_the_document_breaks_its_rule(old: str, new: str, rules: list[str]) -> None:
    assert broken(changed(old, new)) == rules


def test_a_missing_buyer_reference_is_refused_by_naming_the_field_to_mend() -> None:
    xml = write_ubl(an_invoice(buyer=replace(MUELLER, buyer_reference=None)))

    with pytest.raises(DocumentBreaksRules) as refusal:
        refuse_fatal(check_xrechnung(xml))

    (detail,) = refusal.value.details
    assert detail.field == "billing_account.buyer_reference"
    assert detail.message.startswith("BR-DE-15: Enter the buyer reference")
    assert "Käuferreferenz" in refusal.value.findings[0].message_de


def test_a_warning_does_not_forbid_to_issue() -> None:
    findings = check_xrechnung(changed(">380<", ">384<"))

    assert [finding.severity for finding in findings] == [Severity.WARNING]
    refuse_fatal(findings)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"no xml",
        b"<a>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    ],
)
def test_bytes_that_are_no_plain_xml_are_refused(xml: bytes) -> None:
    assert broken(xml) == ["XML"]
    with pytest.raises(NotXml):
        read_tree(xml)


def test_every_rule_is_named_once() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("iban", "is_valid"),
    [
        ("DE89370400440532013000", True),
        ("DE89 3704 0044 0532 0130 00", True),
        ("DE88370400440532013000", False),
        ("", False),
        ("DE", False),
        ("D€89370400440532013000", False),
    ],
)
def test_an_iban_is_known_by_its_check_number(iban: str, is_valid: bool) -> None:
    assert is_iban(iban) is is_valid


@pytest.mark.skipif(not INSTANCES, reason=f"{INSTANCES_VARIABLE} names no folder")
def test_the_official_instances_are_judged_as_they_say_of_themselves() -> None:
    ours = {rule.id for rule in RULES}
    paths = sorted(Path(INSTANCES).glob("ubl-inv-*.xml"))
    assert paths

    for variant in (each for path in paths for each in variants(path)):
        found = set(broken(variant.xml))
        assert variant.breaks & ours <= found, variant.name
        assert not variant.keeps & found, variant.name
