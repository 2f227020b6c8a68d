"""The main job, from the first login to the reports: chapters that return what they left."""

from collections.abc import Sequence
from dataclasses import dataclass

from psa_local.demo import scenario
from psa_local.demo.actors import (
    Accountant,
    Document,
    Login,
    ServiceManager,
    Technician,
    TenantAdmin,
)
from psa_local.demo.client import Place
from psa_local.demo.eventually import eventually


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The people of one tenant, each signed in."""

    admin: TenantAdmin
    manager: ServiceManager
    technician: Technician
    accountant: Accountant

    def leave(self) -> None:
        """Close everybody's connections."""
        for person in (self.admin, self.manager, self.technician, self.accountant):
            person.leave()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the service desk has done: a ticket, and its clocks after each step."""

    ticket: Document
    opened: Document
    replied: Document
    paused: Document
    resumed: Document
    resolved: Document
    entries: tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The proposal, and the invoice in its three forms."""

    run: Document
    invoice: Document
    pdf: bytes
    xml: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """What the reports say once every event has arrived."""

    sla: Document
    revenue: Document
    revenue_csv: bytes
    unbilled: Document


def hire(place: Place, admin: Login) -> Staff:
    """Let a manager, a technician and an accountant in, and sign everybody in."""
    boss = TenantAdmin(place, admin)
    logins = {
        role: boss.add(name, f"{role.replace('_', '.')}@{scenario.MAIL_DOMAIN}", role)
        for role, name in (
            ("service_manager", "Service Manager"),
            ("technician", "Technician"),
            ("accountant", "Accountant"),
        )
    }
    return Staff(
        admin=boss,
        manager=ServiceManager(place, logins["service_manager"]),
        technician=Technician(place, logins["technician"]),
        accountant=Accountant(place, logins["accountant"]),
    )


def take_on_customer(staff: Staff) -> Document:
    """Enter the customer with a location, a contact and a billing account."""
    customer = staff.manager.take_on(scenario.CUSTOMER)
    staff.manager.add_location(customer["id"], scenario.LOCATION)
    staff.manager.add_contact(customer["id"], scenario.CONTACT)
    staff.accountant.add_billing_account(customer["id"], scenario.BILLING_ACCOUNT)
    return customer


def install_servers(staff: Staff, customer_id: str) -> list[Document]:
    """Bring three managed servers into service."""
    return [
        staff.technician.install(scenario.server(name, customer_id)) for name in scenario.SERVERS
    ]


def sign_contract(staff: Staff, customer_id: str) -> Document:
    """Agree on servers by the month and on time by the hour."""
    terms = {**scenario.CONTRACT, "customer_id": customer_id}
    return staff.accountant.sign_contract(terms, scenario.CONTRACT_LINES)


def solve_ticket(staff: Staff, customer_id: str, asset_id: str) -> Desk:
    """Enter what happened to T-1001, with the time it took, and approve that time."""
    manager, technician = staff.manager, staff.technician
    manager.open_desk(scenario.CALENDAR, scenario.POLICY)
    ticket = manager.open_ticket(
        {**scenario.TICKET, "customer_id": customer_id, "asset_ids": [asset_id]}
    )
    ticket_id: str = ticket["id"]
    opened = manager.clocks(ticket_id)
    manager.say(ticket_id, scenario.REPLY)
    replied = manager.clocks(ticket_id)
    manager.move(ticket_id, "waiting_customer", scenario.PAUSED_AT)
    paused = manager.clocks(ticket_id)
    manager.say(ticket_id, scenario.CUSTOMER_ANSWER)
    resumed = manager.clocks(ticket_id)
    manager.move(ticket_id, "resolved", scenario.RESOLVED_AT)
    entries = [technician.work_on_ticket(ticket_id, work) for work in scenario.WORK]
    return Desk(
        ticket=ticket,
        opened=opened,
        replied=replied,
        paused=paused,
        resumed=resumed,
        resolved=manager.clocks(ticket_id),
        entries=tuple(manager.approve(entry["id"]) for entry in entries),
    )


def find_again(staff: Staff) -> list[Document]:
    """Look for the ticket, with a typing error; new words are learnt a moment later."""
    return eventually(
        lambda: staff.technician.look_for(scenario.MISTYPED),
        awaited=f"{scenario.MISTYPED!r} finds the ticket",
    )


def document_solution(staff: Staff) -> tuple[Document, Document]:
    """Set an internal project up; return its task and the approved work on it."""
    task = staff.manager.start_project(scenario.PROJECT, scenario.TASK)
    entry = staff.technician.work_on_task(task["id"], scenario.INTERNAL_WORK)
    return task, staff.manager.approve(entry["id"])


def send_bill(staff: Staff, customer_id: str, work: Sequence[Document], *, servers: int) -> Bill:
    """Propose, approve and issue, once billing has heard of all *servers* and all *work*."""
    accountant = staff.accountant
    run = eventually(
        lambda: accountant.propose(customer_id, scenario.BILLED_UP_TO),
        awaited="the run holds every server and all approved work",
        holds=lambda run: _is_complete(run, {entry["id"] for entry in work}, servers),
    )
    (invoice_id,) = accountant.approve(run["id"])
    invoice = accountant.issue(invoice_id, scenario.ISSUED_ON)
    return Bill(
        run=run,
        invoice=invoice,
        pdf=accountant.print_out(invoice_id),
        xml=accountant.e_invoice(invoice_id),
    )


def read_reports(staff: Staff, invoice: Document) -> Reports:
    """Return the reports as soon as the last event, that of the invoice, is in them."""
    accountant = staff.accountant
    revenue = eventually(
        lambda: accountant.report("revenue", month=scenario.REVENUE_MONTH),
        awaited=f"{invoice['attributes']['number']} is in the revenue of the month",
        holds=lambda report: bool(report["rows"]),
    )
    return Reports(
        sla=accountant.report("sla", priority="P2", metric="resolution"),
        revenue=revenue,
        revenue_csv=accountant.spreadsheet("revenue", month=scenario.REVENUE_MONTH),
        unbilled=accountant.report("unbilled-work"),
    )


def _is_complete(run: Document, time_entry_ids: set[str], servers: int) -> bool:
    lines = [line for draft in run["attributes"]["drafts"] for line in draft["lines"]]
    billed = {entry for line in lines for entry in line["time_entry_ids"]}
    counted = [line["quantity"] for line in lines if line["kind"] == "recurring"]
    return billed == time_entry_ids and counted == [str(servers)]
