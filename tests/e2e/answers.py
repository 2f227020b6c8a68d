"""What every refusal looks like."""

from datetime import datetime

from psa_local.demo.client import Answer

REFUSED = range(400, 500)


def assert_standard(answer: Answer, about: str) -> None:
    """Assert that an answer is the error document, and that its message says something."""
    assert answer.status in REFUSED, f"{about}: {answer.status} {answer.body[:500]!r}"
    assert answer.headers["content-type"].startswith("application/json"), about
    error = answer.document["error"]
    assert set(error) == {"code", "message", "details", "request_id", "timestamp"}, about
    assert error["code"] == error["code"].upper(), about
    assert error["message"].strip(), about
    assert error["request_id"] == answer.headers["x-request-id"], about
    assert datetime.fromisoformat(error["timestamp"]).tzinfo is not None, about
    for detail in error["details"]:
        assert set(detail) == {"field", "message"}, about
        assert detail["message"].strip(), about
