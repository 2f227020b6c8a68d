"""Many entries at once, four eyes, two tiers, surcharges, and what billing settles."""

from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_events.testing import published
from psa_tickets.domain.time.entry import IllegalApproval
from psa_tickets.usecases.time import approving
from tickets_time import a_technician, an_approver, refusal, some_work, ticket_of, time_rules


async def test_each_of_many_gets_its_own_answer(desk: Api, customer_id: UUID) -> None:
    ticket = await ticket_of(desk, customer_id)
    good = (await some_work(desk, ticket))["id"]
    draft = (await some_work(desk, ticket, state="draft"))["id"]
    unknown = str(uuid7())

    response = await desk.post("/time-entries/approve", {"ids": [good, draft, unknown, good]})

    content = response.json()["data"]["attributes"]
    assert (content["done"], content["refused"]) == (1, 2)
    assert [
        (one["id"], one["state"], one["error"] and one["error"]["code"])
        for one in content["results"]
    ] == [
        (good, "approved", None),
        (draft, None, "ILLEGAL_APPROVAL_STEP"),
        (unknown, None, "RESOURCE_NOT_FOUND"),
    ]


@pytest.mark.parametrize("ids", [[], [str(uuid7())] * 201])
async def test_none_and_too_many_are_refused(desk: Api, ids: list[str]) -> None:
    response = await desk.post("/time-entries/approve", {"ids": ids})

    assert response.status_code in {400, 422}


async def test_a_rejection_says_why_and_the_entry_comes_back_better(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    entry = (await some_work(desk, await ticket_of(desk, customer_id)))["id"]

    await desk.post("/time-entries/reject", {"ids": [entry], "reason": "Welcher Server?"})
    rejected = (await desk.get(f"/time-entries/{entry}")).json()["data"]["attributes"]
    await desk.patch(f"/time-entries/{entry}", {"note": "SRV-02 neu gestartet"})
    await desk.post("/time-entries/submit", {"ids": [entry]})
    await desk.post("/time-entries/withdraw", {"ids": [entry]})

    assert (rejected["state"], rejected["reason"]) == ("rejected", "Welcher Server?")
    assert [event.type for event in await published(worker_pool, acme.id)][-4:] == [
        "time_entry.submitted.v1",
        "time_entry.rejected.v1",
        "time_entry.submitted.v1",
        "time_entry.withdrawn.v1",
    ]


async def test_nobody_approves_their_own_work_where_the_tenant_says_so(
    desk: Api, api: Api, customer_id: UUID, acme: Tenant
) -> None:
    await time_rules(desk, own_approval=False)
    entry = (await some_work(desk, await ticket_of(desk, customer_id)))["id"]

    own = await desk.post(f"/time-entries/{entry}/approve")
    other = await an_approver(api, acme).post(f"/time-entries/{entry}/approve")

    assert refusal(own) == (403, "OWN_WORK_APPROVED")
    assert other.json()["data"]["attributes"]["state"] == "approved"


async def test_two_people_approve_before_billing_hears_of_it(
    desk: Api, api: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await time_rules(desk, approval_tiers=2)
    entry = (await some_work(desk, await ticket_of(desk, customer_id)))["id"]
    path = f"/time-entries/{entry}/approve"

    first = await desk.post(path)
    told = [event.type for event in await published(worker_pool, acme.id)]
    same = await desk.post(path)
    second = await an_approver(api, acme).post(path)

    assert first.json()["data"]["attributes"]["state"] == "checked"
    assert "time_entry.approved.v1" not in told
    assert refusal(same) == (403, "SAME_APPROVER")
    assert second.json()["data"]["attributes"]["state"] == "approved"
    assert (await published(worker_pool, acme.id))[-1].type == "time_entry.approved.v1"


async def test_approving_needs_the_permission_and_the_tenant(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant, beta: Tenant
) -> None:
    entry = (await some_work(desk, await ticket_of(desk, customer_id)))["id"]
    path = f"/time-entries/{entry}/approve"

    assert (await a_technician(api, acme).post(path)).status_code == 403
    assert (await an_approver(api, beta).post(path)).status_code == 404


async def test_saturday_work_leaves_with_its_factor(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    rule = {"name": "Samstag", "percent": "50", "weekdays": [6]}
    assert (await desk.post("/surcharge-rules", rule)).status_code == 201
    ticket = await ticket_of(desk, customer_id)
    switch = await some_work(desk, ticket, started_at="2026-06-13T08:00:00Z", minutes=140)
    friday = await some_work(desk, ticket, work_date="2026-06-12")
    patching = await some_work(desk, ticket, work_date="2026-06-13", work_type="patching")
    ids = [switch["id"], friday["id"], patching["id"]]

    await desk.post("/time-entries/approve", {"ids": ids})

    events = {
        event.subject: event.data.get("surcharges")
        for event in await published(worker_pool, acme.id)
        if event.type == "time_entry.approved.v1"
    }
    piece = {"minutes": 140, "factor": "1.5", "rule": "Samstag", "applies_to": "minutes"}
    assert events == {ids[0]: [piece], ids[1]: None, ids[2]: None}


async def test_a_surcharge_that_has_ended_gives_nothing_more(desk: Api, customer_id: UUID) -> None:
    rule = {"name": "Samstag", "factor": "1.5", "weekdays": [6]}
    created = (await desk.post("/surcharge-rules", rule)).json()["data"]["id"]
    await desk.post(f"/surcharge-rules/{created}/end")
    ticket = await ticket_of(desk, customer_id)
    entry = (await some_work(desk, ticket, work_date="2026-06-13"))["id"]

    approved = await desk.post(f"/time-entries/{entry}/approve")

    assert approved.json()["data"]["attributes"]["surcharges"] == []
    listed = (await desk.get("/surcharge-rules?active=false")).json()["data"]
    assert [one["attributes"]["name"] for one in listed] == ["Samstag"]


async def test_surcharges_are_for_who_manages_the_desk(
    api: Api, desk: Api, acme: Tenant, beta: Tenant
) -> None:
    rule = {"name": "Samstag", "factor": "1.5", "weekdays": [6]}
    created = (await desk.post("/surcharge-rules", rule)).json()["data"]["id"]
    other = api.as_(beta.person("desk:manage:all"))

    assert (await a_technician(api, acme).post("/surcharge-rules", rule)).status_code == 403
    assert (await other.post(f"/surcharge-rules/{created}/end")).status_code == 404
    wrong = await desk.post("/surcharge-rules", {"name": "x", "weekdays": [6]})
    assert refusal(wrong) == (400, "IMPOSSIBLE_SURCHARGE")
    calendar = rule | {"name": "y", "calendar_id": str(uuid7())}
    assert (await desk.post("/surcharge-rules", calendar)).status_code == 404


async def test_billed_work_is_billed_once_and_stays(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await ticket_of(desk, customer_id)
    entry, other = [(await some_work(desk, ticket))["id"] for _ in range(2)]
    await desk.post(f"/time-entries/{entry}/approve")
    invoice = uuid7()

    for _ in range(2):
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            await approving.mark_billed(tx, [UUID(entry)], invoice)

    billed = (await desk.get(f"/time-entries/{entry}")).json()["data"]
    assert billed["attributes"]["state"] == "billed"
    assert billed["relationships"]["invoice"]["data"]["id"] == str(invoice)
    for ids, other_invoice in (([entry], uuid7()), ([other], invoice)):
        with pytest.raises(IllegalApproval):
            async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
                await approving.mark_billed(tx, [UUID(one) for one in ids], other_invoice)
    assert refusal(await desk.patch(f"/time-entries/{entry}", {"note": "x"})) == (
        409,
        "TIME_ENTRY_LOCKED",
    )
    assert refusal(await desk.delete(f"/time-entries/{entry}")) == (409, "TIME_ENTRY_LOCKED")


async def test_approved_work_may_be_written_off_and_billed_work_not(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    entry = (await some_work(desk, await ticket_of(desk, customer_id)))["id"]
    await desk.post(f"/time-entries/{entry}/approve")

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await approving.mark_written_off(tx, [UUID(entry)], "Kulanz")

    attributes = (await desk.get(f"/time-entries/{entry}")).json()["data"]["attributes"]
    assert (attributes["state"], attributes["reason"]) == ("written_off", "Kulanz")
    with pytest.raises(IllegalApproval):
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            await approving.mark_billed(tx, [UUID(entry)], uuid7())


async def test_what_was_stored_with_a_warning_is_not_submitted_where_overlaps_are_forbidden(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await ticket_of(desk, customer_id)
    await time_rules(desk, overlap="warn")
    first = await some_work(desk, ticket, state="draft", started_at="2026-06-03T08:00:00Z")
    second = await some_work(desk, ticket, state="draft", started_at="2026-06-03T08:10:00Z")
    apart = await some_work(desk, ticket, state="draft", started_at="2026-06-03T09:00:00Z")
    await time_rules(desk, overlap="forbid")
    ids = [first["id"], second["id"], apart["id"]]

    response = await desk.post("/time-entries/submit", {"ids": ids})

    results = response.json()["data"]["attributes"]["results"]
    assert [one["error"] and one["error"]["code"] for one in results] == [
        "OVERLAPPING_WORK",
        "OVERLAPPING_WORK",
        None,
    ]
