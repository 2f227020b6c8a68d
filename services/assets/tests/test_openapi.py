"""The committed API document is what the routes say."""

from psa_common.edge import Edge
from psa_contracts.conformance import assert_http_contract


def test_the_committed_document_is_the_generated_one(asgi: Edge) -> None:
    assert_http_contract("assets", asgi.document())
