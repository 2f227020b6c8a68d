"""`python -m psa_auth bootstrap` and `rotate-key`, as an operator runs them."""

import asyncio
import os
import sys
from collections.abc import Mapping

import psycopg
import pytest

from auth_builders import PASSWORD, Company, a_field_key
from psa_common.db import Pool
from psa_common.testing import ISSUER, Api, Database
from psa_contracts import samples, validate
from psa_events.testing import published


@pytest.fixture(scope="module")
def surroundings(database: Database) -> Mapping[str, str]:
    """Give the environment of a process of the service."""
    return {
        "PATH": os.environ["PATH"],
        "PSA_DATABASE_DSN": database.app_dsn,
        "PSA_AMQP_URL": "amqp://127.0.0.1/",
        "PSA_JWKS_URL": "http://127.0.0.1/",
        "PSA_TOKEN_ISSUER": ISSUER,
        "PSA_HTTP_PORT": "3010",
        "PSA_WORKER_PORT": "3015",
        "PSA_FIELD_KEY": a_field_key(),
        "PSA_LOG_LEVEL": "error",
        "PSA_BOOTSTRAP_OPERATOR_PASSWORD": PASSWORD,
        "PSA_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
    }


async def run(command: str, surroundings: Mapping[str, str], **changes: str) -> tuple[int, str]:
    """Run a command of the service; return its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "psa_auth", command),
        env={**surroundings, **changes},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_bootstrap_sets_up_the_demo_once(
    surroundings: Mapping[str, str], database: Database, api: Api, worker_pool: Pool
) -> None:
    first, _ = await run("bootstrap", surroundings)
    again, said = await run("bootstrap", surroundings)

    with psycopg.connect(database.superuser_dsn) as conn:
        row = conn.execute(
            "SELECT tenant_id FROM auth.tenant_registry WHERE slug = 'rheinsysteme'"
        ).fetchone()
    assert (first, again) == (0, 0)
    assert said.count("there already") == 3
    assert PASSWORD not in said
    assert row is not None
    tenant = Company(row[0], "rheinsysteme", api)
    admin = await tenant.sign_in("admin@rheinsysteme.example")
    assert (await admin.get("/auth/me")).json()["data"]["attributes"]["name"] == "Administration"

    [created, user] = (await published(worker_pool, tenant.id))[:2]
    validate(created.type, created.data)
    expected = dict(samples("tenant.created.v1"))["rheinsysteme"]
    assert {**created.data, "tenant_id": None} == {**expected, "tenant_id": None}
    assert user.data["email"] == "admin@rheinsysteme.example"


async def test_the_operator_can_sign_in_after_bootstrap(
    surroundings: Mapping[str, str], operator: Api
) -> None:
    me = (await operator.get("/auth/me")).json()["data"]["attributes"]

    assert me["email"] == "operator@platform.example"
    assert me["roles"] == ["platform_operator"]
    assert "tenant:create:all" in me["permissions"]


async def test_a_missing_setting_is_named_and_no_value_is_shown(
    surroundings: Mapping[str, str],
) -> None:
    code, said = await run(
        "bootstrap", surroundings, PSA_FIELD_KEY="", PSA_BOOTSTRAP_OPERATOR_PASSWORD=""
    )

    assert code == 1
    assert "PSA_FIELD_KEY is not set" in said
    assert "Traceback" not in said


async def test_an_unusable_field_key_is_explained(surroundings: Mapping[str, str]) -> None:
    code, said = await run("rotate-key", surroundings, PSA_FIELD_KEY="c2hvcnQ=")

    assert code == 1
    assert "PSA_FIELD_KEY must be the base64 of 32 bytes" in said
    assert "c2hvcnQ=" not in said


async def test_a_weak_bootstrap_password_is_refused(
    surroundings: Mapping[str, str], database: Database
) -> None:
    with psycopg.connect(database.superuser_dsn) as conn:
        conn.execute("DELETE FROM auth.tenant_registry WHERE slug = 'rheinsysteme'")

    code, said = await run("bootstrap", surroundings, PSA_BOOTSTRAP_ADMIN_PASSWORD="passwort12345")

    assert code == 1
    assert "This is one of the first that an attacker tries" in said
    assert "Traceback" not in said
