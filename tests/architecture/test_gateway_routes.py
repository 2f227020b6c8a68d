"""The gateway knows the way to every route that a service documents, and to no other service's."""

import json

import pytest

from psa_gateway.upstreams import RESOURCES
from repository import ROOT

BASE = "/api/v1/"
DOCUMENTS = sorted((ROOT / "contracts" / "http").glob("*.openapi.json"))


def first_segments(service: str) -> set[str]:
    """Return what the documented paths of a service begin with."""
    path = ROOT / "contracts" / "http" / f"{service}.openapi.json"
    paths: dict[str, object] = json.loads(path.read_text())["paths"]
    return {one.removeprefix(BASE).partition("/")[0] for one in paths if one.startswith(BASE)}


@pytest.mark.parametrize("service", RESOURCES)
def test_every_documented_route_has_a_way_through_the_gateway(service: str) -> None:
    assert first_segments(service) - set(RESOURCES[service].split()) == set()


def test_no_service_with_a_document_is_missing_in_the_table() -> None:
    documented = {path.name.removesuffix(".openapi.json") for path in DOCUMENTS}

    assert documented - {"gateway"} == set(RESOURCES)


def test_no_segment_leads_to_two_services() -> None:
    segments = [segment for each in RESOURCES.values() for segment in each.split()]

    assert sorted(segments) == sorted(set(segments))
