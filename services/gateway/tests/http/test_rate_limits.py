"""How many requests who may send, and what happens when Redis cannot say."""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import httpx

from gateway_servers import Client, ExpectError, Headers, MakeGateway, PrivateRedis
from gateway_upstream import Upstream
from psa_common.testing import Person, TokenMint

URL = "/api/v1/tickets/echo"
LOGIN = "/api/v1/auth/login"


def statuses(gateway: Client, count: int, headers: Headers) -> list[int]:
    limits = httpx.Limits(max_connections=20)
    with (
        httpx.Client(base_url=gateway.base_url, limits=limits, timeout=20) as client,
        ThreadPoolExecutor(20) as threads,
    ):
        calls = [threads.submit(client.get, URL, headers=headers) for _ in range(count)]
        return [call.result().status_code for call in calls]


def test_the_seeds_headers_tell_how_much_is_left(
    make_gateway: MakeGateway, signed_in: Headers
) -> None:
    gateway = make_gateway(rate_tiers="standard=10/3600:100/3600")

    first = gateway.get(URL, headers=signed_in)
    second = gateway.get(URL, headers=signed_in)

    assert first.headers["x-ratelimit-limit"] == "10"
    assert first.headers["x-ratelimit-remaining"] == "9"
    assert second.headers["x-ratelimit-remaining"] == "8"
    in_seconds = int(second.headers["x-ratelimit-reset"]) - time.time()
    assert 700 < in_seconds < 725


def test_over_the_limit_is_a_429_that_says_how_long_to_wait(
    make_gateway: MakeGateway, signed_in: Headers, expect_error: ExpectError
) -> None:
    gateway = make_gateway(rate_tiers="standard=2/60:100/60")
    for _ in range(2):
        gateway.get(URL, headers=signed_in)

    response = gateway.get(URL, headers=signed_in)

    expect_error(response, 429, "RATE_LIMIT_EXCEEDED")
    assert response.headers["x-ratelimit-remaining"] == "0"
    assert 28 <= int(response.headers["retry-after"]) <= 30


def test_200_parallel_requests_over_two_gateways_use_a_limit_of_100_exactly(
    make_gateway: MakeGateway, signed_in: Headers
) -> None:
    one, two = (make_gateway(rate_tiers="standard=100/36000:10000/60") for _ in range(2))

    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(statuses, gateway, 100, signed_in) for gateway in (one, two)]
        found = [status for run in runs for status in run.result()]

    assert found.count(200) == 100
    assert found.count(429) == 100


def test_users_of_one_tenant_share_its_limit_and_no_other_tenants(
    make_gateway: MakeGateway, mint: TokenMint, tenant_id: UUID
) -> None:
    gateway = make_gateway(rate_tiers="standard=3/3600:5/3600")
    people = [mint.person(tenant_id) for _ in range(2)]
    stranger = mint.person(uuid4())

    def get(person: Person) -> int:
        headers = {"authorization": f"Bearer {person.token}"}
        return gateway.get(URL, headers=headers).status_code

    assert [get(people[0]) for _ in range(4)] == [200, 200, 200, 429]
    assert [get(people[1]) for _ in range(3)] == [200, 200, 429]
    assert get(stranger) == 200


def test_a_refused_request_uses_up_nobody_elses_share(
    make_gateway: MakeGateway, mint: TokenMint, tenant_id: UUID
) -> None:
    gateway = make_gateway(rate_tiers="standard=1/3600:3/3600")
    people = [mint.person(tenant_id) for _ in range(3)]
    headers = [{"authorization": f"Bearer {person.token}"} for person in people]

    for _ in range(10):
        gateway.get(URL, headers=headers[0])

    assert [gateway.get(URL, headers=h).status_code for h in headers[1:]] == [200, 200]


def test_a_hundred_colleagues_behind_one_address_do_not_limit_each_other(
    make_gateway: MakeGateway, mint: TokenMint, tenant_id: UUID
) -> None:
    gateway = make_gateway(rate_tiers="standard=5/60:1000/60")

    found = {
        gateway.get(
            URL, headers={"authorization": f"Bearer {mint.person(tenant_id).token}"}
        ).status_code
        for _ in range(30)
    }

    assert found == {200}


def test_a_tenants_tier_decides(
    make_gateway: MakeGateway, mint: TokenMint, tenant_id: UUID, signed_in: Headers
) -> None:
    gateway = make_gateway(
        rate_tiers="standard=1/60:10/60,enterprise=50/60:500/60",
        rate_tenants=f"{tenant_id}=enterprise",
    )

    assert gateway.get(URL, headers=signed_in).headers["x-ratelimit-limit"] == "50"


def test_a_limit_is_read_without_using_it_up(
    make_gateway: MakeGateway, signed_in: Headers, expect_error: ExpectError
) -> None:
    gateway = make_gateway(rate_tiers="standard=10/3600:100/3600")
    gateway.get(URL, headers=signed_in)

    answers = [gateway.get("/api/v1/limits", headers=signed_in).json() for _ in range(3)]

    attributes = answers[-1]["data"]["attributes"]
    assert attributes["tier"] == "standard"
    assert attributes["rates"]["user"] == {"requests": 10, "seconds": 3600}
    assert attributes["nearest"]["remaining"] == 9
    expect_error(gateway.get("/api/v1/limits"), 401, "TOKEN_MISSING")


def test_logins_are_limited_by_the_real_address(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(rate_login="3/3600")
    address = f"203.0.113.{uuid4().int % 250}-{uuid4().hex}"

    forged = [
        {"X-Forwarded-For": address, "X-Real-IP": f"10.0.0.{n}", "True-Client-IP": f"10.1.0.{n}"}
        for n in range(6)
    ]
    found = [gateway.post(LOGIN, headers=headers, json={}).status_code for headers in forged]

    assert found == [200, 200, 200, 429, 429, 429]


def test_an_ipv6_customer_has_one_limit_for_all_addresses(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(rate_login="2/3600")
    prefix = ":".join(uuid4().hex[n : n + 4] for n in (0, 4, 8, 12))

    found = [
        gateway.post(LOGIN, headers={"X-Forwarded-For": f"{prefix}::{n}"}, json={}).status_code
        for n in range(3)
    ]

    assert found == [200, 200, 429]


def test_without_redis_the_api_goes_on_and_login_does_not(
    make_gateway: MakeGateway,
    own_redis: PrivateRedis,
    upstream: Upstream,
    signed_in: Headers,
    expect_error: ExpectError,
) -> None:
    gateway = make_gateway(redis_url=own_redis.url, redis_rest_seconds=0.2)
    assert gateway.post(LOGIN, json={}).status_code == 200
    own_redis.stop()

    api = gateway.get(URL, headers=signed_in)
    login = gateway.post(LOGIN, json={})

    assert api.status_code == 200
    assert "x-ratelimit-limit" not in api.headers
    expect_error(login, 503, "SERVICE_UNAVAILABLE")
    assert "retry-after" in login.headers
    assert 'gateway_unchecked_total{access="token"}' in gateway.get("/metrics").text


def test_limits_come_back_with_redis_although_it_forgot_the_script(
    make_gateway: MakeGateway, own_redis: PrivateRedis, upstream: Upstream, signed_in: Headers
) -> None:
    gateway = make_gateway(redis_url=own_redis.url, redis_rest_seconds=0.1)
    gateway.get(URL, headers=signed_in)
    own_redis.stop()
    gateway.get(URL, headers=signed_in)
    own_redis.start()
    time.sleep(0.2)

    assert gateway.get(URL, headers=signed_in).headers["x-ratelimit-limit"] == "1000"


def test_an_operator_may_choose_that_nobody_passes_unchecked(
    make_gateway: MakeGateway,
    own_redis: PrivateRedis,
    upstream: Upstream,
    signed_in: Headers,
    expect_error: ExpectError,
) -> None:
    gateway = make_gateway(redis_url=own_redis.url, redis_away_admits=False)
    assert gateway.get("/health/ready").status_code == 200
    own_redis.stop()

    expect_error(gateway.get(URL, headers=signed_in), 503, "SERVICE_UNAVAILABLE")
    assert gateway.get("/health/ready").status_code == 503


def test_a_lost_redis_costs_one_request_its_timeout_and_not_all(
    make_gateway: MakeGateway, own_redis: PrivateRedis, upstream: Upstream, signed_in: Headers
) -> None:
    gateway = make_gateway(redis_url=own_redis.url, redis_rest_seconds=30.0)
    own_redis.stop()
    gateway.get(URL, headers=signed_in)

    started = time.monotonic()
    found = statuses(gateway, 50, signed_in)

    assert set(found) == {200}
    assert time.monotonic() - started < 2


def test_a_window_moves_on(make_gateway: MakeGateway, signed_in: Headers) -> None:
    gateway = make_gateway(rate_tiers="standard=5/1:1000/1")
    used = [gateway.get(URL, headers=signed_in) for _ in range(12)]
    refused = [answer for answer in used if answer.status_code == 429]
    assert refused

    time.sleep(math.ceil(float(refused[-1].headers["retry-after"])))

    assert gateway.get(URL, headers=signed_in).status_code == 200
