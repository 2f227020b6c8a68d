"""The demo as a command: play the main job, show every figure, keep the documents."""

import json
import sys
from pathlib import Path

from psa_local import running_suite
from psa_local.demo import figures, scenario, show, story
from psa_local.demo.actors import Login, PlatformOperator, TenantAdmin
from psa_local.demo.client import Place, Refused
from psa_local.demo.eventually import NeverHappened
from psa_local.demo.figures import Figure
from psa_local.demo.story import Bill, Reports, Staff
from psa_local.plan import read_plan
from psa_local.problem import Problem
from psa_local.running_suite import RunningSuite

#: After so many runs somebody should think of ./psa reset.
RUNS_MAX = 1_000


def main() -> int:
    """Play the main job on the running suite; the exit code is 1 if any figure differs."""
    suite = running_suite.current(read_plan())
    place = Place(suite.url, suite.ca_file)
    show.title(f"Vom Ticket zur Rechnung: RheinSysteme IT GmbH, Juni 2026, auf {suite.url}")
    try:
        seen = _play(suite, place)
    except (Refused, NeverHappened) as error:
        raise Problem(f"The demo stopped: {error}", "See ./psa status and ./psa logs") from error
    wrong = [figure for figure in seen if not figure.is_right]
    if wrong:
        sys.stderr.write(f"\n{len(wrong)} von {len(seen)} Zahlen sind falsch.\n")
        return 1
    show.detail(f"{len(seen)} von {len(seen)} Zahlen stimmen.")
    return 0


def _play(suite: RunningSuite, place: Place) -> list[Figure]:
    admin = _free_tenant(suite, place)
    staff = story.hire(place, admin)
    try:
        return _tell(suite, staff)
    finally:
        staff.leave()


def _tell(suite: RunningSuite, staff: Staff) -> list[Figure]:
    """Tell chapter after chapter, each with its figures."""
    show.step(1, f"Mandant {staff.admin.login.tenant}: vier Personen angemeldet")
    for person in (staff.admin, staff.manager, staff.technician, staff.accountant):
        show.detail(person.login.email)

    customer = story.take_on_customer(staff)
    name = customer["attributes"]["name"]
    show.step(2, f"Kunde {scenario.CUSTOMER_NUMBER} {name} mit Standort (NW) und Rechnungsdaten")

    servers = story.install_servers(staff, customer["id"])
    names = ", ".join(server["attributes"]["name"] for server in servers)
    show.step(3, f"{len(servers)} Server aktiv und betreut ab {scenario.MANAGED_FROM}: {names}")

    contract = story.sign_contract(staff, customer["id"])["attributes"]
    show.step(4, f"Vertrag {contract['number']} {contract['status']}: Server und Stunden")

    desk = story.solve_ticket(staff, customer["id"], servers[1]["id"])
    of_desk = [*figures.of_desk(desk), *figures.of_search(story.find_again(staff))]
    show.step(5, f"Ticket „{scenario.TICKET['title']}“ gelöst, drei Zeiten freigegeben")
    show.figures(of_desk)

    task, _ = story.document_solution(staff)
    show.step(6, f"Projektaufgabe {task['attributes']['number']}: 30 min intern, nicht berechnet")

    bill = story.send_bill(staff, customer["id"], desk.entries, servers=len(servers))
    of_bill = figures.of_bill(bill)
    show.step(7, f"Rechnung {bill.invoice['attributes']['number']} gestellt")
    show.figures(of_bill)

    reports = story.read_reports(staff, bill.invoice)
    of_reports = figures.of_reports(reports)
    show.step(8, "Berichte, allein aus Ereignissen gebaut")
    show.figures(of_reports)

    everything = [*of_desk, *of_bill, *of_reports]
    _keep(suite.plan.var / "demo" / staff.admin.login.tenant, bill, reports)
    show.table(everything)
    return everything


def _free_tenant(suite: RunningSuite, place: Place) -> Login:
    """Return the login of a tenant in which the story has not been told yet."""
    demo = Login(running_suite.TENANT, running_suite.ADMIN, suite.admin_password)
    admin = TenantAdmin(place, demo)
    told = admin.find("/customers", number=scenario.CUSTOMER_NUMBER)
    admin.leave()
    if not told:
        return demo

    login = Login(running_suite.PLATFORM_TENANT, running_suite.OPERATOR, suite.operator_password)
    operator = PlatformOperator(place, login)
    try:
        return _next_tenant(operator)
    finally:
        operator.leave()


def _next_tenant(operator: PlatformOperator) -> Login:
    for number in range(2, RUNS_MAX):
        slug = f"{running_suite.TENANT}-{number}"
        try:
            return operator.found(slug, scenario.COMPANY)
        except Refused as refusal:
            if refusal.code != "SLUG_TAKEN":
                raise
    raise Problem("The demo has run very often.", "Start anew with: ./psa reset")


def _keep(folder: Path, bill: Bill, reports: Reports) -> None:
    """Leave the documents where a person can open them."""
    number = bill.invoice["attributes"]["number"]
    contents = {
        f"{number}.pdf": bill.pdf,
        f"{number}.xml": bill.xml,
        "sla.json": _readable(reports.sla),
        "revenue.csv": reports.revenue_csv,
        "unbilled.json": _readable(reports.unbilled),
    }
    folder.mkdir(parents=True, exist_ok=True)
    show.step(9, "Zum Ansehen:")
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        show.detail(str(folder / name))


def _readable(document: object) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
