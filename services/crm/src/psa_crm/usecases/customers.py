"""Enter a customer, change one: load, decide, save, announce."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common import audit, numbers
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_crm.domain import customer as rules
from psa_crm.domain.customer import CustomerType, Status
from psa_crm.events import CustomerCreated, CustomerUpdated
from psa_crm.queries import customers
from psa_crm.queries.customers import StoredCustomer
from psa_crm.usecases.refusals import CustomersAreNotYours, Taken
from psa_events import outbox

#: The first number of the first debtor account that DATEV keeps, so that both can be alike.
FIRST_NUMBER = 10001


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """What is known of a customer; without a number the next one is drawn."""

    number: str | None
    name: str
    customer_type: CustomerType
    status: Status
    federal_state: str | None
    country: str
    debtor_account: str | None
    notes: str | None
    mail_domains: Sequence[str] = ()


async def create(
    tx: Tx, principal: Principal, new: NewCustomer, *, now: datetime
) -> StoredCustomer:
    """Enter a customer."""
    if principal.scope("customer:create") != "all":
        raise CustomersAreNotYours
    customer = StoredCustomer(
        id=uuid7(),
        number=new.number or await _draw_number(tx),
        name=new.name,
        customer_type=new.customer_type,
        status=new.status,
        federal_state=new.federal_state,
        country=new.country,
        debtor_account=new.debtor_account,
        notes=new.notes,
        mail_domains=tuple(new.mail_domains),
        created_at=now,
        updated_at=now,
        version=1,
    )
    customer = rules.checked(customer)
    await _refuse_taken(tx, customer)

    customers.insert(tx, customer)
    outbox.publish(tx, CustomerCreated(**_announced(customer)))
    audit.record(tx, "customer.created", "customer", customer.id, after=_state(customer))
    return customer


async def edit(
    tx: Tx,
    principal: Principal,
    customer_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> StoredCustomer:
    """Change a customer's fields; a change that changes nothing is not announced."""
    before = await customers.get_for_update(tx, customer_id, principal)
    check_version(before.version, expected_version)
    after = rules.checked(replace(before, **changes))
    if after == before:
        return before
    rules.check_move(before.status, after.status)
    await _refuse_taken(tx, after)

    after = replace(after, updated_at=now, version=before.version + 1)
    customers.save(tx, after)
    outbox.publish(tx, CustomerUpdated(**_announced(after)))
    audit.record(
        tx, "customer.changed", "customer", after.id, before=_state(before), after=_state(after)
    )
    return after


async def _draw_number(tx: Tx) -> str:
    """Return the next number that nobody has been given by hand."""
    while True:
        number = f"KD-{await numbers.draw(tx, 'customer', first=FIRST_NUMBER)}"
        if not await customers.number_exists(tx, number):
            return number


async def _refuse_taken(tx: Tx, customer: StoredCustomer) -> None:
    field = await customers.find_taken_field(tx, customer)
    if field is not None:
        raise Taken(field, getattr(customer, field), "customer")


def _announced(customer: StoredCustomer) -> dict[str, Any]:
    """Return what the events carry of a customer."""
    return {
        "customer_id": customer.id,
        "number": customer.number,
        "name": customer.name,
        "status": customer.status,
        "customer_type": customer.customer_type,
        "federal_state": customer.federal_state,
        "country": customer.country,
        "debtor_account": customer.debtor_account,
        "mail_domains": list(customer.mail_domains),
    }


def _state(customer: StoredCustomer) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(customer)
    return plain
