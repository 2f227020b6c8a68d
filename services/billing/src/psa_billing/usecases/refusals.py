"""Refusals that need more than one thing to decide, and therefore no domain module."""

from datetime import date
from uuid import UUID

from psa_common.errors import Conflict, Invalid, Refused


class UnknownCustomer(Refused):
    """The customer is not one that the CRM has told us of."""

    code = "unknown_customer"

    def __init__(self, customer_id: UUID) -> None:
        super().__init__(f"There is no customer {customer_id}.", field="customer_id")


class UnknownBillingAccount(Refused):
    """The billing account is not one of the customer's."""

    code = "unknown_billing_account"

    def __init__(self, billing_account_id: UUID) -> None:
        super().__init__(
            f"The customer has no billing account {billing_account_id}.",
            field="billing_account_id",
        )


class ContractNumberTaken(Conflict):
    """Another contract has the number."""

    code = "contract_number_taken"

    def __init__(self, number: str) -> None:
        super().__init__(f"There is a contract {number} already.", field="number")


class AlreadyBilled(Conflict):
    """Another run was faster: a period or an entry stands on an invoice already."""

    code = "already_billed"

    def __init__(self, contract_number: str) -> None:
        super().__init__(
            f"Something of contract {contract_number} stands on another invoice by now; "
            "start a new run.",
            field="billing_run",
        )


class ReversedSinceProposal(Conflict):
    """The desk took back time that the run wants to bill."""

    code = "time_reversed"

    def __init__(self) -> None:
        super().__init__(
            "Time of this run was taken back since it was proposed; start a new run.",
            field="billing_run",
        )


class ReversedSinceApproval(Conflict):
    """The desk took back time that the invoice wants to charge."""

    code = "time_reversed"

    def __init__(self) -> None:
        super().__init__(
            "Time on this invoice was taken back since it was approved; delete the invoice and "
            "start another run.",
            field="invoice",
        )


class InvoiceIsIssued(Conflict):
    """What was issued is undone only by another document."""

    code = "invoice_issued"

    def __init__(self, number: str | None) -> None:
        super().__init__(
            f"Invoice {number} is issued and can be neither changed nor deleted.", field="status"
        )


class InvoiceIsApproved(Conflict):
    """An invoice holds what its run proposed, and nothing else."""

    code = "invoice_not_editable"

    def __init__(self) -> None:
        super().__init__(
            "The lines come from the run: delete the invoice, mend their sources and start "
            "another run.",
            field="status",
        )


class IssueDateInFuture(Invalid):
    """An invoice is dated today or earlier."""

    code = "issue_date_in_future"

    def __init__(self, issued_on: date, today: date) -> None:
        super().__init__(f"{issued_on} is later than today, {today}.", field="issue_date")


class BillingAccountMissing(Refused):
    """Nobody said where the customer wants invoices."""

    code = "billing_account_missing"

    def __init__(self) -> None:
        super().__init__(
            "Give the customer a default billing account, or name one in the contract.",
            field="billing_account",
        )


class UnknownInvoiceFormat(Refused):
    """The customer wants invoices in a format that we do not write."""

    code = "unknown_invoice_format"

    def __init__(self, wanted: str, known: str) -> None:
        super().__init__(
            f"Invoices are written as {known}, not as {wanted}.",
            field="billing_account.invoice_format",
        )


class CompanyUnknown(Refused):
    """Our own company data has not arrived yet."""

    code = "company_unknown"

    def __init__(self) -> None:
        super().__init__("The company data is not there yet.", field="company.legal_name")
