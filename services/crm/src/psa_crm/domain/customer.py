"""A customer: what it is to us, where the business relation stands, and its legal moves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from psa_common.errors import Invalid, Refused
from psa_crm.domain.mail import mail_domain
from psa_crm.domain.places import check_country, check_state


class Status(StrEnum):
    """Where the business relation stands."""

    ACTIVE = "active"
    ON_HOLD = "on_hold"
    INACTIVE = "inactive"


class CustomerType(StrEnum):
    """What the company is to the tenant."""

    PROSPECT = "prospect"
    CUSTOMER = "customer"
    FORMER = "former"
    SUPPLIER = "supplier"
    PARTNER = "partner"
    INTERNAL = "internal"


MOVES: Mapping[Status, frozenset[Status]] = {
    Status.ACTIVE: frozenset({Status.ON_HOLD, Status.INACTIVE}),
    Status.ON_HOLD: frozenset({Status.ACTIVE, Status.INACTIVE}),
    # Who comes back comes back as a customer like any other; a hold is put on them anew.
    Status.INACTIVE: frozenset({Status.ACTIVE}),
}

#: What DATEV keeps for debtors.
DEBTOR_ACCOUNTS = re.compile(r"[1-6][0-9]{4}")


class IllegalMove(Refused):
    """A business relation takes no such step."""

    code = "illegal_status_move"

    def __init__(self, status: Status, wanted: Status) -> None:
        allowed = ", ".join(sorted(MOVES[status]))
        super().__init__(
            f"A customer that is {status} cannot become {wanted}; it may become {allowed}.",
            field="status",
        )
        self.status = status
        self.wanted = wanted


class BadDebtorAccount(Invalid):
    """The accounting software keeps other accounts for debtors."""

    code = "bad_debtor_account"

    def __init__(self, account: str) -> None:
        super().__init__(
            f"{account} is no debtor account; use a number from 10000 to 69999.",
            field="debtor_account",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A company or person we work for, or would like to."""

    id: UUID
    number: str
    name: str
    customer_type: CustomerType
    status: Status
    federal_state: str | None
    country: str
    debtor_account: str | None
    notes: str | None
    mail_domains: tuple[str, ...] = ()


#: Storage keeps more of a customer than the rules need; they return what they were given.
CustomerT = TypeVar("CustomerT", bound=Customer)


def checked(customer: CustomerT) -> CustomerT:
    """Return *customer* with its domains in one form, each once; raises what names the field."""
    check_country(customer.country)
    check_state(customer.country, customer.federal_state)
    account = customer.debtor_account
    if account is not None and DEBTOR_ACCOUNTS.fullmatch(account) is None:
        raise BadDebtorAccount(account)
    domains = dict.fromkeys(map(mail_domain, customer.mail_domains))
    return replace(customer, mail_domains=tuple(domains))


def check_move(status: Status, wanted: Status) -> None:
    """Raise IllegalMove for a step that the table does not know; to stay is no step."""
    if wanted is not status and wanted not in MOVES[status]:
        raise IllegalMove(status, wanted)
