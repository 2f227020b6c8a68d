"""Texts with blanks, macros and checklists: what they do, and what they refuse."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from psa_common.errors import NotFound
from psa_tickets.domain.routines import checklist, placeholders
from psa_tickets.domain.routines.checklist import (
    ITEMS_MAX,
    Checklist,
    ChecklistTooLong,
    OrderIncomplete,
    Task,
)
from psa_tickets.domain.routines.macro import WANTED, Action, BadAction, Do, Macro
from psa_tickets.domain.routines.placeholders import BrokenPlaceholder, UnknownVariable
from psa_tickets.domain.routines.texts import CannedAnswer, Language

VALUES = {"ticket.number": "T-1001", "contact.name": "<b>Müller & Söhne</b>", "agent.name": None}
NOW = datetime(2026, 6, 3, 8, tzinfo=UTC)
ANNA = UUID(int=7)


def test_blanks_are_filled_and_missing_values_leave_nothing() -> None:
    text = "{{ticket.number}}, {{ contact.name }}{{agent.name}}: {{customer.name}}!"

    assert placeholders.render(text, VALUES) == "T-1001, <b>Müller & Söhne</b>: !"


def test_in_html_every_character_is_text() -> None:
    text = "<script>{{contact.name}}\n{{ticket.number}}"

    assert placeholders.render_html(text, VALUES) == (
        "&lt;script&gt;&lt;b&gt;Müller &amp; Söhne&lt;/b&gt;<br>\nT-1001"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{7*7}}",
        "{{ticket.__class__}}",
        "{{ticket.number.__class__.__mro__}}",
        "{{config}}",
        "{{ ''.join(['a']) }}",
        "{{ticket.number|safe}}",
        "{{self}}",
        "{{}}",
        "{{ticket}}",
        "{{TICKET.NUMBER}}",
        "{{lipsum.__globals__['os'].popen('id').read()}}",
        "{{ {{ticket.number}} }}",
    ],
)
def test_whatever_is_no_name_of_the_table_is_refused(text: str) -> None:
    with pytest.raises(UnknownVariable):
        placeholders.check(text)


@pytest.mark.parametrize("text", ["{{ticket.number", "ticket.number}}", "}}{{", "{{{{"])
def test_a_blank_that_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(BrokenPlaceholder):
        placeholders.check(text)


def test_what_was_filled_in_is_not_filled_again() -> None:
    assert placeholders.render("{{agent.name}}", {"agent.name": "{{7*7}}{{ticket.number}}"}) == (
        "{{7*7}}{{ticket.number}}"
    )


@given(st.text(alphabet="{}abc.% \n"), st.text(alphabet="{}<>&\"'%\\1g"))
def test_a_text_is_refused_or_filled_but_never_breaks(text: str, value: str) -> None:
    try:
        filled = placeholders.render(text + "{{agent.name}}", {"agent.name": value})
    except (UnknownVariable, BrokenPlaceholder):
        return
    assert filled == text + value


def test_an_answer_without_english_is_german() -> None:
    answer = CannedAnswer(german="Hallo")

    assert answer.text_in(Language.ENGLISH) == "Hallo"
    assert CannedAnswer(german="Hallo", english="Hello").text_in(Language.ENGLISH) == "Hello"


def test_an_answer_with_an_unknown_blank_is_refused() -> None:
    with pytest.raises(UnknownVariable):
        CannedAnswer(german="Hallo", english="{{nobody}}")


@pytest.mark.parametrize(
    ("do", "good", "bad"),
    [
        (Do.SET_PRIORITY, "P1", "P5"),
        (Do.SET_STATUS, "resolved", "Not a key"),
        (Do.SET_QUEUE, str(ANNA), "Zentrale"),
        (Do.SET_CATEGORY, str(ANNA), "Drucker"),
        (Do.ADD_TAG, "VIP", "x" * 51),
        (Do.REMOVE_TAG, "vip", " "),
        (Do.ADD_CHECKLIST, str(ANNA), "Neu"),
        (Do.ASSIGN, "me", "anna"),
    ],
)
def test_an_action_needs_a_value_of_its_kind(do: Do, good: str, bad: str) -> None:
    assert Action(do, good).value == good
    with pytest.raises(BadAction, match=WANTED[do].split()[0]):
        Action(do, bad)


def test_a_macro_needs_every_permission_of_its_actions() -> None:
    macro = Macro((Action(Do.ADD_TAG, "vip"), Action(Do.NOTE, "x"), Action(Do.ASSIGN, "me")))

    assert macro.permissions == {"ticket:update", "ticket:comment", "ticket:assign"}


def a_checklist(*required: bool) -> Checklist:
    """Build items 1, 2, 3 …"""
    tasks = [
        (UUID(int=number), Task(text=f"Schritt {number}", required=must))
        for number, must in enumerate(required, start=1)
    ]
    return checklist.added((), tasks)


def test_only_required_items_that_nobody_has_done_are_unmet() -> None:
    items = a_checklist(True, False, True)
    items = checklist.ticked(items, UUID(int=1), by=ANNA, name="Anna", at=NOW)

    assert [item.id.int for item in checklist.unmet(items)] == [3]


def test_who_ticked_first_stays_and_unticking_forgets_them() -> None:
    items = checklist.ticked(a_checklist(True), UUID(int=1), by=ANNA, name="Anna", at=NOW)

    [again] = checklist.ticked(items, UUID(int=1), by=UUID(int=8), name="Ben", at=NOW)
    [undone] = checklist.unticked(items, UUID(int=1))

    assert (again.done_by, again.done_by_name) == (ANNA, "Anna")
    assert (undone.done_by, undone.done_by_name, undone.done_at) == (None, None, None)


def test_items_are_put_in_order_and_numbered_without_gaps() -> None:
    items = checklist.reordered(a_checklist(True, True, True), [UUID(int=n) for n in (3, 1, 2)])
    fewer = checklist.without(items, UUID(int=1))

    assert [(item.id.int, item.position) for item in items] == [(3, 1), (1, 2), (2, 3)]
    assert [(item.id.int, item.position) for item in fewer] == [(3, 1), (2, 2)]


@pytest.mark.parametrize("order", [[1, 2], [1, 2, 2], [1, 2, 4], [1, 2, 3, 3]])
def test_an_order_names_every_item_once(order: list[int]) -> None:
    with pytest.raises(OrderIncomplete):
        checklist.reordered(a_checklist(True, True, True), [UUID(int=n) for n in order])


def test_words_and_weight_change_apart() -> None:
    items = a_checklist(True)

    [renamed] = checklist.edited(items, UUID(int=1), text="Anders", required=None)
    [lighter] = checklist.edited(items, UUID(int=1), text=None, required=False)

    assert (renamed.text, renamed.required) == ("Anders", True)
    assert (lighter.text, lighter.required) == ("Schritt 1", False)


def test_a_checklist_does_not_grow_without_end() -> None:
    full = a_checklist(*(False,) * ITEMS_MAX)

    with pytest.raises(ChecklistTooLong):
        checklist.added(full, [(ANNA, Task(text="x"))])


def test_an_item_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        checklist.unticked(a_checklist(True), ANNA)
