"""Which policy applies, cell by cell."""

import pytest

from psa_tickets.domain.sla_choice import PRECEDENCE, Choice, choose
from psa_tickets.domain.sla_terms import Source


def test_the_order_is_ticket_contract_location_customer_queue_tenant() -> None:
    assert [source.value for source in PRECEDENCE] == [
        "ticket",
        "contract",
        "location",
        "customer",
        "queue",
        "tenant",
    ]


@pytest.mark.parametrize("rank", range(len(PRECEDENCE)))
def test_the_most_special_that_has_a_say_decides(rank: int) -> None:
    said = {source: source.value for source in PRECEDENCE[rank:]}

    assert choose(said) == Choice(PRECEDENCE[rank].value, PRECEDENCE[rank])


@pytest.mark.parametrize("rank", range(len(PRECEDENCE) - 1))
def test_none_is_a_choice_that_hides_what_is_less_special(rank: int) -> None:
    said = {PRECEDENCE[rank]: None, **dict.fromkeys(PRECEDENCE[rank + 1 :], "gold")}

    choice = choose(said)

    assert (choice.policy, choice.source) == (None, PRECEDENCE[rank])
    assert choice.reason == f"no promise to this {PRECEDENCE[rank]}"


def test_where_nobody_has_a_say_nothing_is_promised() -> None:
    choice: Choice[str] = choose({})

    assert (choice.policy, choice.source, choice.reason) == (None, None, "no policy")


def test_the_reason_names_for_whose_sake() -> None:
    assert choose({Source.CONTRACT: "gold"}).reason == "policy of the contract"
