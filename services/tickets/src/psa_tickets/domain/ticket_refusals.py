"""What a ticket refuses."""

from collections.abc import Sequence
from datetime import datetime

from psa_common.errors import Detail, Refused
from psa_tickets.domain.workflow import Workflow


class IllegalMove(Refused):
    """The service desk process has no such step."""

    code = "illegal_status_move"

    def __init__(self, status: str, wanted: str, workflow: Workflow) -> None:
        targets = ", ".join(sorted(workflow.targets(status)))
        allowed = targets or "nothing: open a follow-up ticket instead"
        super().__init__(
            f"A {status} ticket cannot become {wanted}; it may become {allowed}.", field="status"
        )
        self.status = status
        self.wanted = wanted


class AssigneeMissing(Refused):
    """An assigned ticket names the person it is assigned to."""

    code = "assignee_missing"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} has no assignee; assign it to someone.", field="assignee_id")
        self.number = number


class FieldsMissing(Refused):
    """A step of the tenant's process demands more than the ticket says."""

    code = "fields_missing"

    def __init__(self, wanted: str, names: Sequence[str]) -> None:
        super().__init__(
            f"Before a ticket becomes {wanted}, fill in {', '.join(names)}.",
            details=tuple(Detail(name, f"Needed to become {wanted}.") for name in names),
        )
        self.names = tuple(names)


class TicketClosed(Refused):
    """A closed ticket stays as it is."""

    code = "ticket_closed"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is closed and stays so; open a follow-up ticket.")
        self.number = number


class ReopenWindowOver(Refused):
    """A reply long after the solution is a new problem."""

    code = "reopen_window_over"

    def __init__(self, number: str, resolved_at: datetime, days: int) -> None:
        super().__init__(
            f"{number} was resolved on {resolved_at:%Y-%m-%d}, more than "
            f"{days} days before this reply; open a follow-up ticket."
        )
        self.number = number
        self.resolved_at = resolved_at


class NotResolved(Refused):
    """Only what was solved can be opened again."""

    code = "not_resolved"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is not solved; there is nothing to reopen.")
        self.number = number


class InternalNoteByContact(Refused):
    """A customer cannot write what the customer may not read."""

    code = "internal_note_by_contact"

    def __init__(self) -> None:
        super().__init__(
            "A contact's comment is public; send visibility public.", field="visibility"
        )
