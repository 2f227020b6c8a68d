"""Without the broker requests still succeed; what they caused arrives when it is back."""

import pytest

from actors import Company, a_customer, a_ticket, approved_work
from books import Ledger
from faults import BROKER, Faults


@pytest.fixture(scope="module")
def customer_id(acme: Company) -> str:
    """Give a customer that the service desk has heard of already."""
    customer_id: str = a_customer(acme)["id"]
    a_ticket(acme, customer_id)
    return customer_id


def test_while_the_broker_is_dead_work_goes_on_and_nothing_is_lost(
    acme: Company, customer_id: str, faults: Faults, ledger: Ledger
) -> None:
    killed = faults.kill(BROKER)

    ticket = a_ticket(acme, customer_id, title="Ohne Broker")
    entry = approved_work(acme, ticket["id"], minutes=15)
    later = a_customer(acme, name="Während des Ausfalls GmbH")
    waiting = ledger.balance(acme.slug).waiting

    assert entry["attributes"]["state"] == "approved"
    assert {"ticket.created.v1", "time_entry.approved.v1", "customer.created.v1"} <= {
        event.event_type for event in waiting
    }, "the broker came back before the story was told"

    faults.wait_mended(BROKER, killed)
    ledger.wait_settled(acme.slug)
    assert a_ticket(acme, later["id"])["attributes"]["number"].startswith("T-")


def test_while_the_broker_hangs_work_goes_on_and_nothing_is_lost(
    acme: Company, customer_id: str, faults: Faults, ledger: Ledger
) -> None:
    with faults.frozen(BROKER):
        ticket = a_ticket(acme, customer_id, title="Broker hängt")
        approved_work(acme, ticket["id"], minutes=15)
        waiting = ledger.balance(acme.slug).waiting

    assert {"ticket.created.v1", "time_entry.approved.v1"} <= {
        event.event_type for event in waiting
    }
    ledger.wait_settled(acme.slug)
