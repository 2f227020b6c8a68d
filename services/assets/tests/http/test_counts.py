"""/counts: who was active and managed on a day, from the history."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from assets_builders import OF_OWN_CUSTOMER, become, enter, members, refusal
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant


async def test_three_servers_that_become_active_on_a_day_count_from_then_on(
    desk: Api, mueller: UUID
) -> None:
    servers = [
        await enter(
            desk, mueller, name=name, state="planned", managed=False, effective_on="2026-05-11"
        )
        for name in ("SRV-01", "SRV-02", "SRV-03")
    ]
    for server in servers:
        await become(desk, server, "active", "2026-06-01", managed=True)

    assert await members(desk, mueller, "2026-05-31") == {}
    ids = [server["id"] for server in servers]
    assert await members(desk, mueller, "2026-06-01") == {"server": ids}
    assert await members(desk, mueller, "2026-07-01") == {"server": ids}


async def test_an_asset_counts_only_while_it_is_active_and_managed(
    desk: Api, mueller: UUID
) -> None:
    asset = await enter(desk, mueller, effective_on="2026-06-01")
    await become(desk, asset, "in_repair", "2026-06-10")
    await become(desk, asset, "active", "2026-06-12")
    await become(desk, asset, "active", "2026-06-15", managed=False)
    await become(desk, asset, "active", "2026-06-17", managed=True)
    await become(desk, asset, "retired", "2026-06-21")

    counted = [
        day
        for day in range(1, 31)
        if await members(desk, mueller, f"2026-06-{day:02}") == {"server": [asset["id"]]}
    ]

    assert counted == [*range(1, 10), 12, 13, 14, 17, 18, 19, 20]


async def test_of_two_changes_on_one_day_the_second_counts(desk: Api, mueller: UUID) -> None:
    asset = await enter(desk, mueller, effective_on="2026-06-01")
    await become(desk, asset, "in_repair", "2026-06-10")
    await become(desk, asset, "active", "2026-06-10")
    other = await enter(desk, mueller, effective_on="2026-06-01")
    await become(desk, other, "active", "2026-06-10", managed=False)
    await become(desk, other, "retired", "2026-06-10")

    assert await members(desk, mueller, "2026-06-09") == {"server": [asset["id"], other["id"]]}
    assert await members(desk, mueller, "2026-06-10") == {"server": [asset["id"]]}


async def test_a_change_that_is_planned_counts_from_its_day_on(desk: Api, mueller: UUID) -> None:
    asset = await enter(desk, mueller, effective_on="2026-06-01")
    retired_on = await _retire_in_half_a_year(desk, asset["id"])

    assert await members(desk, mueller, "2026-06-30") == {"server": [asset["id"]]}
    assert await members(desk, mueller, retired_on) == {}


async def test_classes_are_counted_apart(desk: Api, mueller: UUID) -> None:
    server = await enter(desk, mueller)
    workstation = await enter(desk, mueller, asset_class="workstation")

    assert await members(desk, mueller, "2026-06-01") == {
        "server": [server["id"]],
        "workstation": [workstation["id"]],
    }
    only = await members(desk, mueller, "2026-06-01", asset_class="workstation")
    assert only == {"workstation": [workstation["id"]]}


async def test_customers_are_counted_apart(desk: Api, mueller: UUID, venlo: UUID) -> None:
    await enter(desk, mueller)
    theirs = await enter(desk, venlo)

    assert await members(desk, venlo, "2026-06-01") == {"server": [theirs["id"]]}


async def test_without_a_day_it_is_today(desk: Api, mueller: UUID) -> None:
    await enter(desk, mueller)

    answer = await desk.get(f"/counts?customer_id={mueller}")

    assert answer.json()["data"]["attributes"]["total"] == 1


async def test_a_customer_that_is_not_ours_is_not_found(
    api: Api, acme: Tenant, desk: Api, stranger: Api, mueller: UUID, venlo: UUID
) -> None:
    portal = api.as_(acme.person(*OF_OWN_CUSTOMER, customer_id=str(mueller)))

    for who, customer_id in ((desk, uuid7()), (stranger, mueller), (portal, venlo)):
        answer = await who.get(f"/counts?customer_id={customer_id}")
        refusal(answer, 404, "RESOURCE_NOT_FOUND")
    assert (await portal.get(f"/counts?customer_id={mueller}")).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("on=2026-06-01", "customer_id"),
        ("customer_id=KD-10042", "customer_id"),
        ("customer_id={id}&on=2026-02-30", "on"),
        ("customer_id={id}&on=tomorrow", "on"),
        ("customer_id={id}&on=", "on"),
        ("customer_id={id}&asset_class=toaster", "asset_class"),
        ("customer_id={id}&asset_class=a%00b", "asset_class"),
        ("customer_id={id}&colour=grey", "colour"),
        ("customer_id={id}&on=2026-06-01&on=2026-06-02", "on"),
    ],
)
async def test_a_question_that_means_nothing_is_refused(
    desk: Api, mueller: UUID, query: str, field: str
) -> None:
    answer = await desk.get(f"/counts?{query.format(id=mueller)}")

    detail = refusal(answer, 400, "VALIDATION_ERROR")
    assert detail.get("field", "") == field


async def _retire_in_half_a_year(desk: Api, asset_id: str) -> str:
    """Plan the asset's retirement in half a year; return the day."""
    day = (datetime.now(UTC) + timedelta(days=180)).date().isoformat()
    answer = await desk.put(f"/assets/{asset_id}/state", {"state": "retired", "effective_on": day})
    assert answer.status_code == 200
    return day
