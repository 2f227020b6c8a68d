"""The script in Redis: exact under parallel calls, and honest about what is left."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from gateway_servers import redis_client
from psa_gateway.queries.admission import Admission, question
from psa_gateway.queries.redis_line import RedisAway, RedisLine

HOUR = 3_600_000_000
Question = tuple[tuple[str, ...], tuple[int, ...]]


@pytest.fixture
def client(redis_url: str) -> Iterator[Any]:
    with redis_client(redis_url) as opened:
        yield opened


@pytest.fixture
def line(redis_url: str) -> Iterator[RedisLine]:
    with contextlib.closing(RedisLine(redis_url, timeout_seconds=2)) as opened:
        yield opened


@pytest.fixture
def admission(line: RedisLine) -> Admission:
    return Admission(line, rest_seconds=1.0)


def bucket(burst: int, *, cost: int = 1, interval: int = HOUR) -> Question:
    return (f"test:{{{uuid4()}}}",), (cost, 1, 0, interval, burst)


@pytest.mark.parametrize("burst", [1, 10, 100])
async def test_200_parallel_calls_use_a_burst_exactly(admission: Admission, burst: int) -> None:
    keys, arguments = bucket(burst)

    decisions = await asyncio.gather(
        *(admission.ask(question(keys, arguments)) for _ in range(200))
    )

    assert sum(decision.passes for decision in decisions) == burst


async def test_two_processes_share_one_burst(line: RedisLine, redis_url: str) -> None:
    other = RedisLine(redis_url, timeout_seconds=2)
    both = [Admission(one, rest_seconds=1.0) for one in (line, other)]
    keys, arguments = bucket(50)

    decisions = await asyncio.gather(
        *(one.ask(question(keys, arguments)) for one in both for _ in range(100))
    )

    other.close()
    assert sum(decision.passes for decision in decisions) == 50


async def test_one_more_is_allowed_after_each_interval(admission: Admission) -> None:
    keys, arguments = bucket(1, interval=100_000)
    first = await admission.ask(question(keys, arguments))
    refused = await admission.ask(question(keys, arguments))

    await asyncio.sleep(refused.retry_ms / 1000)

    assert (first.passes, refused.passes) == (True, False)
    assert (await admission.ask(question(keys, arguments))).passes


async def test_nothing_is_charged_unless_every_bucket_has_room(admission: Admission) -> None:
    tag = uuid4()
    both = (f"test:{{{tag}}}:a", f"test:{{{tag}}}:b")
    arguments = (1, 2, 0, HOUR, 1, HOUR, 5)
    for _ in range(4):
        await admission.ask(question(both, arguments))

    left = await admission.ask(question((both[1],), (0, 1, 0, HOUR, 5)))

    assert left.remaining == 4


async def test_looking_costs_nothing_and_leaves_nothing(admission: Admission, client: Any) -> None:
    keys, arguments = bucket(3, cost=0)

    decisions = [await admission.ask(question(keys, arguments)) for _ in range(5)]

    assert {decision.remaining for decision in decisions} == {3}
    assert not client.exists(keys[0])


async def test_every_key_expires_when_its_bucket_is_full_again(
    admission: Admission, client: Any
) -> None:
    keys, arguments = bucket(10, interval=1_000_000)
    for _ in range(3):
        await admission.ask(question(keys, arguments))

    assert 2000 < client.pttl(keys[0]) <= 3000


async def test_a_lost_script_is_loaded_again(admission: Admission, client: Any) -> None:
    keys, arguments = bucket(5)
    await admission.ask(question(keys, arguments))
    client.script_flush()

    decision = await admission.ask(question(keys, arguments))

    assert decision.remaining == 3


async def test_a_cancelled_question_does_not_disturb_the_others(admission: Admission) -> None:
    keys, arguments = bucket(5)
    questions = [asyncio.create_task(admission.ask(question(keys, arguments))) for _ in range(5)]
    await asyncio.sleep(0)
    questions[2].cancel()

    answers = await asyncio.gather(*questions, return_exceptions=True)

    assert [isinstance(answer, asyncio.CancelledError) for answer in answers].count(True) == 1
    assert (await admission.ask(question(keys, arguments))).limit == 5


async def test_a_server_that_hangs_is_away_after_the_timeout() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    line = RedisLine(f"redis://127.0.0.1:{port}/0", timeout_seconds=0.1)

    with pytest.raises(RedisAway):
        await asyncio.wait_for(Admission(line, rest_seconds=1.0).ask(question(*bucket(5))), 2)

    line.close()
    server.close()
