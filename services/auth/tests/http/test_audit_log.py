"""/audit-log: what happened is on record, nothing secret is, and tampering shows."""

import psycopg

from auth_builders import PASSWORD, Company
from psa_common import audit
from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Database, a_context


async def seal(worker_pool: Pool, company: Company) -> None:
    """Seal what stands in the company's audit trail."""
    async with tenant_transaction(worker_pool, company.id, a_context()) as tx:
        await audit.seal(tx)


async def test_security_events_are_on_record_with_their_actor(company: Company) -> None:
    await company.login(password="Wrong-password-17")
    user = await company.hire("Tim", "technician")
    admin = await company.sign_in()
    await admin.post(f"/users/{user['id']}/deactivate")

    page = (await admin.get("/audit-log?limit=100&order=asc")).json()["data"]

    records = [one["attributes"] for one in page]
    assert [one["action"] for one in records] == [
        "tenant.created",
        "user.created",
        "login.failed",
        "login.succeeded",
        "user.created",
        "login.succeeded",
        "user.deactivated",
    ]
    assert records[-1]["actor_name"] == "Erika"
    assert records[-1]["before"]["active"] is True
    assert records[-1]["after"]["active"] is False
    assert records[2]["after"] == {"reason": "wrong_password"}


async def test_no_secret_is_on_record_or_on_its_way(company: Company, database: Database) -> None:
    await company.hire("Tim", "technician")
    tokens = await company.tokens("tim@acme.example")
    await company.refresh(tokens["refresh_token"])
    await company.login(password="Wrong-password-17")

    with psycopg.connect(database.superuser_dsn) as conn:
        kept = [
            str(conn.execute(query.encode(), (company.id,)).fetchall())
            for query in (
                "SELECT r::text FROM auth.audit_records AS r WHERE tenant_id = %s",
                "SELECT convert_from(data, 'UTF8') FROM auth.outbox WHERE tenant_id = %s",
                "SELECT a::text FROM auth.login_attempts AS a WHERE tenant_id = %s",
                "SELECT k::text FROM auth.idempotency_keys AS k WHERE tenant_id = %s",
            )
        ]

    secrets = (PASSWORD, "Wrong-password-17", "$argon2", tokens["refresh_token"].split(".")[2])
    for text in kept:
        assert not any(secret in text for secret in secrets)


async def test_an_untouched_chain_is_intact(company: Company, worker_pool: Pool) -> None:
    admin = await company.sign_in()
    await seal(worker_pool, company)

    found = (await admin.get("/audit-log/verification")).json()

    assert found == {"intact": True, "broken_at": None, "sealed": 3, "unsealed": 0}


async def test_an_altered_record_is_found_at_its_place(
    company: Company, worker_pool: Pool, database: Database
) -> None:
    admin = await company.sign_in()
    await seal(worker_pool, company)
    with psycopg.connect(database.superuser_dsn) as conn:
        conn.execute(
            "UPDATE auth.audit_records SET actor_name = 'somebody else'"
            " WHERE tenant_id = %s AND action = 'user.created'",
            (company.id,),
        )

    found = (await admin.get("/audit-log/verification")).json()

    assert (found["intact"], found["broken_at"]) == (False, 2)


async def test_a_tenant_reads_only_its_own(company: Company, stranger: Company) -> None:
    await company.hire("Tim", "technician")
    theirs = await stranger.sign_in()

    page = (await theirs.get("/audit-log?action=user.created")).json()["data"]

    assert [one["attributes"]["after"]["name"] for one in page] == ["Erika"]
