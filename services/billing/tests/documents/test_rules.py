"""The EN 16931 check in its own process: verdicts, faults of the process, and its end."""

import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from billing_documents import MUELLER, RHEINSYSTEME, a_line, an_invoice
from psa_billing.documents.einvoice import judge, valid_xrechnung
from psa_billing.documents.findings import DocumentBreaksRules
from psa_billing.documents.rules import MAX_DOCUMENT_BYTES, RuleChecker, RuleCheckFailed
from psa_billing.documents.ubl import write_ubl
from psa_billing.domain.mandatory_fields import MandatoryFieldMissing
from psa_billing.domain.proposal import Unit
from psa_billing.domain.vat import VatCategory

SCENARIO = Path(__file__).parent / "data" / "RE-2026-000123_xrechnung.xml"


@pytest.fixture(scope="module")
def checker() -> Iterator[RuleChecker]:
    checker = RuleChecker()
    yield checker
    checker.close()


def process_of(checker: RuleChecker) -> subprocess.Popen[bytes]:
    process = checker._process  # pyright: ignore[reportPrivateUsage] # to watch and kill it
    assert process is not None
    return process


def test_the_invoices_of_demo_and_scenario_are_valid(checker: RuleChecker) -> None:
    assert judge(write_ubl(an_invoice()), checker) == ()
    assert judge(SCENARIO.read_bytes(), checker) == ()


def test_credits_minutes_and_reverse_charge_are_valid(checker: RuleChecker) -> None:
    credit = an_invoice(a_line(), a_line(2, quantity="-1", unit_price="48.33"))
    minutes = an_invoice(
        a_line(quantity="100", unit=Unit.MINUTE, unit_price="129.00", price_base_quantity=60)
    )
    reverse_charge = an_invoice(
        a_line(vat_category=VatCategory.REVERSE_CHARGE, vat_percent="0"),
        buyer=replace(MUELLER, vat_id="DE136695976"),
    )

    for invoice in (credit, minutes, reverse_charge):
        assert judge(valid_xrechnung(invoice, checker), checker) == ()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"PayableAmount currencyID=\"EUR\">786.29", b"PayableAmount currencyID=\"EUR\">786.30",
         "BR-CO-16"),
        (b">660.75</cbc:LineExtensionAmount>", b">660.74</cbc:LineExtensionAmount>", "BR-CO-10"),
        (b"unitCode=\"HUR\"", b"unitCode=\"HOURS\"", "BR-CL-23"),
        (b"cbc:IssueDate", b"cbc:IssueDay", "XSD"),
        (b">2026-07-01</cbc:IssueDate>", b">2026-07-32</cbc:IssueDate>", "XSD"),
        (b"<?xml", b"<!DOCTYPE Invoice><?xml", "XML"),
    ],
)  # fmt: skip
def test_a_flaw_is_found_by_schema_or_rules(
    checker: RuleChecker, old: bytes, new: bytes, rule: str
) -> None:
    xml = write_ubl(an_invoice())
    assert old in xml

    assert rule in {finding.rule for finding in checker.check(xml.replace(old, new))}


def test_an_invoice_without_buyer_reference_is_not_valid(checker: RuleChecker) -> None:
    with pytest.raises(DocumentBreaksRules) as refusal:
        valid_xrechnung(an_invoice(buyer=replace(MUELLER, buyer_reference=None)), checker)

    assert [finding.rule for finding in refusal.value.findings] == ["BR-DE-15"]


def test_an_invoice_without_tax_identity_is_refused_before_the_rules_run() -> None:
    never_asked = RuleChecker()

    with pytest.raises(MandatoryFieldMissing):
        valid_xrechnung(an_invoice(seller=replace(RHEINSYSTEME, vat_id=None)), never_asked)

    assert not never_asked.is_running


def test_many_threads_share_one_checker(checker: RuleChecker) -> None:
    xml = write_ubl(an_invoice())

    with ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(checker.check, [xml] * 12))

    assert verdicts == [()] * 12


def test_an_idle_process_ends_and_the_next_question_starts_another() -> None:
    checker = RuleChecker(idle_seconds=0.1)
    xml = write_ubl(an_invoice())
    checker.check(xml)

    process_of(checker).wait(timeout=20)

    assert not checker.is_running
    assert checker.check(xml) == ()
    checker.close()


def test_a_process_that_was_killed_is_replaced(checker: RuleChecker) -> None:
    checker.check(write_ubl(an_invoice()))

    os.kill(process_of(checker).pid, signal.SIGKILL)

    assert checker.check(write_ubl(an_invoice())) == ()


def test_rules_that_do_not_answer_in_time_are_a_failure_and_leave_no_process() -> None:
    checker = RuleChecker(timeout_seconds=0.01)

    with pytest.raises(RuleCheckFailed):
        checker.check(write_ubl(an_invoice()))

    assert not checker.is_running


def test_a_huge_document_is_not_judged() -> None:
    with pytest.raises(RuleCheckFailed):
        RuleChecker().check(b" " * (MAX_DOCUMENT_BYTES + 1))
