"""The committed API document is what the gateway's own routes say."""

from importlib.metadata import version

from gateway_servers import settings_of
from psa_contracts.conformance import assert_http_contract
from psa_gateway.domain.rates import tiers
from psa_gateway.http import limits, openapi


def test_the_committed_document_is_the_generated_one() -> None:
    settings = settings_of("redis://unused", "http://127.0.0.1:9")
    known = tiers(settings.rate_tiers, settings.rate_tenants, settings.rate_default_tier)

    document = openapi.document_of([limits.handler(known)], version("psa-gateway"))

    assert_http_contract("gateway", document)
