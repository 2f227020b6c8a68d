"""Drafts may be changed, approved work only reversed, and a locked period stays as it is."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import a_user
from tickets_time import a_technician, an_approver, refusal, some_work, ticket_of, time_rules


async def test_a_draft_is_changed_and_then_submitted(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await ticket_of(desk, customer_id)
    entry = await some_work(desk, ticket, state="draft", internal_note="intern")

    edited = await desk.patch(
        f"/time-entries/{entry['id']}",
        {"started_at": "2026-06-03T08:00:00Z", "minutes": 45, "break_minutes": 15},
        headers={"if-match": '"1"'},
    )
    sent = await desk.post("/time-entries/submit", {"ids": [entry["id"]]})

    attributes = edited.json()["data"]["attributes"]
    assert (attributes["minutes"], attributes["ended_at"]) == (45, "2026-06-03T09:00:00Z")
    assert attributes["note"] == "Arbeit"
    assert sent.json()["data"]["attributes"]["results"][0]["state"] == "submitted"
    event = (await published(worker_pool, acme.id))[-1]
    assert (event.type, event.data["minutes"]) == ("time_entry.submitted.v1", 45)


async def test_a_stale_edit_is_refused(desk: Api, customer_id: UUID) -> None:
    entry = await some_work(desk, await ticket_of(desk, customer_id), state="draft")

    response = await desk.patch(
        f"/time-entries/{entry['id']}", {"note": "neu"}, headers={"if-match": '"7"'}
    )

    assert response.status_code == 412


async def test_work_that_now_crosses_midnight_becomes_two_entries(
    desk: Api, customer_id: UUID
) -> None:
    entry = await some_work(desk, await ticket_of(desk, customer_id), state="draft")

    response = await desk.patch(
        f"/time-entries/{entry['id']}",
        {"started_at": "2026-06-30T23:50:00+02:00", "ended_at": "2026-07-01T00:20:00+02:00"},
    )

    body = response.json()
    rows = [body["data"], *body["included"]]
    assert [row["attributes"]["minutes"] for row in rows] == [10, 20]
    assert (await desk.get("/time-entries")).json()["meta"]["total"] == 2


async def test_a_draft_is_deleted_and_submitted_work_is_not(desk: Api, customer_id: UUID) -> None:
    ticket = await ticket_of(desk, customer_id)
    draft = await some_work(desk, ticket, state="draft")
    sent = await some_work(desk, ticket)

    gone = await desk.delete(f"/time-entries/{draft['id']}")
    kept = await desk.delete(f"/time-entries/{sent['id']}")

    assert gone.status_code == 204
    assert (await desk.get(f"/time-entries/{draft['id']}")).status_code == 404
    assert refusal(kept) == (409, "TIME_ENTRY_LOCKED")


async def test_work_is_entered_for_a_colleague_only_by_who_may(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await ticket_of(desk, customer_id)
    colleague = str(await a_user(worker_pool, acme))
    gone = str(await a_user(worker_pool, acme, active=False))
    body = {"note": "x", "minutes": 5, "work_date": "2026-06-03", "user_id": colleague}
    path = f"/tickets/{ticket}/time-entries"

    done = await desk.post(path, body)
    own = await a_technician(api, acme).post(path, body)
    left = await desk.post(path, body | {"user_id": gone})

    assert done.json()["data"]["relationships"]["user"]["data"]["id"] == colleague
    assert refusal(own) == (403, "WORK_OF_OTHERS")
    assert refusal(left) == (422, "UNKNOWN_WORKER")


async def test_a_technician_touches_nobody_elses_work_and_no_other_tenant_sees_it(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant, beta: Tenant
) -> None:
    entry = await some_work(desk, await ticket_of(desk, customer_id), state="draft")
    path = f"/time-entries/{entry['id']}"
    outsiders = [a_technician(api, acme), a_technician(api, beta), an_approver(api, beta)]

    for outsider in outsiders:
        assert (await outsider.get(path)).status_code == 404
    for outsider in outsiders[:2]:
        assert (await outsider.patch(path, {"note": "x"})).status_code == 404
        assert (await outsider.delete(path)).status_code == 404
    stranger = await outsiders[2].post(f"{path}/correct", {"reason": "x"})
    assert stranger.status_code == 404
    assert (await an_approver(api, acme).patch(path, {"note": "x"})).status_code == 403


async def test_an_unknown_kind_of_work_is_refused_with_those_that_are_known(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await ticket_of(desk, customer_id)
    body = {"note": "x", "minutes": 5, "work_date": "2026-06-03", "work_type": "gardening"}

    response = await desk.post(f"/tickets/{ticket}/time-entries", body)

    assert refusal(response) == (422, "UNKNOWN_WORK_TYPE")
    assert "on_site" in response.json()["error"]["message"]


async def test_what_overlaps_is_stored_with_a_warning_where_the_tenant_only_warns(
    desk: Api, customer_id: UUID
) -> None:
    await time_rules(desk, overlap="warn")
    ticket = await ticket_of(desk, customer_id)
    first = await some_work(desk, ticket, started_at="2026-06-03T08:00:00Z")

    second = await some_work(desk, ticket, started_at="2026-06-03T08:10:00Z")

    assert first["attributes"]["warnings"] == []
    assert "overlaps" in second["attributes"]["warnings"][0]


async def test_approved_work_is_reversed_and_replaced(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await ticket_of(desk, customer_id)
    entry = await some_work(desk, ticket, started_at="2026-06-03T08:00:00Z", minutes=60)
    await desk.post(f"/time-entries/{entry['id']}/approve")
    right = {"note": "richtig", "started_at": "2026-06-03T08:00:00Z", "minutes": 50}
    body = {"reason": "Zehn Minuten zu viel", "right": right}

    response = await desk.post(f"/time-entries/{entry['id']}/correct", body)
    again = await desk.post(f"/time-entries/{entry['id']}/correct", body)

    twin, replacement = response.json()["data"], response.json()["included"][0]
    assert (twin["attributes"]["minutes"], twin["attributes"]["state"]) == (-60, "approved")
    assert twin["relationships"]["reverses"]["data"]["id"] == entry["id"]
    assert replacement["attributes"]["state"] == "submitted"
    summary = (await desk.get(f"/tickets/{ticket}/time-summary")).json()["data"]["attributes"]
    assert (summary["minutes"], summary["rounded_minutes"]) == (50, 60)
    events = [event for event in await published(worker_pool, acme.id) if "revers" in event.type]
    assert [event.data["minutes"] for event in events] == [60]
    assert refusal(again) == (409, "ALREADY_REVERSED")


async def test_a_reversal_is_not_reversed_and_open_work_is_simply_changed(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await ticket_of(desk, customer_id)
    entry = await some_work(desk, ticket)
    path = f"/time-entries/{entry['id']}"
    early = await desk.post(f"{path}/correct", {"reason": "x"})
    await desk.post(f"{path}/approve")
    twin = (await desk.post(f"{path}/correct", {"reason": "x"})).json()["data"]

    late = await desk.post(f"/time-entries/{twin['id']}/correct", {"reason": "x"})

    assert refusal(early) == (409, "NOT_REVERSIBLE")
    assert refusal(late) == (409, "REVERSAL_REVERSED")


# The locked period


async def _lock(desk: Api, day: str | None) -> Any:
    return await desk.put("/time-lock", {"locked_until": day, "reason": "Monatsabschluss"})


async def test_nothing_in_a_locked_period_is_entered_changed_or_deleted(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = await ticket_of(desk, customer_id)
    technician = a_technician(api, acme)
    entry = await some_work(technician, ticket, state="draft", work_date="2026-06-30")
    await _lock(desk, "2026-06-30")
    path, new = f"/time-entries/{entry['id']}", f"/tickets/{ticket}/time-entries"
    work = {"note": "x", "minutes": 5, "work_date": "2026-06-30"}

    refused = [
        await technician.post(new, work),
        await technician.patch(path, {"note": "neu"}),
        await technician.patch(path, {"work_date": "2026-07-01", "minutes": 5}),
        await technician.delete(path),
    ]
    open_day = await technician.post(new, work | {"work_date": "2026-07-01"})
    reason_alone = await technician.post(new, work | {"override_reason": "vergessen"})

    assert [refusal(response) for response in refused] == [(409, "PERIOD_LOCKED")] * 4
    assert open_day.status_code == 201
    assert refusal(reason_alone) == (403, "LOCK_OVERRIDE_FORBIDDEN")


async def test_who_may_lock_may_say_why_and_go_on(desk: Api, customer_id: UUID) -> None:
    ticket = await ticket_of(desk, customer_id)
    await _lock(desk, "2026-06-30")

    entry = await some_work(desk, ticket, state="draft", override_reason="Nachtrag")
    gone = await desk.delete(f"/time-entries/{entry['id']}?override_reason=doppelt")

    assert gone.status_code == 204


async def test_a_lock_is_for_who_may_and_for_days_that_are_over(
    api: Api, desk: Api, acme: Tenant, beta: Tenant
) -> None:
    locked = await _lock(desk, "2026-06-30")
    stranger = await api.as_(beta.person("time_entry:view:all")).get("/time-rules")

    assert locked.json()["data"]["attributes"]["locked_until"] == "2026-06-30"
    assert stranger.json()["data"]["attributes"]["locked_until"] is None
    assert refusal(await _lock(desk, "2099-01-01")) == (422, "LOCK_IN_FUTURE")
    assert (await _lock(a_technician(api, acme), "2026-06-30")).status_code == 403
    assert (await _lock(desk, None)).json()["data"]["attributes"]["locked_until"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"minutes": 10**9},
        {"break_minutes": -1},
        {"place": "moon"},
        {"state": "approved"},
        {"started_at": "2026-06-03T08:00:00Z", "minutes": 5, "break_minutes": 1439},
        {"invoice_id": str(uuid7())},
    ],
)
async def test_an_impossible_change_is_refused_and_changes_nothing(
    desk: Api, customer_id: UUID, body: dict[str, Any]
) -> None:
    entry = await some_work(desk, await ticket_of(desk, customer_id), state="draft")
    path = f"/time-entries/{entry['id']}"

    response = await desk.patch(path, body)

    assert response.status_code in {400, 422}, response.text
    assert (await desk.get(path)).headers["etag"] == '"1"'
