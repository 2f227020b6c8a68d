"""What nobody needs any more disappears, and what somebody needs stays."""

import psycopg

from auth_builders import Company
from psa_auth.usecases import tidying
from psa_common.db import Pool
from psa_common.testing import Database

COUNT_SQL = """
    SELECT (SELECT count(*) FROM auth.sessions WHERE tenant_id = %(tenant)s),
           (SELECT count(*) FROM auth.refresh_tokens WHERE tenant_id = %(tenant)s),
           (SELECT count(*) FROM auth.login_attempts WHERE tenant_id = %(tenant)s)
"""


def rows(database: Database, company: Company) -> tuple[int, int, int]:
    """Count sessions, refresh tokens and counters of tries."""
    with psycopg.connect(database.superuser_dsn) as conn:
        found = conn.execute(COUNT_SQL, {"tenant": company.id}).fetchone()
    assert found is not None
    return found[0], found[1], found[2]


def age(database: Database, company: Company, days: int) -> None:
    """Let everything of the company be older."""
    with psycopg.connect(database.superuser_dsn) as conn:
        for statement in (
            "UPDATE auth.sessions SET expires_at = now() - %(days)s * interval '1 day'",
            "UPDATE auth.refresh_tokens SET expires_at = now() - %(days)s * interval '1 day'",
            "UPDATE auth.login_attempts SET failed_at = now() - %(days)s * interval '1 day'",
        ):
            scoped = f"{statement} WHERE tenant_id = %(tenant)s"
            conn.execute(scoped.encode(), {"days": days, "tenant": company.id})


async def test_what_is_in_use_stays(
    company: Company, database: Database, worker_pool: Pool
) -> None:
    tokens = await company.tokens()
    before = rows(database, company)

    await tidying.everywhere(worker_pool)()

    assert rows(database, company) == before
    assert (await company.refresh(tokens["refresh_token"])).status_code == 200


async def test_what_is_dead_goes_first_the_tokens_then_the_sessions(
    company: Company, database: Database, worker_pool: Pool
) -> None:
    await company.tokens()
    age(database, company, 2)

    await tidying.everywhere(worker_pool)()
    after_two_days = rows(database, company)
    age(database, company, 91)
    await tidying.everywhere(worker_pool)()

    assert after_two_days == (1, 0, 0)
    assert rows(database, company) == (0, 0, 0)
