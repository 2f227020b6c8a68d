"""The one gate before issue: an invoice as XRechnung that keeps all the rules, or a refusal."""

from psa_billing.domain.invoice import Invoice
from psa_billing.domain.mandatory_fields import check_mandatory_fields

from .findings import Finding, refuse_fatal
from .rules import RuleChecker
from .ubl import write_ubl
from .xrechnung_rules import check_xrechnung


def judge(xml: bytes, checker: RuleChecker) -> tuple[Finding, ...]:
    """
    Return everything that schema, EN 16931 and XRechnung rules find in a UBL invoice.

    Blocks while the rules run; raises RuleCheckFailed where they cannot judge.
    """
    # The cheap rules name the master data best, so they come first.
    return (*check_xrechnung(xml), *checker.check(xml))


def valid_xrechnung(invoice: Invoice, checker: RuleChecker) -> bytes:
    """
    Return the XRechnung of *invoice*, which keeps every fatal rule.

    Raises MandatoryFieldMissing or DocumentBreaksRules, both with the fields to mend.
    """
    check_mandatory_fields(invoice)
    xml = write_ubl(invoice)
    refuse_fatal(judge(xml, checker))
    return xml
