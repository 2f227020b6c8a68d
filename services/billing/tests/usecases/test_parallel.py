"""Many at once: one invoice for one thing, numbers without gaps, a chain without breaks."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg
import pytest

from billing_desk import june_with, reversed_
from billing_story import SERVER_LINE, Story, data_of, refusal_of
from psa_billing.queries import invoices
from psa_billing.usecases import chain_watch, issuing
from psa_common.db import Pool, open_pool, tenant_transaction
from psa_common.identity import Principal
from psa_common.testing import Database, a_context

NOW = datetime(2026, 7, 1, 10, tzinfo=UTC)
INVOICES = 40
FORCED_ROLLBACKS = 0.3


class ForcedRollback(Exception):
    """Something fails after the number was drawn."""


@pytest.fixture
async def wide_pool(database: Database) -> AsyncIterator[Pool]:
    async with open_pool(database.app_dsn, name="wide", size=10) as opened:
        yield opened


async def many_approved(story: Story) -> list[UUID]:
    """Approve one invoice for each of many contracts."""
    await story.server("SRV-01")
    for number in range(INVOICES):
        await story.contract(SERVER_LINE, number=f"V-2026-{number:03d}")
    run = await story.run()
    links = data_of(await story.api.post(f"/billing-runs/{run['id']}/approve"))["relationships"]
    return [UUID(link["id"]) for link in links["invoices"]["data"]]


async def test_forced_rollbacks_among_parallel_issues_leave_no_gap(
    story: Story, wide_pool: Pool
) -> None:
    approved = await many_approved(story)
    principal = story.tenant.person("invoice:view:all").principal
    dice = random.Random(7)
    turns = asyncio.Semaphore(10)

    async def issue(invoice_id: UUID) -> None:
        while True:
            fails = dice.random() < FORCED_ROLLBACKS
            try:
                async with turns:
                    await issue_once(wide_pool, story, principal, invoice_id, fails=fails)
            except ForcedRollback:
                continue
            return

    await asyncio.gather(*map(issue, approved))

    async with tenant_transaction(wide_pool, story.tenant.id, a_context()) as tx:
        rows = [await invoices.get(tx, invoice_id, principal) for invoice_id in approved]
        broken = await chain_watch.first_broken(tx)
    assert sorted(row.number or "" for row in rows) == [
        f"RE-2026-{number:06d}" for number in range(1, INVOICES + 1)
    ]
    assert broken is None


async def issue_once(
    pool: Pool, story: Story, principal: Principal, invoice_id: UUID, *, fails: bool
) -> None:
    async with tenant_transaction(pool, story.tenant.id, a_context()) as tx:
        await issuing.issue(
            tx,
            principal,
            invoice_id,
            issue_date=date(2026, 7, 1),
            expected_version=None,
            now=NOW,
        )
        await tx.flush()
        if fails:
            raise ForcedRollback


async def test_two_runs_approved_at_once_make_one_invoice(story: Story) -> None:
    await story.june()
    runs = [await story.run(), await story.run()]

    answers = await asyncio.gather(
        *(story.api.post(f"/billing-runs/{run['id']}/approve") for run in runs)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert refusal_of(late)[1] == "ALREADY_BILLED"
    assert (await story.api.get("/invoices")).json()["meta"]["total"] == 1


async def test_one_invoice_issued_twice_at_once_has_one_number(story: Story) -> None:
    await story.june()
    path = f"/invoices/{await story.approved()}/issue"

    answers = await asyncio.gather(*(story.api.post(path, {}) for _ in range(3)))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


async def test_the_same_key_twice_gives_the_same_number(story: Story) -> None:
    await story.june()
    path = f"/invoices/{await story.approved()}/issue"
    key = {"idempotency-key": "issue-july-0001"}

    first = await story.api.post(path, {}, headers=key)
    second = await story.api.post(path, {}, headers=key)

    assert first.status_code == second.status_code == 200
    assert first.content == second.content


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE billing.invoice_documents SET content = 'x', sha256 = %(digest)s",
        "UPDATE billing.invoices SET net_cents = 1, vat_cents = 0, gross_cents = 1",
        "DELETE FROM billing.invoice_chain",
    ],
)
async def test_the_chain_shows_what_a_superuser_altered(
    story: Story, database: Database, pool: Pool, tampering: str
) -> None:
    await story.june()
    await story.issued(issue_date="2026-07-01")
    with psycopg.connect(database.superuser_dsn) as conn:
        conn.execute("SET session_replication_role TO replica")
        statement = f"{tampering} WHERE tenant_id = %(tenant_id)s"
        digest = hashlib.sha256(b"x").digest()
        conn.execute(statement.encode(), {"digest": digest, "tenant_id": story.tenant.id})

    async with tenant_transaction(pool, story.tenant.id, a_context()) as tx:
        broken = await chain_watch.first_broken(tx)

    assert broken == 1


async def test_time_that_is_taken_back_during_the_approval_is_refused_or_stays_named(
    story: Story,
) -> None:
    wrong = await june_with(story)
    run = await story.run()

    approval, _ = await asyncio.gather(
        story.api.post(f"/billing-runs/{run['id']}/approve"),
        story.hear("time_entry.reversed.v1", reversed_(story, wrong), sequence=2),
    )

    (listed,) = (await story.api.get("/time-reversals")).json()["data"]
    ends = {200: "to_withdraw", 409: "unbilled"}
    assert listed["attributes"]["state"] == ends[approval.status_code], approval.text
