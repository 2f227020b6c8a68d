"""/contracts: what is agreed on, and what cannot be."""

from typing import Any

import pytest

from billing_story import SERVER_LINE, TIME_LINE, Story, data_of, refusal_of
from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Tenant
from psa_events.testing import published


def head(story: Story, **changes: Any) -> dict[str, Any]:
    contract = {"customer_id": str(story.customer_id), "title": "Managed Services"}
    return contract | {"valid_from": "2026-01-01"} | changes


async def test_a_contract_reads_with_its_lines_and_last_day(story: Story) -> None:
    contract_id = await story.draft(SERVER_LINE, TIME_LINE, valid_to="2026-12-31")

    answer = await story.api.get(f"/contracts/{contract_id}")

    contract = data_of(answer)["attributes"]
    assert (contract["number"], contract["status"]) == ("V-2026-007", "draft")
    assert contract["valid_to"] == "2026-12-31"
    lines = [each["attributes"] for each in answer.json()["included"]]
    assert [(line["position"], line["unit_price"]) for line in lines] == [
        (1, "145.00"),
        (2, "129.00"),
    ]


async def test_the_event_names_the_last_day_too(story: Story, worker_pool: Pool) -> None:
    await story.contract(SERVER_LINE, valid_to="2026-12-31")

    (activated,) = await published(worker_pool, story.tenant.id)

    assert activated.data["valid_to"] == "2026-12-31"


async def test_without_a_number_the_next_free_one_is_drawn(story: Story) -> None:
    await story.draft(number="V-2026-001")

    drawn = [data_of(await story.api.post("/contracts", head(story)), 201) for _ in range(2)]

    assert [each["attributes"]["number"] for each in drawn] == ["V-2026-002", "V-2026-003"]


async def test_a_number_is_given_once(story: Story) -> None:
    await story.draft()

    answer = await story.api.post("/contracts", head(story, number="V-2026-007"))

    assert refusal_of(answer) == (409, "CONTRACT_NUMBER_TAKEN", ["number"])


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"customer_id": str(uuid7())}, (422, "UNKNOWN_CUSTOMER", ["customer_id"])),
        (
            {"billing_account_id": str(uuid7())},
            (422, "UNKNOWN_BILLING_ACCOUNT", ["billing_account_id"]),
        ),
        ({"valid_to": "2025-12-31"}, (422, "IMPOSSIBLE_DATES", ["valid_to"])),
        ({"valid_from": "1800-01-01"}, (400, "VALIDATION_ERROR", ["valid_from"])),
        ({"valid_to": "9999-12-31"}, (400, "VALIDATION_ERROR", ["valid_to"])),
        ({"valid_from": "2026-02-30"}, (400, "VALIDATION_ERROR", ["valid_from"])),
        ({"anchor_day": 31}, (400, "VALIDATION_ERROR", ["anchor_day"])),
        ({"number": "v 7"}, (400, "VALIDATION_ERROR", ["number"])),
        ({"currency": "DM"}, (400, "VALIDATION_ERROR", ["currency"])),
        ({"title": "a\u0000b"}, (400, "VALIDATION_ERROR", ["title"])),
        ({"surprise": 1}, (400, "VALIDATION_ERROR", [""])),
    ],
)
async def test_an_impossible_contract_is_refused(
    story: Story, changes: dict[str, Any], refusal: tuple[int, str, list[str]]
) -> None:
    answer = await story.api.post("/contracts", head(story, **changes))

    assert refusal_of(answer) == refusal
    assert (await story.api.get("/contracts")).json()["data"] == []


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"unit_price": None}, (422, "LINE_WITHOUT_PRICE", ["unit_price"])),
        ({"unit_price": "-1.00"}, (422, "NEGATIVE_PRICE", ["unit_price"])),
        ({"unit_price": "NaN"}, (400, "VALIDATION_ERROR", ["unit_price"])),
        ({"unit_price": "1e9"}, (400, "VALIDATION_ERROR", ["unit_price"])),
        ({"unit_price": 145.0}, (400, "VALIDATION_ERROR", ["unit_price"])),
        ({"valid_to": "2025-06-30"}, (422, "IMPOSSIBLE_DATES", ["valid_to"])),
        ({"valid_from": "2025-12-01"}, (422, "IMPOSSIBLE_DATES", ["valid_from"])),
        ({"billing_starts_on": "2025-12-01"}, (422, "IMPOSSIBLE_DATES", ["billing_starts_on"])),
        ({"billing_starts_on": "0001-01-01"}, (400, "VALIDATION_ERROR", ["billing_starts_on"])),
        ({"counted": None}, (422, "INCOMPLETE_LINE", ["counted"])),
        ({"period_months": 5}, (422, "INCOMPLETE_LINE", ["period_months"])),
        ({"kind": "recurring_fixed"}, (422, "INCOMPLETE_LINE", ["quantity"])),
        ({"kind": "recurring_fixed", "quantity": "NaN"}, (400, "VALIDATION_ERROR", ["quantity"])),
        ({"kind": "time_and_material"}, (422, "INCOMPLETE_LINE", ["rounding"])),
        (
            {"kind": "time_and_material", "rounding": {}, "timing": "advance"},
            (422, "INCOMPLETE_LINE", ["timing"]),
        ),
        (
            {"kind": "time_and_material", "rounding": {"grace_minutes": 15}},
            (400, "IMPOSSIBLE_ROUNDING", ["grace_minutes"]),
        ),
        ({"kind": "gift"}, (400, "VALIDATION_ERROR", ["kind"])),
    ],
)
async def test_an_impossible_line_is_refused(
    story: Story, changes: dict[str, Any], refusal: tuple[int, str, list[str]]
) -> None:
    contract_id = await story.draft()

    answer = await story.api.post(f"/contracts/{contract_id}/lines", SERVER_LINE | changes)

    assert refusal_of(answer) == refusal
    assert "included" not in (await story.api.get(f"/contracts/{contract_id}")).json()


async def test_two_lines_cannot_stand_at_one_position_on_one_day(story: Story) -> None:
    contract_id = await story.draft(SERVER_LINE | {"valid_to": "2026-08-31"})
    path = f"/contracts/{contract_id}/lines"

    overlapping = SERVER_LINE | {"position": 1, "valid_from": "2026-08-31"}
    following = SERVER_LINE | {
        "position": 1,
        "valid_from": "2026-09-01",
        "billing_starts_on": "2026-09-01",
    }

    late_start = overlapping | {"billing_starts_on": "2026-09-01"}
    answer = await story.api.post(path, late_start)
    assert refusal_of(answer) == (422, "OVERLAPPING_LINES", ["position"])
    assert (await story.api.post(path, following)).status_code == 201


async def test_a_contract_without_lines_cannot_come_into_force(story: Story) -> None:
    contract_id = await story.draft()

    answer = await story.api.post(f"/contracts/{contract_id}/activate")

    assert refusal_of(answer) == (422, "CONTRACT_WITHOUT_LINES", ["lines"])


async def test_a_contract_comes_into_force_once(story: Story) -> None:
    contract_id = await story.contract()

    again = await story.api.post(f"/contracts/{contract_id}/activate")

    assert refusal_of(again) == (409, "ILLEGAL_CONTRACT_MOVE", ["status"])


async def test_a_contract_in_force_takes_no_lines(story: Story) -> None:
    contract_id = await story.contract()

    answer = await story.api.post(f"/contracts/{contract_id}/lines", TIME_LINE)

    assert refusal_of(answer) == (409, "CONTRACT_NOT_DRAFT", ["status"])


async def test_an_edit_based_on_an_old_version_is_refused(story: Story) -> None:
    contract_id = await story.draft(SERVER_LINE)
    path = f"/contracts/{contract_id}"

    stale = await story.api.patch(path, {"title": "Other"}, headers={"if-match": '"1"'})
    fresh = await story.api.patch(path, {"title": "Other"}, headers={"if-match": '"2"'})

    assert stale.status_code == 412
    assert data_of(fresh)["attributes"]["title"] == "Other"


async def test_a_customer_sees_their_own_contracts_in_force(story: Story, acme: Tenant) -> None:
    contract_id = await story.contract()
    await story.draft(number="V-2026-008")
    own = acme.person("contract:view:own_customer", customer_id=str(story.customer_id))
    other = acme.person("contract:view:own_customer", customer_id=str(uuid7()))

    listed = await story.api.as_(own).get("/contracts")
    hidden = await story.api.as_(other).get(f"/contracts/{contract_id}")

    assert [each["id"] for each in listed.json()["data"]] == [contract_id]
    assert hidden.status_code == 404


async def test_another_tenants_contract_does_not_exist(story: Story, beta: Tenant) -> None:
    contract_id = await story.draft()
    stranger = story.api.as_(beta.person("contract:view:all", "contract:manage:all"))

    answers = [
        await stranger.get(f"/contracts/{contract_id}"),
        await stranger.post(f"/contracts/{contract_id}/activate"),
        await stranger.post(f"/contracts/{contract_id}/lines", SERVER_LINE),
        await stranger.patch(f"/contracts/{contract_id}", {"title": "Mine"}),
    ]

    assert {answer.status_code for answer in answers} == {404}


async def test_who_may_only_look_cannot_agree_on_anything(story: Story, acme: Tenant) -> None:
    reader = story.api.as_(acme.person("contract:view:all"))

    answer = await reader.post("/contracts", head(story))

    assert answer.status_code == 403
