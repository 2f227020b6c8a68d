"""When an upstream is left alone, and when it is tried again."""

import pytest

from psa_gateway.domain.breaker import Breaker


@pytest.fixture
def breaker() -> Breaker:
    return Breaker(threshold=3, rest_seconds=5.0)


def test_it_opens_after_the_last_tolerated_failure(breaker: Breaker) -> None:
    admitted: list[bool] = []
    for second in range(4):
        admitted.append(breaker.admits(second))
        breaker.failed(second)

    assert admitted == [True, True, True, False]


def test_a_success_in_between_starts_the_count_again(breaker: Breaker) -> None:
    for _ in range(5):
        breaker.failed(0)
        breaker.failed(0)
        breaker.succeeded()

    assert breaker.admits(0)
    assert not breaker.is_open


def test_after_its_rest_one_request_is_let_through_to_see(breaker: Breaker) -> None:
    for _ in range(3):
        breaker.failed(0.0)

    assert [breaker.admits(4.9), breaker.admits(5.0), breaker.admits(5.0)] == [False, True, False]


def test_a_failed_probe_means_another_rest_and_a_good_one_closes(breaker: Breaker) -> None:
    for _ in range(3):
        breaker.failed(0.0)
    assert breaker.admits(5.0)
    breaker.failed(6.0)

    assert not breaker.admits(10.9)
    assert breaker.admits(11.0)
    breaker.succeeded()
    assert breaker.admits(11.0)
