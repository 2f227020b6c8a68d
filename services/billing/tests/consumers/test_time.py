"""Time waits, is billed, or is taken back: the same end in whatever order the desk is heard."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from billing_desk import approved, rejected, reversed_, submitted, withdrawn
from billing_story import SUBSCRIPTION_OF, TIME_LINE, Story, a_story
from psa_billing.queries import supplied, time_approvals
from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Tenant, a_context
from psa_events.consumer import deliver
from psa_events.testing import an_envelope

UP_TO = date(2026, 7, 1)

Told = list[tuple[str, dict[str, Any]]]


async def waiting_minutes(pool: Pool, story: Story) -> list[int]:
    async with tenant_transaction(pool, story.tenant.id, a_context()) as tx:
        rows = await time_approvals.list_waiting(tx, [story.customer_id], up_to=UP_TO)
    return [row.minutes for row in rows]


async def unbilled_minutes(pool: Pool, story: Story) -> list[int]:
    async with tenant_transaction(pool, story.tenant.id, a_context()) as tx:
        rows = await supplied.list_unbilled_time(tx, [story.customer_id], up_to=UP_TO)
    return [row.minutes for row in rows]


async def hear_twice(story: Story, told: Told, order: tuple[int, ...]) -> None:
    """Deliver each event and its repetition; its place in *told* is its sequence."""
    for at in order:
        event_type, data = told[at]
        envelope = await story.hear(event_type, data, sequence=at + 1)
        assert not await deliver(story.worker_pool, SUBSCRIPTION_OF[event_type], envelope)


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
async def test_time_that_was_approved_in_the_end_waits_in_no_order(
    story: Story, pool: Pool, order: tuple[int, ...]
) -> None:
    entry_id = uuid7()
    told: Told = [
        ("time_entry.submitted.v1", submitted(story, entry_id)),
        ("time_entry.rejected.v1", rejected(story, entry_id)),
        ("time_entry.submitted.v1", submitted(story, entry_id, minutes=180)),
        ("time_entry.approved.v1", approved(story, entry_id, minutes=180)),
    ]

    await hear_twice(story, told, order)

    assert await waiting_minutes(pool, story) == []
    assert await unbilled_minutes(pool, story) == [180]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_time_that_was_submitted_again_waits_as_it_is_now(
    story: Story, pool: Pool, order: tuple[int, ...]
) -> None:
    entry_id = uuid7()
    told: Told = [
        ("time_entry.submitted.v1", submitted(story, entry_id)),
        ("time_entry.withdrawn.v1", withdrawn(story, entry_id)),
        ("time_entry.submitted.v1", submitted(story, entry_id, minutes=200)),
    ]

    await hear_twice(story, told, order)

    assert await waiting_minutes(pool, story) == [200]
    assert await unbilled_minutes(pool, story) == []


@pytest.mark.parametrize("settle", [rejected, withdrawn])
async def test_what_went_back_to_its_author_stops_no_run(
    story: Story, pool: Pool, settle: Any
) -> None:
    entry_id = uuid7()
    await story.hear("time_entry.submitted.v1", submitted(story, entry_id))

    event_type = f"time_entry.{settle.__name__}.v1"
    await story.hear(event_type, settle(story, entry_id), sequence=2)

    assert await waiting_minutes(pool, story) == []
    assert not (await story.run())["attributes"]["stopped"]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_time_that_was_taken_back_is_billed_in_no_order(
    story: Story, pool: Pool, order: tuple[int, ...]
) -> None:
    entry_id = uuid7()
    told: Told = [
        ("time_entry.submitted.v1", submitted(story, entry_id)),
        ("time_entry.approved.v1", approved(story, entry_id)),
        ("time_entry.reversed.v1", reversed_(story, entry_id, minutes=190)),
    ]
    await story.contract(TIME_LINE)

    await hear_twice(story, told, order)

    run = (await story.run())["attributes"]
    assert await waiting_minutes(pool, story) == await unbilled_minutes(pool, story) == []
    assert (run["drafts"], run["exceptions"], run["passed_over"]) == ([], [], [])


async def test_a_corrected_entry_is_billed_once_as_it_should_be(story: Story) -> None:
    await story.contract(TIME_LINE)
    wrong = await story.time(75, "2026-06-05")
    await story.time(60, "2026-06-05")

    await story.hear("time_entry.reversed.v1", reversed_(story, wrong), sequence=2)

    (draft,) = (await story.run())["attributes"]["drafts"]
    assert draft["net_cents"] == 12_900
    assert len(draft["lines"][0]["time_entry_ids"]) == 1


async def test_what_another_tenant_takes_back_stays_billed_here(
    story: Story, beta: Tenant, worker_pool: Pool, pool: Pool
) -> None:
    entry_id = await story.time(75, "2026-06-05")
    taken_back = an_envelope(beta.id, "time_entry.reversed.v1", reversed_(story, entry_id))

    await deliver(worker_pool, SUBSCRIPTION_OF["time_entry.reversed.v1"], taken_back)

    assert await unbilled_minutes(pool, story) == [75]


async def test_what_waits_at_another_tenant_stops_no_run_here(
    story: Story, beta: Tenant, worker_pool: Pool
) -> None:
    other = await a_story(story.api, worker_pool, beta)
    await other.hear(
        "time_entry.submitted.v1", submitted(other, uuid7(), customer_id=story.customer_id)
    )

    assert (await story.run())["attributes"]["exceptions"] == []


async def test_internal_time_that_waits_stops_no_run(story: Story) -> None:
    internal = submitted(story, uuid7(), customer_id=None, billable="non_billable")

    await story.hear("time_entry.submitted.v1", internal)

    assert (await story.run())["attributes"]["exceptions"] == []


async def test_what_the_desk_says_of_surcharges_is_kept_and_changes_no_amount_yet(
    story: Story, pool: Pool
) -> None:
    saturday = {"minutes": 60, "factor": "1.5", "rule": "Samstag", "applies_to": "money"}
    await story.contract(TIME_LINE)
    plain_id = await story.time(60, "2026-06-05")
    entry_id = await story.time(60, "2026-06-06", surcharges=[saturday])

    async with tenant_transaction(pool, story.tenant.id, a_context()) as tx:
        sql = "SELECT surcharges FROM approved_time_entries WHERE id = %(id)s"
        kept = await tx.fetch_value(sql, id=entry_id)
        plain = await tx.fetch_value(sql, id=plain_id)

    assert (kept, plain) == ([saturday], None)
    assert (await story.run())["attributes"]["net_cents"] == 25_800
