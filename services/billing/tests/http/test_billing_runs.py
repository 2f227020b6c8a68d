"""/billing-runs: what is proposed, what stops it, who may approve it."""

from typing import Any

import msgspec
import pytest

from billing_story import SERVER_LINE, TIME_LINE, Story, data_of, refusal_of
from psa_billing.domain.canonical import canonical_bytes
from psa_billing.domain.run import propose
from psa_billing.domain.run_inputs import RunInputs
from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Tenant, a_context


async def test_a_proposal_follows_from_its_frozen_inputs_byte_for_byte(
    story: Story, pool: Pool
) -> None:
    await story.june()
    run = await story.run()

    async with tenant_transaction(pool, story.tenant.id, a_context()) as tx:
        sql = "SELECT inputs FROM proposals WHERE run_id = %(id)s"
        inputs = msgspec.convert(await tx.fetch_value(sql, id=run["id"]), RunInputs)
        result = await tx.fetch_value(
            "SELECT result FROM proposals WHERE run_id = %(id)s", id=run["id"]
        )

    assert canonical_bytes(propose(inputs)) == result


async def test_a_run_reads_as_it_was_proposed(story: Story) -> None:
    await story.june()
    run = await story.run()

    read = data_of(await story.api.get(f"/billing-runs/{run['id']}"))

    assert read == run


async def test_a_run_for_all_bills_every_customer_of_the_tenant_only(
    story: Story, beta: Tenant
) -> None:
    await story.june()
    body = {"up_to": "2026-07-01"}
    permissions = ("billing_run:propose:all", "billing_run:view:all")

    mine = data_of(await story.api.post("/billing-runs", body), 201)
    theirs = await story.api.as_(beta.person(*permissions)).post("/billing-runs", body)

    assert mine["attributes"]["net_cents"] == 66_075
    assert data_of(theirs, 201)["attributes"]["drafts"] == []


async def test_time_that_nobody_pays_for_stops_the_run(story: Story) -> None:
    await story.time(20, "2026-06-03")
    await story.contract(SERVER_LINE)
    await story.server("SRV-01")
    run = await story.run()

    answer = await story.api.post(f"/billing-runs/{run['id']}/approve")

    assert run["attributes"]["stopped"]
    assert refusal_of(answer) == (422, "RUN_STOPPED", ["time_entry"])
    assert (await story.api.get("/invoices")).json()["data"] == []


async def test_a_line_that_counts_nothing_warns_and_bills_nothing(story: Story) -> None:
    await story.contract(SERVER_LINE)

    run = (await story.run())["attributes"]

    assert (run["drafts"], run["stopped"]) == ([], False)
    assert [each["code"] for each in run["exceptions"]] == ["nothing_to_count"]


async def test_a_run_is_approved_once(story: Story) -> None:
    await story.june()
    run = await story.run()
    path = f"/billing-runs/{run['id']}/approve"
    assert (await story.api.post(path)).status_code == 200

    again = await story.api.post(path)

    assert refusal_of(again) == (409, "ILLEGAL_RUN_MOVE", ["status"])


async def test_a_stale_proposal_is_refused_when_another_was_approved(story: Story) -> None:
    await story.june()
    stale = await story.run()
    await story.approved()

    answer = await story.api.post(f"/billing-runs/{stale['id']}/approve")

    assert refusal_of(answer) == (409, "ALREADY_BILLED", ["billing_run"])


async def test_who_proposes_may_not_approve_without_the_permission(
    story: Story, acme: Tenant
) -> None:
    await story.june()
    run = await story.run()
    clerk = acme.person("billing_run:propose:all", "billing_run:view:all")

    answer = await story.api.as_(clerk).post(f"/billing-runs/{run['id']}/approve")

    assert answer.status_code == 403


async def test_another_tenants_run_does_not_exist(story: Story, beta: Tenant) -> None:
    run = await story.run()
    stranger = story.api.as_(beta.person("billing_run:view:all", "billing_run:approve:all"))

    assert (await stranger.get(f"/billing-runs/{run['id']}")).status_code == 404
    assert (await stranger.post(f"/billing-runs/{run['id']}/approve")).status_code == 404


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (400, "VALIDATION_ERROR", [""])),
        ({"up_to": "2026-02-30"}, (400, "VALIDATION_ERROR", ["up_to"])),
        ({"up_to": "0001-01-01"}, (400, "VALIDATION_ERROR", ["up_to"])),
        ({"up_to": "2099-01-01"}, (400, "RUN_TOO_FAR_AHEAD", ["up_to"])),
        ({"up_to": 20260701}, (400, "VALIDATION_ERROR", ["up_to"])),
        (
            {"up_to": "2026-07-01", "customer_id": str(uuid7())},
            (422, "UNKNOWN_CUSTOMER", ["customer_id"]),
        ),
    ],
)
async def test_an_impossible_run_is_refused(
    story: Story, body: dict[str, Any], refusal: tuple[int, str, list[str]]
) -> None:
    answer = await story.api.post("/billing-runs", body)

    assert refusal_of(answer) == refusal


async def test_an_amount_that_no_document_can_hold_is_refused(story: Story) -> None:
    dear = {"kind": "recurring_fixed", "title": "Dear", "timing": "advance"}
    dear |= {"unit_price": "9999999999.99", "quantity": "999999.999"}
    await story.contract(dear)
    run = await story.run()

    answer = await story.api.post(f"/billing-runs/{run['id']}/approve")

    assert refusal_of(answer) == (422, "INVOICE_TOO_LARGE", ["unit_price"])


async def test_prorated_units_are_billed_by_the_day(story: Story) -> None:
    await story.server("SRV-01")
    partly = SERVER_LINE | {"valid_from": "2026-07-17", "billing_starts_on": "2026-07-17"}
    await story.contract(partly, TIME_LINE)

    (draft,) = (await story.run())["attributes"]["drafts"]

    assert draft["lines"][0]["unit_price"] == "70.16"
