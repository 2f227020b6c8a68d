"""What tickets may name and hold: the tenant's fields, tags, the tree of topics, the matrix."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.category_tree import (
    LEVELS_MAX,
    CategoryBelowItself,
    TreeTooDeep,
    UnknownParent,
    check_place,
)
from psa_tickets.domain.closing import RULES, CloseRules, ClosingFacts, names_of_rules, unmet
from psa_tickets.domain.custom_field import (
    CustomField,
    CustomValuesRefused,
    FieldType,
    OptionsMissing,
    check_values,
    merged,
    missing_values,
)
from psa_tickets.domain.priority import (
    PRIORITIES,
    Impact,
    MatrixIncomplete,
    Priority,
    Urgency,
    check_matrix,
    priority_of,
)
from psa_tickets.domain.surroundings import TAGS_MAX, TooManyTags, normal_tags
from psa_tickets.domain.ticket_type import TicketType

ROOM = CustomField(key="room", type=FieldType.TEXT)
FLOORS = CustomField(key="floors", type=FieldType.MULTISELECT, options=("EG", "OG"))
SYSTEM = CustomField(
    key="system",
    type=FieldType.SELECT,
    options=("DATEV", "SAP"),
    required=True,
    for_types=(TicketType.CHANGE,),
)


# Fields of the tenant's own


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        (FieldType.TEXT, ["0.12"], ["", "x" * 2_001, 12, True, ["x"]]),
        (FieldType.NUMBER, [0, -1, 2.5], ["1", True, 10**16, float("nan"), float("inf")]),
        (FieldType.BOOLEAN, [True, False], [0, 1, "true"]),
        (FieldType.DATE, ["2026-06-03"], ["03.06.2026", "20260603", "2026-02-30", "1600-01-01", 1]),
        (FieldType.SELECT, ["EG"], ["DG", "", ["EG"], True]),
        (FieldType.MULTISELECT, [["EG"], ["OG", "EG"]], ["EG", [], ["EG", "EG"], ["DG"], [1]]),
    ],
)
def test_a_field_holds_its_type_and_nothing_else(
    type_: FieldType, good: list[Any], bad: list[Any]
) -> None:
    choosing = type_ in {FieldType.SELECT, FieldType.MULTISELECT}
    field = CustomField(key="it", type=type_, options=("EG", "OG") if choosing else ())

    for value in good:
        check_values({"it": value}, [field], TicketType.INCIDENT)
    for value in bad:
        with pytest.raises(CustomValuesRefused):
            check_values({"it": value}, [field], TicketType.INCIDENT)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(CustomValuesRefused) as refusal:
        check_values({"room": 12, "floors": ["DG"], "colour": "red"}, [ROOM, FLOORS], _INCIDENT)

    assert set(refusal.value.faults) == {"room", "floors", "colour"}
    assert "EG, OG" in refusal.value.faults["floors"]
    assert refusal.value.details[0].field == "custom.room"


def test_a_field_of_other_types_is_not_there() -> None:
    check_values({"system": "SAP"}, [SYSTEM], TicketType.CHANGE)

    with pytest.raises(CustomValuesRefused):
        check_values({"system": "SAP"}, [SYSTEM], TicketType.INCIDENT)


def test_what_is_required_is_missed_only_where_it_belongs() -> None:
    assert missing_values({}, [ROOM, SYSTEM], TicketType.CHANGE) == ["system"]
    assert missing_values({"system": "SAP"}, [ROOM, SYSTEM], TicketType.CHANGE) == []
    assert missing_values({}, [ROOM, SYSTEM], TicketType.INCIDENT) == []


@pytest.mark.parametrize(
    ("type_", "options"),
    [
        (FieldType.SELECT, ()),
        (FieldType.MULTISELECT, ("EG", "EG")),
        (FieldType.TEXT, ("EG",)),
    ],
)
def test_only_a_choice_has_options_each_once(type_: FieldType, options: tuple[str, ...]) -> None:
    with pytest.raises(OptionsMissing):
        CustomField(key="it", type=type_, options=options)


def test_null_empties_a_value_and_the_others_stay() -> None:
    assert merged({"room": "0.12", "floor": "EG"}, {"room": None}) == {"floor": "EG"}


# Tags


def test_tags_are_small_and_each_there_once() -> None:
    assert normal_tags(["  VIP ", "vip", "Home  Office", " "]) == ("vip", "home office")


def test_more_tags_than_help_are_refused() -> None:
    with pytest.raises(TooManyTags):
        normal_tags([str(number) for number in range(TAGS_MAX + 1)])


@given(st.lists(st.text(min_size=1, max_size=8), max_size=TAGS_MAX))
def test_normal_tags_are_normal_already(tags: list[str]) -> None:
    once = normal_tags(tags)

    assert normal_tags(once) == once


# The tree of topics

HARDWARE, PRINTER, JAM, SOFTWARE, OFFICE = (UUID(int=number) for number in range(1, 6))
TREE = {HARDWARE: None, PRINTER: HARDWARE, JAM: PRINTER, SOFTWARE: None, OFFICE: SOFTWARE}


@pytest.mark.parametrize(
    ("category_id", "parent_id", "refusal"),
    [
        (UUID(int=9), JAM, TreeTooDeep),
        (HARDWARE, SOFTWARE, TreeTooDeep),
        (HARDWARE, JAM, CategoryBelowItself),
        (HARDWARE, HARDWARE, CategoryBelowItself),
        (UUID(int=9), UUID(int=8), UnknownParent),
    ],
)
def test_a_topic_hangs_where_the_tree_stays_a_tree(
    category_id: UUID, parent_id: UUID, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_place(category_id, parent_id, TREE)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 9)), max_size=30))
def test_whatever_is_moved_where_no_path_is_longer_than_three(
    moves: list[tuple[int, int]],
) -> None:
    tree: dict[UUID, UUID | None] = {}
    for child, parent in moves:
        child_id, parent_id = UUID(int=child), UUID(int=parent) if parent >= 0 else None
        try:
            check_place(child_id, parent_id, tree)
        except (TreeTooDeep, CategoryBelowItself, UnknownParent):
            continue
        tree[child_id] = parent_id

    for start in tree:
        path: list[UUID] = []
        here: UUID | None = start
        while here is not None:
            path.append(here)
            assert len(path) <= LEVELS_MAX
            here = tree[here]


# The matrix


def test_a_side_that_nobody_named_decides_nothing() -> None:
    assert priority_of(Impact.HIGH, None) is None
    assert priority_of(None, Urgency.HIGH) is None
    assert priority_of(Impact.HIGH, Urgency.HIGH) is Priority.P1


def test_a_matrix_has_every_cell() -> None:
    holey = {cell: priority for cell, priority in PRIORITIES.items() if cell[0] != Impact.LOW}

    with pytest.raises(MatrixIncomplete, match="low × high"):
        check_matrix(holey)


# Close rules

NOTHING_DONE = ClosingFacts(missing_fields=("custom.room",), open_children=2, unmet_items=1)
ALL_DONE = ClosingFacts(answered=True, time_entries=1)


def test_each_rule_has_its_switch() -> None:
    assert set(RULES) == set(names_of_rules())


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_holds_only_when_it_is_switched_on(rule: str) -> None:
    off = dict.fromkeys(RULES, False)

    assert list(unmet(CloseRules(**{**off, rule: True}), NOTHING_DONE)) == [rule]
    assert unmet(CloseRules(**{**off, rule: True}), ALL_DONE) == {}
    assert unmet(CloseRules(**off), NOTHING_DONE) == {}


_INCIDENT = TicketType.INCIDENT
