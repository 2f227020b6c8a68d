"""A macro: what shall happen to a ticket, one action after the other."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from psa_common.errors import Invalid
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.routines import placeholders

#: Whoever runs the macro.
ME = "me"
TAG_LENGTH_MAX = 50
STATUS_KEY = re.compile("[a-z][a-z0-9_]{0,39}")


class Do(StrEnum):
    """What an action does; its value says to what."""

    SET_PRIORITY = "set_priority"
    SET_STATUS = "set_status"
    SET_QUEUE = "set_queue"
    SET_CATEGORY = "set_category"
    ADD_TAG = "add_tag"
    REMOVE_TAG = "remove_tag"
    ADD_CHECKLIST = "add_checklist"
    ASSIGN = "assign"
    REPLY = "reply"
    NOTE = "note"


#: What the caller must be allowed to do themselves; a macro lends nobody a right.
PERMISSIONS: Mapping[Do, str] = {
    Do.SET_PRIORITY: "ticket:update",
    Do.SET_STATUS: "ticket:update",
    Do.SET_QUEUE: "ticket:update",
    Do.SET_CATEGORY: "ticket:update",
    Do.ADD_TAG: "ticket:update",
    Do.REMOVE_TAG: "ticket:update",
    Do.ADD_CHECKLIST: "ticket:update",
    Do.ASSIGN: "ticket:assign",
    Do.REPLY: "ticket:comment",
    Do.NOTE: "ticket:comment",
}


class BadAction(Invalid):
    """An action's value is of the kind that the action needs."""

    code = "bad_action"

    def __init__(self, do: Do, value: str) -> None:
        super().__init__(f"{do} cannot use {value[:50]!r}; give {WANTED[do]}.", field="value")
        self.do = do


@dataclass(frozen=True, slots=True)
class Action:
    """One step; raises BadAction, UnknownVariable, BrokenPlaceholder for a value without sense."""

    do: Do
    value: str

    def __post_init__(self) -> None:
        try:
            CHECKS[self.do](self.value)
        except ValueError as error:
            raise BadAction(self.do, self.value) from error


@dataclass(frozen=True, slots=True)
class Macro:
    """The steps in their order."""

    actions: tuple[Action, ...]

    @property
    def permissions(self) -> frozenset[str]:
        """Everything that somebody must be allowed to do to run it."""
        return frozenset(PERMISSIONS[action.do] for action in self.actions)


def tag_of(value: str) -> str:
    """Return a tag as it is kept; raises ValueError."""
    tag = " ".join(value.casefold().split())
    if not tag or len(tag) > TAG_LENGTH_MAX:
        raise ValueError(value)
    return tag


def _status(value: str) -> None:
    """Refuse what no desk can call a status; whether it has this one, the run tells."""
    if not STATUS_KEY.fullmatch(value):
        raise ValueError(value)


def _owner(value: str) -> None:
    if value != ME:
        UUID(value)


CHECKS: Mapping[Do, Callable[[str], object]] = {
    Do.SET_PRIORITY: Priority,
    Do.SET_STATUS: _status,
    Do.SET_QUEUE: UUID,
    Do.SET_CATEGORY: UUID,
    Do.ADD_TAG: tag_of,
    Do.REMOVE_TAG: tag_of,
    Do.ADD_CHECKLIST: UUID,
    Do.ASSIGN: _owner,
    Do.REPLY: placeholders.check,
    Do.NOTE: placeholders.check,
}

WANTED: Mapping[Do, str] = {
    Do.SET_PRIORITY: "P1 to P4",
    Do.SET_STATUS: "a status",
    Do.SET_QUEUE: "a queue's id",
    Do.SET_CATEGORY: "a category's id",
    Do.ADD_TAG: f"a tag of up to {TAG_LENGTH_MAX} characters",
    Do.REMOVE_TAG: f"a tag of up to {TAG_LENGTH_MAX} characters",
    Do.ADD_CHECKLIST: "a checklist's id",
    Do.ASSIGN: f"a user's id or {ME!r}",
    Do.REPLY: "a text",
    Do.NOTE: "a text",
}
