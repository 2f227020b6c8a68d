"""How rates and tiers are spelt."""

from uuid import UUID

import pytest

from psa_gateway.domain.rates import BadRate, Rate, rate, tiers

TENANT = UUID("0192f000-0000-7000-8000-000000000001")
TABLE = "standard=10/60:100/60,large=50/60:500/60"


def test_a_rate_is_requests_per_seconds() -> None:
    assert rate("1000/3600") == Rate(1000, 3600)
    assert rate(" 1000/3600 ").interval_micros == 3_600_000


@pytest.mark.parametrize("text", ["", "10", "0/60", "10/0", "-1/60", "a/b", "1/60/60", "1.5/60"])
def test_what_is_no_rate_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadRate, match="1000/3600"):
        rate(text)


def test_a_tenant_has_its_tier_and_all_others_the_default() -> None:
    found = tiers(TABLE, f"{TENANT}=large", "standard")

    assert found.of(TENANT).user == Rate(50, 60)
    assert found.of(UUID(int=0)).tenant == Rate(100, 60)


@pytest.mark.parametrize(
    ("table", "tenants", "default"),
    [
        (TABLE, "", "unknown"),
        (TABLE, f"{TENANT}=unknown", "standard"),
        ("standard=10/60", "", "standard"),
        ("standard", "", "standard"),
    ],
)
def test_a_tier_that_is_not_there_is_found_at_start(table: str, tenants: str, default: str) -> None:
    with pytest.raises(BadRate):
        tiers(table, tenants, default)
