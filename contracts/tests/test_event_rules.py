"""The gate's rules for events: what is additive passes, what breaks is refused."""

import copy
from typing import Any

import pytest
from hypothesis import given, strategies as st

from contracts_builders import (
    ADDITIVE,
    BREAKING,
    ONE_OF_EACH,
    Mutation,
    mutated,
    schemas_with_samples,
)
from psa_contracts.breaches import Breach, Rule
from psa_contracts.event_rules import event_breaches
from psa_contracts.events import validator_of
from psa_contracts.files import contracts_dir, event_contracts, read_json
from psa_contracts.keywords import Schema

REAL = [
    pytest.param(read_json(contract.path), id=contract.versioned_type)
    for contract in event_contracts(contracts_dir())
]
PLACES = st.integers(0, 50)


@given(schemas_with_samples(), st.lists(st.tuples(st.sampled_from(ADDITIVE), PLACES), max_size=5))
def test_additive_changes_always_pass(
    drawn: tuple[Schema, Any], steps: list[tuple[Mutation, int]]
) -> None:
    old, _ = drawn
    new = old
    for mutation, place in steps:
        new = mutated(new, mutation, place) or new

    assert event_breaches(old, new) == []


@pytest.mark.parametrize("mutation", BREAKING, ids=lambda mutation: mutation.name)
@given(data=st.data())
def test_every_kind_of_breaking_change_is_refused(mutation: Mutation, data: st.DataObject) -> None:
    old, _ = data.draw(schemas_with_samples())
    old["properties"]["one_of_each"] = copy.deepcopy(ONE_OF_EACH)
    new = mutated(old, mutation, data.draw(PLACES))
    assert new is not None

    assert mutation.rule in {breach.rule for breach in event_breaches(old, new)}


@given(
    schemas_with_samples(),
    st.lists(st.tuples(st.sampled_from(ADDITIVE + BREAKING), PLACES), min_size=1, max_size=4),
)
def test_what_was_valid_stays_valid_where_the_gate_lets_pass(
    drawn: tuple[Schema, Any], steps: list[tuple[Mutation, int]]
) -> None:
    old, sample = drawn
    new = old
    for mutation, place in steps:
        candidate = mutated(new, mutation, place)
        if candidate is not None and event_breaches(old, candidate) == []:
            new = candidate

    assert validator_of(old).is_valid(sample)
    assert validator_of(new).is_valid(sample)


@pytest.mark.parametrize("schema", REAL)
def test_every_property_of_every_event_is_guarded(schema: Schema) -> None:
    for name in schema["properties"]:
        without = copy.deepcopy(schema)
        del without["properties"][name]

        found = event_breaches(schema, without)

        assert [(breach.pointer, breach.rule) for breach in found] == [
            (f"/properties/{name}", Rule.PROPERTY_REMOVED)
        ]


@pytest.mark.parametrize("schema", REAL)
def test_an_optional_property_may_be_added_to_every_event(schema: Schema) -> None:
    more = copy.deepcopy(schema)
    more["properties"]["added_later"] = {"type": ["string", "null"], "description": "New."}

    assert event_breaches(schema, more) == []


def test_a_breach_is_shown_where_it_stands() -> None:
    old = {"properties": {"a/b": {"type": "array", "items": {"type": "string"}}}}
    new = {"properties": {"a/b": {"type": "array", "items": {"type": "integer"}}}}

    assert event_breaches(old, new) == [
        Breach("/properties/a~1b/items/type", Rule.TYPE_CHANGED, "was string, is integer")
    ]


def test_the_subject_of_an_event_may_not_become_another() -> None:
    old, new = {"x-subject": "ticket_id"}, {"x-subject": "customer_id"}

    assert [breach.rule for breach in event_breaches(old, new)] == [Rule.IDENTITY_CHANGED]


def test_references_are_followed_and_may_be_circular() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}
    old: Schema = {"$ref": "#/$defs/node", "$defs": {"node": node}}
    new = copy.deepcopy(old)
    assert event_breaches(old, new) == []

    new["$defs"]["node"]["properties"]["next"] = {"type": "null"}

    assert Rule.PROPERTY_REMOVED in {breach.rule for breach in event_breaches(old, new)}


@pytest.mark.parametrize("combiner", ["allOf", "anyOf", "oneOf"])
def test_another_number_of_forms_is_refused(combiner: str) -> None:
    old = {combiner: [{"type": "string"}]}
    new = {combiner: [{"type": "string"}, {"type": "null"}]}

    assert [breach.rule for breach in event_breaches(old, new)] == [Rule.TYPE_CHANGED]
    assert event_breaches(old, old) == []
