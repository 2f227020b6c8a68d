"""What must be done before a ticket counts as solved, as the tenant wants it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

from psa_common.errors import Conflict, Detail


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRules:
    """Which rules hold; a rule is called like the fact that meets it."""

    resolution_comment: bool = False
    time_entry: bool = False
    required_fields: bool = False
    no_open_children: bool = True
    checklist_complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingFacts:
    """What the desk knows about a ticket that somebody wants to solve."""

    answered: bool = False
    time_entries: int = 0
    missing_fields: tuple[str, ...] = ()
    open_children: int = 0
    unmet_items: int = 0


class CloseRuleFailed(Conflict):
    """Something is left to do; all of it is named."""

    code = "close_rule_failed"

    def __init__(self, unmet: Mapping[str, str]) -> None:
        super().__init__(
            f"{' '.join(unmet.values())} Or give an override_reason, if you may override.",
            details=tuple(Detail(rule, message) for rule, message in unmet.items()),
        )
        self.unmet = unmet


def _fields_left(facts: ClosingFacts) -> str:
    return f"Fill in {', '.join(facts.missing_fields)}."


def _children_left(facts: ClosingFacts) -> str:
    return f"Solve the open child tickets first ({facts.open_children})."


#: By rule: is it met, and what is left to do if not. A new rule is a line here, a switch in
#: `CloseRules` and a fact.
RULES: Mapping[str, tuple[Callable[[ClosingFacts], bool], Callable[[ClosingFacts], str]]] = {
    "resolution_comment": (
        lambda facts: facts.answered,
        lambda _: "Tell the customer what the solution is.",
    ),
    "time_entry": (lambda facts: facts.time_entries > 0, lambda _: "Book the time that it took."),
    "required_fields": (lambda facts: not facts.missing_fields, _fields_left),
    "checklist_complete": (
        lambda facts: not facts.unmet_items,
        lambda facts: f"Tick what the checklist requires ({facts.unmet_items}).",
    ),
    "no_open_children": (lambda facts: not facts.open_children, _children_left),
}


def unmet(rules: CloseRules, facts: ClosingFacts) -> dict[str, str]:
    """Return every rule that holds and is not met, with what is left to do."""
    return {
        rule: left(facts)
        for rule, (is_met, left) in RULES.items()
        if getattr(rules, rule) and not is_met(facts)
    }


def names_of_rules() -> Sequence[str]:
    """Return the names of all rules."""
    return [one.name for one in fields(CloseRules)]
