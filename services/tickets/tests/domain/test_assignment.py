"""Who gets a ticket: each strategy, who is skipped and why, and what always holds."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.assignment import (
    Agent,
    FallbackMismatch,
    Rule,
    SkillsNotNamed,
    Skip,
    Strategy,
    Work,
    choose,
    first_fitting,
)
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.ticket_type import TicketType

QUEUE, OTHER_QUEUE, CATEGORY = UUID(int=71), UUID(int=72), UUID(int=81)
WORK = Work(type=TicketType.INCIDENT, queue_id=QUEUE, category_id=None)
TOMORROW = datetime(2026, 6, 4, 8, tzinfo=UTC)


def a_rule(strategy: Strategy = Strategy.ROUND_ROBIN, **terms: Any) -> Rule:
    """Build a rule for every ticket."""
    facts: dict[str, Any] = {"id": UUID(int=1), "position": 1, "name": "R", **terms}
    return Rule(strategy=strategy, **facts)


def an_agent(number: int, **facts: Any) -> Agent:
    """Build an agent who could take anything."""
    return Agent(id=UUID(int=number), name=f"A{number}", **facts)


@pytest.mark.parametrize(
    ("terms", "fits"),
    [
        ({}, True),
        ({"ticket_type": TicketType.INCIDENT}, True),
        ({"ticket_type": TicketType.CHANGE}, False),
        ({"queue_id": QUEUE}, True),
        ({"queue_id": OTHER_QUEUE}, False),
        ({"category_id": CATEGORY}, False),
        ({"ticket_type": TicketType.INCIDENT, "queue_id": OTHER_QUEUE}, False),
    ],
)
def test_a_rule_is_for_tickets_that_all_its_conditions_name(
    terms: dict[str, Any], fits: bool
) -> None:
    assert (first_fitting([a_rule(**terms)], WORK) is not None) is fits


def test_the_fitting_rule_with_the_lowest_position_wins() -> None:
    first, second = a_rule(name="first", position=1), a_rule(name="second", position=2)
    other = a_rule(name="other", position=0, queue_id=OTHER_QUEUE)

    assert first_fitting([second, other, first], WORK) is first


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"active": False}, Skip.INACTIVE),
        ({"absent_until": TOMORROW}, Skip.ABSENT),
        ({"queue_ids": frozenset({OTHER_QUEUE})}, Skip.OTHER_QUEUE),
        ({"skills": {"network": 2}}, Skip.SKILLS_MISSING),
        ({"skills": {"network": 3}, "max_open": 2, "open_tickets": {Priority.P4: 2}}, Skip.FULL),
    ],
)
def test_whoever_cannot_take_it_is_skipped_with_the_reason(
    facts: dict[str, Any], why: Skip
) -> None:
    rule = a_rule(required_skills={"network": 3})

    decision = choose(rule, WORK, [an_agent(1, **facts)])

    assert decision.agent_id is None
    assert [one.why for one in decision.skipped] == [why]
    assert "waits unassigned" in decision.reason


def test_an_agent_at_the_very_limits_is_not_skipped() -> None:
    agent = an_agent(
        1,
        skills={"network": 3},
        queue_ids=frozenset({QUEUE}),
        max_open=3,
        open_tickets={Priority.P1: 2},
    )

    decision = choose(a_rule(required_skills={"network": 3}), WORK, [agent])

    assert decision.agent_id == agent.id
    assert decision.skipped == ()


def test_round_robin_gives_it_to_who_waited_longest() -> None:
    agents = [an_agent(1, last_turn=5), an_agent(2, last_turn=3), an_agent(3, last_turn=4)]

    decision = choose(a_rule(), WORK, agents)

    assert decision.agent_id == UUID(int=2)
    assert [one.last_turn for one in decision.considered] == [3, 4, 5]


def test_one_p1_weighs_as_much_as_four_p4() -> None:
    one_p1 = an_agent(1, open_tickets={Priority.P1: 1}, last_turn=9)
    five_p4 = an_agent(2, open_tickets={Priority.P4: 5})
    four_p4 = an_agent(3, open_tickets={Priority.P4: 4}, last_turn=10)

    decision = choose(a_rule(Strategy.LOAD), WORK, [five_p4, four_p4, one_p1])

    assert decision.agent_id == one_p1.id
    assert decision.reason.endswith("A1 carries the least, 4.")


def test_skill_looks_for_the_least_loaded_of_the_skilled() -> None:
    rule = a_rule(Strategy.SKILL, required_skills={"network": 3, "linux": 1})
    agents = [
        an_agent(1),
        an_agent(2, skills={"network": 5, "linux": 1}, open_tickets={Priority.P2: 1}),
        an_agent(3, skills={"network": 3, "linux": 2}, open_tickets={Priority.P3: 1}),
    ]

    decision = choose(rule, WORK, agents)

    assert decision.agent_id == UUID(int=3)
    assert [one.detail for one in decision.skipped] == ["lacks linux 1, network 3"]


def test_the_lead_technician_gets_the_customers_tickets_even_with_more_load() -> None:
    rule = a_rule(Strategy.CUSTOMER_AFFINITY, otherwise=Strategy.LOAD)
    lead = an_agent(1, leads=True, open_tickets={Priority.P1: 9})

    decision = choose(rule, WORK, [lead, an_agent(2)])

    assert decision.agent_id == lead.id


def test_without_the_lead_technician_the_next_strategy_chooses_and_says_so() -> None:
    rule = a_rule(Strategy.CUSTOMER_AFFINITY, otherwise=Strategy.LOAD)

    decision = choose(rule, WORK, [an_agent(1, leads=True, absent_until=TOMORROW), an_agent(2)])

    assert (decision.agent_id, decision.strategy) == (UUID(int=2), Strategy.LOAD)
    assert "lead technician is not available" in decision.reason


def test_without_the_lead_technician_people_may_be_the_next() -> None:
    rule = a_rule(Strategy.CUSTOMER_AFFINITY, otherwise=Strategy.MANUAL)

    decision = choose(rule, WORK, [an_agent(2)])

    assert decision.agent_id is None
    assert decision.reason.endswith("people choose.")


@pytest.mark.parametrize(
    ("strategy", "otherwise"),
    [
        (Strategy.CUSTOMER_AFFINITY, None),
        (Strategy.CUSTOMER_AFFINITY, Strategy.CUSTOMER_AFFINITY),
        (Strategy.LOAD, Strategy.MANUAL),
    ],
)
def test_only_affinity_has_a_next_strategy_and_it_must(
    strategy: Strategy, otherwise: Strategy | None
) -> None:
    with pytest.raises(FallbackMismatch):
        a_rule(strategy, otherwise=otherwise)


@pytest.mark.parametrize(
    ("strategy", "otherwise"),
    [(Strategy.SKILL, None), (Strategy.CUSTOMER_AFFINITY, Strategy.SKILL)],
)
def test_assigning_by_skill_names_skills(strategy: Strategy, otherwise: Strategy | None) -> None:
    with pytest.raises(SkillsNotNamed):
        a_rule(strategy, otherwise=otherwise)


AGENTS = st.lists(
    st.builds(
        Agent,
        id=st.uuids(),
        name=st.just("A"),
        active=st.booleans(),
        max_open=st.none() | st.integers(1, 6),
        open_tickets=st.dictionaries(st.sampled_from(Priority), st.integers(0, 5)),
        last_turn=st.integers(0, 20),
    ),
    unique_by=lambda agent: agent.id,
    max_size=8,
)


@given(agents=AGENTS)
def test_load_never_chooses_somebody_with_more_load_than_another_candidate(
    agents: list[Agent],
) -> None:
    decision = choose(a_rule(Strategy.LOAD), WORK, agents)

    loads = {agent.id: agent.load for agent in agents}
    assert (decision.agent_id is None) == (decision.considered == ())
    if decision.agent_id is not None:
        assert loads[decision.agent_id] == min(one.load for one in decision.considered)
        assert decision.agent_id not in {one.agent_id for one in decision.skipped}


@given(agents=AGENTS, strategy=st.sampled_from([Strategy.LOAD, Strategy.ROUND_ROBIN]))
def test_everybody_is_either_considered_or_skipped_and_order_does_not_matter(
    agents: list[Agent], strategy: Strategy
) -> None:
    decision = choose(a_rule(strategy), WORK, agents)

    looked_at = Counter(one.agent_id for one in (*decision.considered, *decision.skipped))
    assert looked_at == Counter(agent.id for agent in agents)
    assert choose(a_rule(strategy), WORK, agents[::-1]).agent_id == decision.agent_id


@given(count=st.integers(1, 6), tickets=st.integers(0, 40))
def test_round_robin_is_fair_within_one_turn(count: int, tickets: int) -> None:
    agents = {UUID(int=number): an_agent(number) for number in range(1, count + 1)}
    given_to: Counter[UUID] = Counter(dict.fromkeys(agents, 0))

    for turn in range(1, tickets + 1):
        chosen = choose(a_rule(), WORK, list(agents.values())).agent_id
        assert chosen is not None
        given_to[chosen] += 1
        agents[chosen] = replace(agents[chosen], last_turn=turn)

    assert max(given_to.values()) - min(given_to.values()) <= 1
