"""A desk with a process of its own, for tests."""

from typing import Any

from psa_common.testing import Api

STATUSES = (
    ("triage", "new"),
    ("doing", "open"),
    ("in_review", "open"),
    ("asked", "waiting_customer"),
    ("fixed", "resolved"),
    ("done", "closed"),
    ("dropped", "cancelled"),
)
STEPS = (
    "triage>doing triage>in_review triage>dropped doing>in_review doing>asked doing>fixed "
    "in_review>doing in_review>fixed asked>doing fixed>doing fixed>done"
)


def a_workflow() -> dict[str, Any]:
    """Return a process with statuses that the default one does not have."""
    return {
        "statuses": [
            {"key": key, "kind": kind, "label_de": key, "label_en": key} for key, kind in STATUSES
        ],
        "transitions": [
            dict(zip(("source", "target"), step.split(">"), strict=True)) for step in STEPS.split()
        ],
        "initial": "triage",
        "after_assignment": "doing",
        "after_reply": "doing",
    }


def without(workflow: dict[str, Any], status: str) -> dict[str, Any]:
    """Return the process without a status and its steps."""
    return {
        **workflow,
        "statuses": [one for one in workflow["statuses"] if one["key"] != status],
        "transitions": [
            one for one in workflow["transitions"] if status not in {one["source"], one["target"]}
        ],
    }


async def adopt(desk: Api, workflow: dict[str, Any]) -> dict[str, Any]:
    """Let the desk follow the process."""
    response = await desk.put("/workflow", workflow)
    assert response.status_code == 200, response.text
    return workflow
