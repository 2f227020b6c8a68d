"""Who works with the suite: people with verbs, each through the public API with an own token."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from psa_local.demo.client import Api, Place, Refused
from psa_local.demo.eventually import eventually

Document = dict[str, Any]
#: Refusals, besides those that begin with UNKNOWN, which the next event may end.
NOT_YET_KNOWN = frozenset({"COMPANY_UNKNOWN", "BILLING_ACCOUNT_MISSING"})


class NotYetKnown(Refused):
    """The service has not yet heard of what the request names; the event is on its way."""


class SlowedDown(Refused):
    """Too many sign-ins from this machine for the moment."""


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody types to sign in."""

    tenant: str
    email: str
    password: str


def sign_in(place: Place, login: Login) -> str:
    """Return an access token; waits while the platform slows down whoever signs in too often."""
    body = {"tenant": login.tenant, "email": login.email, "password": login.password}

    def attempt() -> str:
        with Api(place) as api:
            try:
                document = api.post("/auth/login", body)
            except Refused as refusal:
                if refusal.answer.status == 429:
                    raise SlowedDown("sign in", refusal.answer) from None
                raise
        token: str = document["access_token"]
        return token

    return eventually(attempt, awaited=f"{login.email} may sign in", despite=SlowedDown)


def a_password() -> str:
    """Return a password that nobody guesses and that any rule accepts."""
    return f"{secrets.token_urlsafe(18)}-Aa1"


class Person:
    """Somebody who has signed in."""

    def __init__(self, place: Place, login: Login) -> None:
        self.login = login
        self.api = Api(place, sign_in(place, login))

    def leave(self) -> None:
        """Close the connections."""
        self.api.close()

    def find(self, path: str, **filters: object) -> list[Document]:
        """Return the first hundred things of a list."""
        found: list[Document] = self.api.get(path, limit=100, **filters)["data"]
        return found

    def create(self, path: str, body: object) -> Document:
        """
        Create something, or do something with it, and return it.

        What it needs may have been created a moment ago by another service: then this waits
        for the event.
        """

        def attempt() -> Document:
            try:
                created: Document = self.api.post(path, body)["data"]
            except Refused as refusal:
                if refusal.code.startswith("UNKNOWN_") or refusal.code in NOT_YET_KNOWN:
                    raise NotYetKnown(f"POST {path}", refusal.answer) from None
                raise
            return created

        return eventually(attempt, awaited=f"POST {path} knows its references", despite=NotYetKnown)


class PlatformOperator(Person):
    """Sets tenants up."""

    def found(self, slug: str, company: Document) -> Login:
        """Set a tenant up and return the login of its first administrator."""
        login = Login(slug, f"admin@{slug}.example", a_password())
        admin = {"name": "Administration", "email": login.email, "password": login.password}
        self.api.post("/tenants", {**company, "slug": slug, "admin": admin})
        return login


class TenantAdmin(Person):
    """Lets people in."""

    def add(self, name: str, email: str, role: str, customer_id: str | None = None) -> Login:
        """Add a user with one role and return what they sign in with."""
        password = a_password()
        user: Document = {"name": name, "email": email, "password": password, "roles": [role]}
        if customer_id is not None:
            user["customer_id"] = customer_id
        self.api.post("/users", user)
        return Login(self.login.tenant, email, password)


class ServiceManager(Person):
    """Runs the service desk: customers, promises, tickets of the past, approvals."""

    def take_on(self, customer: Document) -> Document:
        """Enter a customer."""
        return self.create("/customers", customer)

    def add_location(self, customer_id: str, location: Document) -> Document:
        """Enter a site of a customer."""
        return self.create("/locations", {**location, "customer_id": customer_id})

    def add_contact(self, customer_id: str, contact: Document) -> Document:
        """Enter whom to call."""
        return self.create("/contacts", {**contact, "customer_id": customer_id})

    def open_desk(self, calendar: Document, policy: Document) -> Document:
        """Say when the desk is open and what is promised; returns the policy."""
        calendar_id = self.create("/calendars", calendar)["id"]
        return self.create("/sla-policies", {**policy, "calendar_id": calendar_id})

    def open_ticket(self, ticket: Document) -> Document:
        """Open a ticket."""
        return self.create("/tickets", ticket)

    def say(self, ticket_id: str, words: Document) -> Document:
        """Write on a ticket, or write down what the customer said."""
        return self.create(f"/tickets/{ticket_id}/comments", words)

    def move(self, ticket_id: str, status: str, at: str | None = None) -> Document:
        """Move a ticket to another status, now or in the past."""
        change = {"status": status} | ({"occurred_at": at} if at else {})
        moved: Document = self.api.put(f"/tickets/{ticket_id}/status", change)["data"]
        return moved

    def clocks(self, ticket_id: str) -> Document:
        """Return what the SLA clocks of a ticket say."""
        report: Document = self.api.get(f"/tickets/{ticket_id}/sla")["data"]["attributes"]
        return report

    def approve(self, time_entry_id: str) -> Document:
        """Let work through to the invoice."""
        approved: Document = self.api.post(f"/time-entries/{time_entry_id}/approve")["data"]
        return approved

    def start_project(self, project: Document, task: Document) -> Document:
        """Set a project up with one task and return the task."""
        project_id = self.create("/projects", project)["id"]
        return self.create(f"/projects/{project_id}/tasks", task)


class Technician(Person):
    """Keeps the machines running and writes down the time it takes."""

    def look_for(self, text: str) -> list[Document]:
        """Return the tickets that a search finds, best first."""
        hits: list[Document] = self.api.get("/search", q=text, kind="ticket")["data"]
        return hits

    def install(self, asset: Document) -> Document:
        """Enter a machine."""
        return self.create("/assets", asset)

    def work_on_ticket(self, ticket_id: str, work: Document) -> Document:
        """Write down work on a ticket."""
        return self.create(f"/tickets/{ticket_id}/time-entries", work)

    def work_on_task(self, task_id: str, work: Document) -> Document:
        """Write down work on a project's task."""
        return self.create("/time-entries", {**work, "task_id": task_id})


class Accountant(Person):
    """Turns contracts and work into invoices."""

    def add_billing_account(self, customer_id: str, account: Document) -> Document:
        """Enter whom an invoice names."""
        return self.create("/billing-accounts", {**account, "customer_id": customer_id})

    def sign_contract(self, contract: Document, lines: Sequence[Document]) -> Document:
        """Enter a contract with its lines and bring it into force."""
        contract_id = self.create("/contracts", contract)["id"]
        for line in lines:
            self.create(f"/contracts/{contract_id}/lines", line)
        active: Document = self.api.post(f"/contracts/{contract_id}/activate")["data"]
        return active

    def propose(self, customer_id: str, up_to: str) -> Document:
        """Let the platform propose what is due."""
        return self.create("/billing-runs", {"customer_id": customer_id, "up_to": up_to})

    def approve(self, run_id: str) -> list[str]:
        """Approve a run and return the ids of the invoices that it has become."""
        run: Document = self.api.post(f"/billing-runs/{run_id}/approve")["data"]
        return [invoice["id"] for invoice in run["relationships"]["invoices"]["data"]]

    def issue(self, invoice_id: str, issue_date: str | None = None) -> Document:
        """Issue an invoice."""
        body = {"issue_date": issue_date} if issue_date else {}
        return self.create(f"/invoices/{invoice_id}/issue", body)

    def print_out(self, invoice_id: str) -> bytes:
        """Return the invoice as PDF."""
        return self.api.download(f"/invoices/{invoice_id}/pdf")

    def report(self, name: str, **parameters: object) -> Document:
        """Return a report."""
        report: Document = self.api.get(f"/reports/{name}", **parameters)["data"]["attributes"]
        return report

    def spreadsheet(self, name: str, **parameters: object) -> bytes:
        """Return a report as CSV."""
        return self.api.download(f"/reports/{name}?{urlencode({**parameters, 'format': 'csv'})}")

    def e_invoice(self, invoice_id: str) -> bytes:
        """Return the invoice as XRechnung."""
        return self.api.download(f"/invoices/{invoice_id}/xml")
