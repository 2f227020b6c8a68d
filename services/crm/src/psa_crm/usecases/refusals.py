"""Refusals that need to look at more than the thing itself, and therefore no domain module."""

from uuid import UUID

from psa_common.errors import Conflict, Forbidden, Refused


class UnknownCustomer(Refused):
    """There is no such customer, for this caller."""

    code = "unknown_customer"

    def __init__(self, customer_id: UUID) -> None:
        super().__init__(f"There is no customer {customer_id}.", field="customer_id")


class CustomersAreNotYours(Forbidden):
    """A customer's own people do not enter customers."""

    code = "permission_denied"

    def __init__(self) -> None:
        super().__init__("This needs the permission customer:create:all; ask your administrator.")


class Taken(Conflict):
    """Another thing of the tenant holds the value already."""

    code = "already_taken"

    def __init__(self, field: str, value: str | None, holder: str) -> None:
        super().__init__(f"Another {holder} has {value} already; choose another.", field=field)
