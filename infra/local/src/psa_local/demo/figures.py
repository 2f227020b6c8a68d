"""The figures of the main job: what has to come out, beside what did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from psa_local.demo import scenario
from psa_local.demo.actors import Document
from psa_local.demo.story import Bill, Desk, Reports

ZONE = ZoneInfo("Europe/Berlin")
WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
UBL = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the scenario."""

    name: str
    expected: str
    seen: str

    @property
    def is_right(self) -> bool:
        """Whether it came out exactly."""
        return self.expected == self.seen


def of_desk(desk: Desk) -> list[Figure]:
    """Return the SLA figures of T-1001."""
    response = desk.replied["response"]
    first, paused = desk.opened["resolution"], desk.paused["resolution"]
    resumed, last = desk.resumed["resolution"], desk.resolved["resolution"]
    return [
        Figure("Ticket", "T-1001", desk.ticket["attributes"]["number"]),
        Figure("Antwort fällig", "Fr 05.06. 08:30", moment(desk.opened["response"]["due_at"])),
        Figure("Antwort nach", "10 min, met", f"{used(response)}, {response['state']}"),
        Figure("Lösung fällig", "Fr 05.06. 15:30", moment(first["due_at"])),
        Figure("verbraucht bei Pause", "120 min", used(paused)),
        Figure("fällig in der Pause", "–", moment(paused["due_at"])),
        Figure("pausiert", "570 min", f"{last['paused_minutes']} min"),
        Figure("fällig danach", "Mo 08.06. 16:00", moment(resumed["due_at"])),
        Figure("verbraucht", "380 von 480 min", f"{last['consumed_minutes']} von {budget(last)}"),
        Figure("Lösung", "79,2 %, met", f"{percent(last['consumed_percent'])}, {last['state']}"),
    ]


def of_search(hits: Sequence[Document]) -> list[Figure]:
    """Return what a mistyped search finds."""
    found = ", ".join(hit["attributes"]["number"] for hit in hits)
    return [Figure(f"Suche „{scenario.MISTYPED}“", "T-1001", found)]


def of_bill(bill: Bill) -> list[Figure]:
    """Return the figures of the invoice and of its XRechnung."""
    invoice = bill.invoice["attributes"]
    lines = {line["kind"]: line for line in invoice["lines"]}
    root = ElementTree.fromstring(bill.xml)  # noqa: S314  # our own suite has written it
    return [
        Figure("Managed Server Juli", "3 × 145,00 = 435,00 €", sold(lines["recurring"])),
        Figure("T-1001", "1,75 × 129,00 = 225,75 €", sold(lines["time"])),
        Figure("Netto", "660,75 €", euros(invoice["net_cents"])),
        Figure("USt 19 %", "125,54 €", euros(invoice["vat_cents"])),
        Figure("Brutto", "786,29 €", euros(invoice["gross_cents"])),
        Figure("fällig", "15.07.2026", day(invoice["due_on"])),
        Figure("XRechnung netto", "660.75", ubl(root, "LegalMonetaryTotal/cbc:TaxExclusiveAmount")),
        Figure("XRechnung USt", "125.54", ubl(root, "TaxTotal/cbc:TaxAmount")),
        Figure("XRechnung brutto", "786.29", ubl(root, "LegalMonetaryTotal/cbc:PayableAmount")),
        Figure("PDF", "%PDF", bill.pdf[:4].decode("latin-1")),
    ]


def of_reports(reports: Reports) -> list[Figure]:
    """Return the figures of the three reports."""
    (sla,), (revenue,) = reports.sla["rows"], reports.revenue["totals"]
    kept = f"{sla['met']} von {sla['measured']} eingehalten"
    left = sum(row["minutes"] for row in reports.unbilled["rows"])
    return [
        Figure("SLA P2 Lösung", "1 von 1 eingehalten", kept),
        Figure("SLA P2 verbraucht", "79,2 %", percent(sla["average_consumed_percent"])),
        Figure("Umsatz Juli netto", "660,75 €", euros(revenue["net_cents"])),
        Figure("noch nicht berechnet", "0 min", f"{left} min"),
    ]


def moment(text: str | None) -> str:
    """Write an instant the way the service desk reads it; no instant is a dash."""
    if text is None:
        return "–"
    local = datetime.fromisoformat(text).astimezone(ZONE)
    return f"{WEEKDAYS[local.weekday()]} {local:%d.%m. %H:%M}"


def day(text: str) -> str:
    """Write a date the German way."""
    return f"{date.fromisoformat(text):%d.%m.%Y}"


def euros(cents: int) -> str:
    """Write cents as euros, the German way."""
    return f"{german(Decimal(cents) / 100, places=2)} €"


def german(value: Decimal, *, places: int) -> str:
    """Write a number with a comma, and dots between the thousands."""
    swap = str.maketrans(",.", ".,")
    return f"{value:,.{places}f}".translate(swap)


def percent(text: str | None) -> str:
    """Write a percentage with one place."""
    return "–" if text is None else f"{german(Decimal(text), places=1)} %"


def used(clock: Document) -> str:
    """Write what a clock has consumed."""
    return f"{clock['consumed_minutes']} min"


def budget(clock: Document) -> str:
    """Write what a clock may consume."""
    return f"{clock['budget_minutes']} min"


def sold(line: Document) -> str:
    """Write an invoice line as a sum."""
    quantity = line["quantity"].replace(".", ",")
    price = german(Decimal(line["unit_price"]), places=2)
    return f"{quantity} × {price} = {euros(line['net_cents'])}"


def ubl(root: ElementTree.Element, path: str) -> str:
    """Return the text of an element of the XRechnung."""
    return root.findtext(f"cac:{path}", "missing", UBL)
