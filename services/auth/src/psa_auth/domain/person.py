"""What holds of a user, whoever changes it."""

import unicodedata
from collections.abc import Iterable
from uuid import UUID

from psa_auth.domain.permission import is_for_customers
from psa_common.errors import Conflict, Forbidden, Refused


class EmailTaken(Conflict):
    """The address signs somebody else in."""

    code = "email_taken"

    def __init__(self) -> None:
        super().__init__("Another user of this tenant has this address.", field="email")


class UnknownRole(Refused):
    """The tenant has no such role."""

    code = "unknown_role"

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"There is no role {min(names)!r}; see GET /roles.", field="roles")


class CustomerNeeded(Refused):
    """A portal role shows the records of one customer, so somebody must say whose."""

    code = "customer_needed"

    def __init__(self) -> None:
        super().__init__("Say whose portal the user belongs to.", field="customer_id")


class StaffRoleForCustomer(Refused):
    """A customer's people never get a role that reaches beyond their customer."""

    code = "staff_role_for_customer"

    def __init__(self) -> None:
        super().__init__("A customer's user can only have portal roles.", field="roles")


class OwnAccount(Forbidden):
    """Some changes to an account need a second person."""

    code = "own_account"

    def __init__(self, what: str) -> None:
        super().__init__(f"You cannot {what} yourself; ask another administrator.")


class AlreadyInactive(Conflict):
    """The user has no access already."""

    code = "already_inactive"

    def __init__(self) -> None:
        super().__init__("The user is deactivated already.")


def normal_email(email: str) -> str:
    """Return the address as it is stored and compared: one spelling for all cases."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def check_roles(permission_sets: Iterable[frozenset[str]], customer_id: UUID | None) -> None:
    """Raise when staff has a portal role without customer, or a customer's user a staff role."""
    for permissions in permission_sets:
        portal = is_for_customers(permissions)
        if portal and customer_id is None:
            raise CustomerNeeded
        if customer_id is not None and not portal:
            raise StaffRoleForCustomer
