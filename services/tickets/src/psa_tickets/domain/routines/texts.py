"""What people write down for later: prefilled tickets and answers."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from psa_tickets.domain.priority import Priority
from psa_tickets.domain.routines import placeholders
from psa_tickets.domain.ticket_type import TicketType


class Language(StrEnum):
    """What customers speak with us."""

    GERMAN = "de"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTemplate:
    """A ticket that only lacks whose it is; its checklists are copied."""

    title: str
    description: str
    type: TicketType
    priority: Priority
    queue_id: UUID | None = None
    category_id: UUID | None = None
    tags: tuple[str, ...] = ()
    estimated_minutes: int | None = None
    checklist_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedAnswer:
    """An answer with blanks, in German and perhaps in English."""

    german: str
    english: str | None = None

    def __post_init__(self) -> None:
        for text in (self.german, self.english):
            placeholders.check(text or "")

    def text_in(self, language: Language) -> str:
        """Return the answer in *language*; German where there is no other."""
        if language is Language.ENGLISH and self.english is not None:
            return self.english
        return self.german
