"""P8: the slow requests against the usual ones, at half of what the suite can carry."""

import asyncio
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvloop
import wrk
from desk import Desk
from figures import Figure, Goal, percentile
from wrk import Load

from psa_local.problem import Problem

CONNECTIONS = 64
GOAL = Goal(id="P8", sign="≤", bound=5)


@dataclass(frozen=True, slots=True)
class Connection:
    """A kept connection; one request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def exchange(self, request: bytes) -> None:
        """Send a request and read the whole answer; raises Problem for a bad one."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        if b" 200 " not in lines[0]:
            raise Problem(f"A request was refused: {lines[0].decode()}")
        length = next(line for line in lines if line.startswith(b"content-length:"))
        await self.reader.readexactly(int(length.partition(b":")[2]))


def half_rate(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Send reads at a fixed rate, whether or not the earlier ones were answered."""
    load = Load(desk=desk, url=f"{desk.front}/tickets/{desk.ticket_id}")
    values: list[float] = []
    detail = ""
    for _ in range(rounds):
        rate = wrk.run(load, seconds).rate / 2
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            taken = runner.run(_paced(desk, rate, seconds))
        usual, slow = percentile(taken, 0.50) * 1000, percentile(taken, 0.99) * 1000
        detail = f"at {rate:,.0f}/s p50 {usual:.2f} ms, p99 {slow:.2f} ms"
        print(f"  {detail}", flush=True)
        values.append(slow / usual)
    return [
        Figure(what="p99 against p50, reads at half rate", values=values, detail=detail, goal=GOAL)
    ]


async def _paced(desk: Desk, rate: float, seconds: int) -> list[float]:
    """Return how long each request took from the moment it was due, waiting included."""
    address = urlsplit(desk.front)
    trust = ssl.create_default_context(cafile=str(desk.suite.ca_file))
    idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    opened = [
        Connection(*await asyncio.open_connection(address.hostname, address.port, ssl=trust))
        for _ in range(CONNECTIONS)
    ]
    request = (
        f"GET {address.path}/tickets/{desk.ticket_id} HTTP/1.1\r\nhost: {address.netloc}\r\n"
        f"authorization: Bearer {desk.token}\r\n\r\n"
    ).encode()
    taken: list[float] = []

    async def once() -> None:
        due = time.perf_counter()
        connection = await idle.get()
        await connection.exchange(request)
        taken.append(time.perf_counter() - due)
        idle.put_nowait(connection)

    for connection in opened:
        await connection.exchange(request)
        idle.put_nowait(connection)
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(rate * seconds)):
            ahead = began + number / rate - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            tasks.create_task(once())
    for connection in opened:
        connection.writer.close()
    return taken
