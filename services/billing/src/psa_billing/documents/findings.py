"""What a check of a document found, in one shape for schema, EN 16931 and XRechnung rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from psa_common.errors import Detail, Refused


class Severity(StrEnum):
    """Whether a finding forbids to issue the document."""

    FATAL = "fatal"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken rule, the master-data field that mends it, and both languages."""

    rule: str
    severity: Severity
    field: str
    message: str
    message_de: str


class DocumentBreaksRules(Refused):
    """A document would be issued although it breaks a rule that its receivers enforce."""

    code = "document_breaks_rules"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        rules = ", ".join(sorted({finding.rule for finding in findings}))
        super().__init__(
            f"The invoice breaks {rules}; mend the named fields and issue it again.",
            details=tuple(
                Detail(finding.field, f"{finding.rule}: {finding.message}") for finding in findings
            ),
        )
        self.findings = findings


def refuse_fatal(findings: Iterable[Finding]) -> None:
    """Raise DocumentBreaksRules with every fatal finding, if there is one."""
    if fatal := tuple(each for each in findings if each.severity is Severity.FATAL):
        raise DocumentBreaksRules(fatal)
