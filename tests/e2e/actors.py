"""The cast of the stories: a company with its people, founded anew so that stories do not meet."""

import secrets
from dataclasses import dataclass
from typing import Any

from psa_local.demo import scenario, story
from psa_local.demo.actors import Document, PlatformOperator
from psa_local.demo.story import Staff


@dataclass(frozen=True, slots=True)
class Company:
    """One tenant and everybody in it."""

    slug: str
    staff: Staff


def found_company(operator: PlatformOperator, name: str) -> Company:
    """Set up a tenant that is called *name* and something nobody else is."""
    slug = f"{name}-{secrets.token_hex(4)}"
    admin = operator.found(slug, scenario.COMPANY)
    return Company(slug, story.hire(operator.api.place, admin))


def a_customer(company: Company, **fields: Any) -> Document:
    """Take a customer on."""
    return company.staff.manager.take_on({"name": "Müller Maschinenbau GmbH", **fields})


def a_ticket(company: Company, customer_id: str, **fields: Any) -> Document:
    """Open a ticket of today."""
    ticket = {"title": "Warenwirtschaft langsam", "customer_id": customer_id, **fields}
    return company.staff.manager.open_ticket(ticket)


def approved_work(company: Company, ticket_id: str, *, minutes: int) -> Document:
    """Write down work on a ticket, on a day of the past, and let it through to the invoice."""
    work = {"note": "Analyse", "work_date": "2026-06-03", "minutes": minutes}
    entry = company.staff.technician.work_on_ticket(ticket_id, work)
    return company.staff.manager.approve(entry["id"])
