"""Which reports there are, and what they are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """The name of a report for people."""

    de: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a report can be asked for."""

    name: str
    required: bool
    description: Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One report."""

    name: str
    title: Title
    permissions: tuple[str, ...]
    parameters: tuple[Parameter, ...]

    @property
    def id(self) -> UUID:
        """The same for everybody and for ever: it follows from the name."""
        return uuid5(NAMESPACE_OID, f"psa.reports.{self.name}")


def _parameter(name: str, de: str, en: str) -> Parameter:
    return Parameter(name=name, required=False, description=Title(de=de, en=en))


FROM = _parameter("from", "Erster Tag", "First day")
UNTIL = _parameter("until", "Tag nach dem letzten", "Day after the last one")
CUSTOMER = _parameter("customer_id", "Nur dieser Kunde", "This customer only")
PRIORITY = _parameter("priority", "Nur diese Priorität, etwa P2", "This priority only, such as P2")
METRIC = _parameter(
    "metric", "Nur diese Uhr: response oder resolution", "This clock only: response or resolution"
)
BASIS = _parameter(
    "basis",
    "Nach Rechnungsdatum (issued, Vorgabe) oder nach Leistungszeitraum (service)",
    "By date of the invoice (issued, the default) or by days of the service (service)",
)
FORMAT = _parameter("format", "json (Vorgabe) oder csv", "json (the default) or csv")
MONTH = Parameter(
    name="month",
    required=True,
    description=Title(de="Monat, etwa 2026-07", en="Month, such as 2026-07"),
)

VIEW = ("report:view",)
VIEW_MONEY = ("report:view", "finance:view_cost")

REPORTS: Mapping[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry(
            name="sla",
            title=Title(de="SLA-Einhaltung", en="SLA compliance"),
            permissions=VIEW,
            parameters=(FROM, UNTIL, PRIORITY, METRIC, CUSTOMER, FORMAT),
        ),
        Entry(
            name="backlog",
            title=Title(de="Offene Tickets", en="Open tickets"),
            permissions=VIEW,
            parameters=(CUSTOMER, FORMAT),
        ),
        Entry(
            name="revenue",
            title=Title(de="Umsatz", en="Revenue"),
            permissions=VIEW_MONEY,
            parameters=(MONTH, BASIS, FORMAT),
        ),
        Entry(
            name="unbilled-work",
            title=Title(de="Nicht abgerechnete Arbeit", en="Unbilled work"),
            permissions=VIEW_MONEY,
            parameters=(FROM, UNTIL, CUSTOMER, FORMAT),
        ),
        Entry(
            name="utilisation",
            title=Title(de="Auslastung", en="Utilisation"),
            permissions=VIEW_MONEY,
            parameters=(FROM, UNTIL, FORMAT),
        ),
    )
}
