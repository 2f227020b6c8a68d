"""
The documents of an invoice, made beside the event loop.

What makes them is heavy, so nothing of it is loaded before the first invoice is issued; the
process of the rules ends by itself when it is idle, and with `close`.
"""

import asyncio
from typing import TYPE_CHECKING

from psa_billing.domain.invoice import Invoice
from psa_common.errors import Unavailable

if TYPE_CHECKING:
    from psa_billing.documents.rules import RuleChecker


class RulesUnavailable(Unavailable):
    """The rules for e-invoices could not judge; this says nothing about the invoice."""

    code = "rules_unavailable"

    def __init__(self) -> None:
        super().__init__("The e-invoice rules gave no answer; issue the invoice again.")


class Paperwork:
    """Makes documents; one for the whole process."""

    def __init__(self) -> None:
        self._checker: RuleChecker | None = None

    async def xrechnung(self, invoice: Invoice) -> bytes:
        """Return the e-invoice; raises MandatoryFieldMissing and DocumentBreaksRules."""
        return await asyncio.to_thread(self._xrechnung, invoice)

    async def pdf(self, invoice: Invoice) -> bytes:
        """Return the printed invoice; raises TextNotPrintable."""
        return await asyncio.to_thread(_pdf, invoice)

    def close(self) -> None:
        """End the process of the rules."""
        if self._checker is not None:
            self._checker.close()

    def _xrechnung(self, invoice: Invoice) -> bytes:
        from psa_billing.documents.einvoice import valid_xrechnung
        from psa_billing.documents.rules import RuleChecker, RuleCheckFailed

        if self._checker is None:
            self._checker = RuleChecker()
        try:
            return valid_xrechnung(invoice, self._checker)
        except RuleCheckFailed as failure:
            raise RulesUnavailable from failure


def _pdf(invoice: Invoice) -> bytes:
    from psa_billing.documents.pdf import write_pdf

    return write_pdf(invoice)


PAPERWORK = Paperwork()
