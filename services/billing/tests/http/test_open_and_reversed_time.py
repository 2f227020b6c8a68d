"""Time that waits stops a run; time that was taken back is never billed, or named until mended."""

from typing import Any

import pytest

from billing_desk import approved, june_with, reversed_, submitted
from billing_story import TIME_LINE, Story, data_of, refusal_of
from psa_common.ids import uuid7
from psa_common.testing import Tenant

REVERSED = "time_entry.reversed.v1"


async def reversals(story: Story, query: str = "") -> list[dict[str, Any]]:
    """Return the list of what was taken back."""
    answer = await story.api.get(f"/time-reversals{query}")
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, Any]] = answer.json()["data"]
    return listed


async def codes_of_the_next_run(story: Story) -> list[str]:
    """Return what the next run asks a person to look at."""
    run = (await story.run(up_to="2026-07-02"))["attributes"]
    assert not run["stopped"]
    return [each["code"] for each in run["exceptions"]]


async def test_a_forgotten_approval_stops_the_run_and_nothing_is_issued(story: Story) -> None:
    await story.june()
    e9 = uuid7()
    await story.hear("time_entry.submitted.v1", submitted(story, e9))
    run = await story.run()

    answer = await story.api.post(f"/billing-runs/{run['id']}/approve")

    (found,) = run["attributes"]["exceptions"]
    assert (found["code"], found["severity"]) == ("time_not_approved", "stops")
    assert (found["source_kind"], found["source_id"]) == ("time_entry", str(e9))
    assert "190 min of on_site of 2026-06-16" in found["message"]
    assert refusal_of(answer) == (422, "RUN_STOPPED", ["time_entry"])
    assert (await story.api.get("/invoices")).json()["data"] == []


async def test_once_it_is_approved_the_next_run_bills_it(story: Story) -> None:
    await story.june()
    e9 = uuid7()
    await story.hear("time_entry.submitted.v1", submitted(story, e9))
    await story.run()

    await story.hear("time_entry.approved.v1", approved(story, e9), sequence=2)

    run = await story.run()
    assert run["attributes"]["exceptions"] == []
    assert run["attributes"]["net_cents"] == 66_075 + 41_925
    assert (await story.api.post(f"/billing-runs/{run['id']}/approve")).status_code == 200


async def test_time_that_waits_on_the_day_of_the_run_does_not_stop_it(story: Story) -> None:
    await story.june()

    later = submitted(story, uuid7(), work_date="2026-07-01")
    await story.hear("time_entry.submitted.v1", later)

    assert not (await story.run())["attributes"]["stopped"]


async def test_a_run_for_all_stops_for_time_of_a_customer_without_a_contract(story: Story) -> None:
    await story.hear("time_entry.submitted.v1", submitted(story, uuid7()))

    run = data_of(await story.api.post("/billing-runs", {"up_to": "2026-07-01"}), 201)

    assert [each["code"] for each in run["attributes"]["exceptions"]] == ["time_not_approved"]


async def test_what_was_taken_back_before_any_invoice_is_listed_and_done(story: Story) -> None:
    wrong = await june_with(story)
    event = reversed_(story, wrong)

    await story.hear(REVERSED, event, sequence=2)

    (listed,) = await reversals(story)
    assert listed["id"] == str(event["reversal_id"])
    assert listed["relationships"]["time_entry"]["data"]["id"] == str(wrong)
    assert listed["attributes"] == {
        "state": "unbilled",
        "work_date": "2026-06-05",
        "minutes": 75,
        "ticket_number": "T-1001",
        "invoice_number": None,
        "reason": "Falsches Ticket",
        "reversed_at": "2026-07-02T08:00:00Z",
    }
    run = (await story.run())["attributes"]
    assert (run["net_cents"], run["exceptions"]) == (43_500 + 6_450, [])


async def test_what_an_issued_invoice_charges_stays_an_open_correction(story: Story) -> None:
    wrong = await june_with(story)
    invoice = await story.issued(issue_date="2026-07-01")

    await story.hear(REVERSED, reversed_(story, wrong), sequence=2)

    (listed,) = await reversals(story, "?state=to_credit")
    assert listed["attributes"]["invoice_number"] == "RE-2026-000001"
    assert listed["relationships"]["invoice"]["data"]["id"] == invoice["id"]
    assert await codes_of_the_next_run(story) == ["correction_open"]
    assert data_of(await story.api.get(f"/invoices/{invoice['id']}")) == invoice


async def test_what_the_desk_believes_of_invoices_decides_nothing(story: Story) -> None:
    wrong = await june_with(story)

    await story.hear(REVERSED, reversed_(story, wrong, was_billed=True), sequence=2)

    assert [each["attributes"]["state"] for each in await reversals(story)] == ["unbilled"]


async def test_a_proposal_with_time_taken_back_since_is_not_approved(story: Story) -> None:
    wrong = await june_with(story)
    stale = await story.run()
    await story.hear(REVERSED, reversed_(story, wrong), sequence=2)

    answer = await story.api.post(f"/billing-runs/{stale['id']}/approve")

    assert refusal_of(answer) == (409, "TIME_REVERSED", ["billing_run"])
    assert (await story.api.get("/invoices")).json()["data"] == []
    await story.approved()


async def test_an_approved_invoice_with_time_taken_back_since_is_not_issued(story: Story) -> None:
    wrong = await june_with(story)
    invoice_id = await story.approved()
    await story.hear(REVERSED, reversed_(story, wrong), sequence=2)

    answer = await story.api.post(f"/invoices/{invoice_id}/issue", {})

    assert refusal_of(answer) == (409, "TIME_REVERSED", ["invoice"])
    (listed,) = await reversals(story, "?state=to_withdraw")
    assert listed["relationships"]["invoice"]["data"]["id"] == invoice_id
    assert await codes_of_the_next_run(story) == ["correction_open"]


async def test_after_the_invoice_was_deleted_the_rest_is_issued_without_a_gap(
    story: Story,
) -> None:
    wrong = await june_with(story)
    invoice_id = await story.approved()
    await story.hear(REVERSED, reversed_(story, wrong), sequence=2)
    await story.api.post(f"/invoices/{invoice_id}/issue", {})

    await story.api.delete(f"/invoices/{invoice_id}")

    invoice = (await story.issued(issue_date="2026-07-01"))["attributes"]
    assert (invoice["number"], invoice["net_cents"]) == ("RE-2026-000001", 43_500 + 6_450)
    assert [each["attributes"]["state"] for each in await reversals(story)] == ["unbilled"]


async def test_a_reversal_of_time_we_never_heard_of_is_listed(story: Story) -> None:
    await story.hear(REVERSED, reversed_(story, uuid7(), customer_id=None))

    (listed,) = await reversals(story)

    assert listed["attributes"]["ticket_number"] is None
    assert listed["attributes"]["state"] == "unbilled"


async def test_the_list_is_asked_for_a_customer_and_a_state(story: Story) -> None:
    await story.contract(TIME_LINE)
    for day in ("2026-06-03", "2026-06-04"):
        wrong = await story.time(30, day)
        await story.hear(REVERSED, reversed_(story, wrong, work_date=day, minutes=30), sequence=2)

    mine = await reversals(story, f"?customer_id={story.customer_id}&sort=work_date")
    theirs = await reversals(story, f"?customer_id={uuid7()}")

    days = [each["attributes"]["work_date"] for each in mine]
    assert days == ["2026-06-03", "2026-06-04"]
    assert theirs == await reversals(story, "?state=to_credit") == []


@pytest.mark.parametrize("query", ["state=lost", "customer_id=x", "sort=minutes", "reason=x"])
async def test_a_question_that_means_nothing_is_refused(story: Story, query: str) -> None:
    answer = await story.api.get(f"/time-reversals?{query}")

    assert answer.status_code == 400


async def test_reversals_are_seen_with_the_permission_and_in_the_own_tenant_only(
    story: Story, acme: Tenant, beta: Tenant
) -> None:
    await story.hear(REVERSED, reversed_(story, uuid7()))

    stranger = await story.api.as_(beta.person("billing_run:view:all")).get("/time-reversals")
    nobody = await story.api.as_(acme.person("contract:view:all")).get("/time-reversals")

    assert stranger.json()["data"] == []
    assert nobody.status_code == 403
