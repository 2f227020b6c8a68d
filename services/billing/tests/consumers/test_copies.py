"""Copies end in the same state, however the events arrive: twice, or in the wrong order."""

from itertools import permutations
from typing import Any

import pytest

from billing_story import SUBSCRIPTION_OF, Story, refusal_of
from psa_billing.queries import supplied
from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import a_context
from psa_events.consumer import deliver


async def memberships(pool: Pool, story: Story) -> list[tuple[str, str, bool, str, str | None]]:
    async with tenant_transaction(pool, story.tenant.id, a_context()) as tx:
        rows = await supplied.list_memberships(tx, [story.customer_id])
    return [
        (
            row.number,
            row.state,
            row.managed,
            str(row.valid_from),
            str(row.valid_to) if row.valid_to else None,
        )
        for row in rows
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_an_asset_ends_the_same_in_every_order(
    story: Story, pool: Pool, order: tuple[int, ...]
) -> None:
    asset_id = uuid7()
    told: list[tuple[str, dict[str, Any]]] = [
        ("asset.created.v1", story.asset(asset_id, number="SRV-01", name="a", state="in_stock")),
        (
            "asset.state_changed.v1",
            story.asset(asset_id, previous="in_stock", current="active", effective_on="2026-06-05"),
        ),
        ("asset.retired.v1", story.asset(asset_id, effective_on="2026-06-20")),
    ]

    for index in order:
        event_type, data = told[index]
        await story.hear(event_type, data, sequence=index + 1)

    assert await memberships(pool, story) == [
        ("SRV-01", "in_stock", True, "2026-06-01", "2026-06-05"),
        ("SRV-01", "active", True, "2026-06-05", "2026-06-20"),
        ("SRV-01", "retired", False, "2026-06-20", None),
    ]


async def test_of_two_states_for_one_day_the_later_word_stands(story: Story, pool: Pool) -> None:
    asset_id = await story.server("SRV-01")

    changed = story.asset(asset_id, previous="active", current="in_repair")
    await story.hear("asset.state_changed.v1", changed, sequence=2)

    assert await memberships(pool, story) == [("SRV-01", "in_repair", True, "2026-06-01", None)]


async def test_an_event_that_comes_twice_has_one_effect(story: Story, worker_pool: Pool) -> None:
    await story.server("SRV-01")
    await story.contract()
    changed = story.asset(uuid7(), number="SRV-02", name="b", state="active")
    envelope = await story.hear("asset.created.v1", changed)

    repeated = await deliver(worker_pool, SUBSCRIPTION_OF["asset.created.v1"], envelope)

    assert not repeated
    (draft,) = (await story.run())["attributes"]["drafts"]
    assert draft["lines"][0]["quantity"] == "2"


async def test_an_older_state_of_a_billing_account_changes_nothing(story: Story) -> None:
    await story.june()
    await story.hear("billing_account.updated.v1", story.account(name="New GmbH"), sequence=3)

    await story.hear("billing_account.updated.v1", story.account(name="Old GmbH"), sequence=2)

    invoice = await story.issued(issue_date="2026-07-01")
    assert invoice["attributes"]["buyer"]["name"] == "New GmbH"


async def test_time_that_comes_after_the_invoice_waits_for_the_next_run(story: Story) -> None:
    await story.june()
    await story.issued(issue_date="2026-07-01")

    await story.time(30, "2026-06-29")

    (draft,) = (await story.run())["attributes"]["drafts"]
    assert draft["net_cents"] == 6_450


async def test_a_customer_we_have_not_heard_of_is_not_billed(story: Story) -> None:
    body = {"up_to": "2026-07-01", "customer_id": str(uuid7())}

    answer = await story.api.post("/billing-runs", body)

    assert refusal_of(answer) == (422, "UNKNOWN_CUSTOMER", ["customer_id"])
