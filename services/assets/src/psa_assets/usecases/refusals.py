"""Refusals that need to look at more than the asset itself, and therefore no domain module."""

from uuid import UUID

from psa_common.errors import Conflict, Refused


class UnknownCustomer(Refused):
    """The CRM has not told us of such a customer, or the caller may not see it."""

    code = "unknown_customer"

    def __init__(self, customer_id: UUID) -> None:
        super().__init__(f"There is no customer {customer_id}.", field="customer_id")


class NumberTaken(Conflict):
    """Another asset of the tenant has the number already."""

    code = "already_taken"

    def __init__(self, number: str) -> None:
        super().__init__(f"Another asset has {number} already; choose another.", field="number")
