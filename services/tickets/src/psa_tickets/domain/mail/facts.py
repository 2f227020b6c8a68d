"""What a notice says of its event, in the words of each language that a mailbox may speak."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo

from psa_tickets.domain.mail.mailbox import Language

ByLanguage: TypeAlias = Mapping[Language, Mapping[str, str]]

NOTHING: ByLanguage = MappingProxyType({language: {} for language in Language})
METRICS: ByLanguage = {
    Language.GERMAN: {"response": "Reaktionszeit", "resolution": "Lösungszeit"},
    Language.ENGLISH: {"response": "response time", "resolution": "resolution time"},
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def closing(closes_at: datetime, zone: ZoneInfo) -> ByLanguage:
    """Tell when a ticket will be closed."""
    return {language: {"closes_at": moment(closes_at, zone, language)} for language in Language}


def escalation(metric: str, percent: int, due_at: datetime, zone: ZoneInfo) -> ByLanguage:
    """Tell which clock has reached which level."""
    return {
        language: {
            "metric": METRICS[language].get(metric, metric),
            "percent": str(percent),
            "due_at": moment(due_at, zone, language),
        }
        for language in Language
    }


def moment(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """Return an instant as people of *zone* read it."""
    local = at.astimezone(zone)
    match language:
        case Language.GERMAN:
            return f"{local:%d.%m.%Y um %H:%M} Uhr"
        case Language.ENGLISH:
            return f"{local.day} {MONTHS[local.month - 1]} {local.year} at {local:%H:%M}"
