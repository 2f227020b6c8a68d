"""/invoices: what may be issued, by whom it is seen, and that it stays."""

import subprocess
import sys
from typing import Any

import pytest

from billing_story import Story, a_story, data_of, refusal_of
from psa_billing.documents.rules import RuleChecker, RuleCheckFailed
from psa_common.ids import uuid7
from psa_common.testing import Tenant


async def next_number(story: Story, invoice_id: str) -> str:
    """Mend the billing account, issue, and return the number that this gave."""
    await story.hear("billing_account.updated.v1", story.account(), sequence=9)
    answer = await story.api.post(f"/invoices/{invoice_id}/issue", {})
    number: str = data_of(answer)["attributes"]["number"]
    return number


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"buyer_reference": None}, "DOCUMENT_BREAKS_RULES", "billing_account.buyer_reference"),
        ({"street": ""}, "MANDATORY_FIELD_MISSING", "billing_account.street"),
        ({"country": "XX"}, "DOCUMENT_BREAKS_RULES", "billing_account.country"),
        (
            {"electronic_address": None},
            "DOCUMENT_BREAKS_RULES",
            "billing_account.electronic_address",
        ),
        ({"invoice_format": "edifact"}, "UNKNOWN_INVOICE_FORMAT", "billing_account.invoice_format"),
        ({"name": "株式会社"}, "TEXT_NOT_PRINTABLE", ""),
        ({"is_default": False}, "BILLING_ACCOUNT_MISSING", "billing_account"),
    ],
)
async def test_a_refused_issue_names_the_field_and_burns_no_number(
    story: Story, changes: dict[str, Any], code: str, field: str
) -> None:
    await story.june()
    invoice_id = await story.approved()
    await story.hear("billing_account.updated.v1", story.account(**changes), sequence=2)

    answer = await story.api.post(f"/invoices/{invoice_id}/issue", {})

    status, refused_as, fields = refusal_of(answer)
    assert (status, refused_as) == (422, code)
    assert not field or field in fields
    read = data_of(await story.api.get(f"/invoices/{invoice_id}"))["attributes"]
    assert (read["status"], read["number"]) == ("approved", None)
    assert (await next_number(story, invoice_id)).endswith("-000001")


@pytest.mark.parametrize("missing", ["vat_id", "phone", "iban", "contact_name", "email"])
async def test_what_our_company_lacks_is_named(story: Story, beta: Tenant, missing: str) -> None:
    other = await a_story(story.api, story.worker_pool, beta, **{missing: None})
    await other.june()
    invoice_id = await other.approved()

    answer = await other.api.post(f"/invoices/{invoice_id}/issue", {})

    status, _, fields = refusal_of(answer)
    assert status == 422
    assert f"company.{missing}" in fields


async def test_an_invoice_dated_tomorrow_is_refused(story: Story) -> None:
    await story.june()
    invoice_id = await story.approved()

    answer = await story.api.post(f"/invoices/{invoice_id}/issue", {"issue_date": "2099-01-01"})

    assert refusal_of(answer) == (400, "ISSUE_DATE_IN_FUTURE", ["issue_date"])


async def test_each_year_has_its_own_numbers(story: Story) -> None:
    await story.june()

    invoice = await story.issued(issue_date="2025-12-31")

    assert invoice["attributes"]["number"] == "RE-2025-000001"


async def test_an_issued_invoice_is_neither_issued_changed_nor_deleted(story: Story) -> None:
    await story.june()
    invoice_id = (await story.issued())["id"]
    path = f"/invoices/{invoice_id}"

    assert refusal_of(await story.api.post(f"{path}/issue", {}))[:2] == (
        409,
        "ILLEGAL_INVOICE_MOVE",
    )
    assert refusal_of(await story.api.patch(path, {"net_cents": 1}))[:2] == (409, "INVOICE_ISSUED")
    assert refusal_of(await story.api.delete(path))[:2] == (409, "INVOICE_ISSUED")


async def test_an_approved_invoice_can_be_taken_back_but_not_edited(story: Story) -> None:
    await story.june()
    path = f"/invoices/{await story.approved()}"

    assert refusal_of(await story.api.patch(path, {}))[:2] == (409, "INVOICE_NOT_EDITABLE")
    assert (await story.api.delete(path)).status_code == 204
    assert (await story.api.get(path)).status_code == 404
    assert (await story.run())["attributes"]["net_cents"] == 66_075


async def test_a_customer_sees_their_own_issued_invoices_only(story: Story, acme: Tenant) -> None:
    await story.june()
    invoice_id = await story.approved()
    scope = "invoice:view:own_customer"
    own = story.api.as_(acme.person(scope, customer_id=str(story.customer_id)))
    other = story.api.as_(acme.person(scope, customer_id=str(uuid7())))
    nobody = story.api.as_(acme.person(scope))
    paths = [f"/invoices/{invoice_id}{part}" for part in ("", "/pdf", "/xml")]
    paths.append(f"/invoices/{invoice_id}/lines/1/explanation")

    before = [(await own.get(path)).status_code for path in paths]
    await story.api.post(f"/invoices/{invoice_id}/issue", {})

    assert before == [404] * 4
    assert [(await own.get(path)).status_code for path in paths] == [200] * 4
    assert [(await other.get(path)).status_code for path in paths] == [404] * 4
    assert [(await nobody.get(path)).status_code for path in paths] == [404] * 4
    assert (await other.get("/invoices")).json()["data"] == []


async def test_another_tenants_invoice_does_not_exist(story: Story, beta: Tenant) -> None:
    await story.june()
    invoice_id = (await story.issued())["id"]
    stranger = story.api.as_(
        beta.person("invoice:view:all", "invoice:issue:all", "billing_run:approve:all")
    )
    path = f"/invoices/{invoice_id}"

    answers = [
        await stranger.get(path),
        await stranger.get(f"{path}/pdf"),
        await stranger.post(f"{path}/issue", {}),
        await stranger.patch(path, {}),
        await stranger.delete(path),
    ]

    assert {answer.status_code for answer in answers} == {404}


async def test_invoices_are_found_by_status_customer_and_day(story: Story) -> None:
    await story.june()
    await story.issued(issue_date="2026-07-01")

    async def found(query: str) -> int:
        answer = await story.api.get(f"/invoices?{query}")
        assert answer.status_code == 200, answer.text
        return len(answer.json()["data"])

    assert await found("status=issued&issued_after=2026-06-30") == 1
    assert await found("issued_after=2026-07-01") == 0
    assert await found(f"customer_id={story.customer_id}&number=RE-2026-000001") == 1
    assert await found(f"customer_id={uuid7()}") == 0
    assert await found("status=approved") == 0


async def test_an_unknown_status_is_refused(story: Story) -> None:
    answer = await story.api.get("/invoices?status=paid")

    assert refusal_of(answer) == (400, "VALIDATION_ERROR", ["status"])


async def test_a_line_that_is_not_there_is_not_found(story: Story) -> None:
    await story.june()
    path = f"/invoices/{await story.approved()}/lines"

    assert (await story.api.get(f"{path}/99/explanation")).status_code == 404
    assert (await story.api.get(f"{path}/{10**30}/explanation")).status_code == 404


async def test_rules_that_do_not_answer_burn_no_number(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    await story.june()
    invoice_id = await story.approved()

    def no_answer(_self: RuleChecker, _xml: bytes) -> None:
        raise RuleCheckFailed("The rules gave no answer in time.")

    with monkeypatch.context() as patched:
        patched.setattr(RuleChecker, "check", no_answer)
        answer = await story.api.post(f"/invoices/{invoice_id}/issue", {})

    assert refusal_of(answer)[:2] == (503, "RULES_UNAVAILABLE")
    assert (await next_number(story, invoice_id)).endswith("-000001")


def test_before_the_first_issue_nothing_heavy_is_loaded() -> None:
    program = "import sys, psa_billing.app, psa_billing.worker; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    for heavy in (b"'typst'", b"'saxonche'", b"'lxml'", b"'facturx'"):
        assert heavy not in done.stdout
