"""Which escalations a policy may name."""

from typing import Any

import pytest

from psa_common.ids import uuid7
from psa_common.testing import Api


@pytest.mark.parametrize(
    "escalation",
    [
        pytest.param({"percent": 0}, id="no-share"),
        pytest.param({"percent": 501}, id="far-too-late"),
        pytest.param({"percent": 50, "set_status": "on_the_moon"}, id="unknown-status"),
        pytest.param({"percent": 50, "notify": ["mayor"]}, id="unknown-recipient"),
        pytest.param({"percent": 50, "page": True}, id="unknown-field"),
    ],
)
async def test_a_malformed_escalation_is_refused(desk: Api, escalation: dict[str, Any]) -> None:
    calendar = await desk.post("/calendars", {"name": "24x7", "always_open": True})
    policy = {
        "name": "x",
        "calendar_id": calendar.json()["data"]["id"],
        "targets": {"P2": {"resolution_minutes": 60, "escalations": [escalation]}},
    }

    assert (await desk.post("/sla-policies", policy)).status_code == 400


@pytest.mark.parametrize("field", ["assign_to", "move_to_queue"])
async def test_an_escalation_to_somebody_unknown_is_refused(desk: Api, field: str) -> None:
    calendar = await desk.post("/calendars", {"name": "24x7", "always_open": True})
    escalation = {"percent": 50, field: str(uuid7())}
    policy = {
        "name": "x",
        "calendar_id": calendar.json()["data"]["id"],
        "targets": {"P2": {"resolution_minutes": 60, "escalations": [escalation]}},
    }

    response = await desk.post("/sla-policies", policy)

    assert response.status_code == 422
    assert response.json()["error"]["code"] == "UNKNOWN_ESCALATION_TARGET"


async def test_two_escalations_at_one_level_are_refused(desk: Api) -> None:
    calendar = await desk.post("/calendars", {"name": "24x7", "always_open": True})
    twice = [{"percent": 90}, {"percent": 90, "metric": "resolution"}]
    policy = {
        "name": "x",
        "calendar_id": calendar.json()["data"]["id"],
        "targets": {"P2": {"resolution_minutes": 60, "escalations": twice}},
    }

    response = await desk.post("/sla-policies", policy)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "LEVEL_TWICE")
