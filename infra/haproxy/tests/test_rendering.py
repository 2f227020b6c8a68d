"""Both layouts are valid, and every error document is one document."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

HAPROXY_FOLDER = Path(__file__).resolve().parents[1]


def test_haproxy_accepts_both_layouts() -> None:
    run = subprocess.run([HAPROXY_FOLDER / "check.sh"], capture_output=True, text=True, check=False)

    assert run.stderr == ""
    assert run.stdout.splitlines() == [
        "local: the configuration is valid",
        "cluster: the configuration is valid",
    ]


def test_the_cluster_has_both_colours_of_every_gateway(rendered: Callable[..., str]) -> None:
    servers = re.findall(r"(?m)^    server (\S+) (\S+)(.*)$", rendered("cluster"))

    assert servers == [
        ("gateway-1-blue", "10.0.20.100:3000", ""),
        ("gateway-1-green", "10.0.20.100:3001", " weight 0"),
        ("gateway-2-blue", "10.0.20.120:3000", ""),
        ("gateway-2-green", "10.0.20.120:3001", " weight 0"),
    ]


def test_one_machine_listens_on_its_loopback_only(rendered: Callable[..., str]) -> None:
    binds = re.findall(r"(?m)^    bind (\S+)", rendered("local"))

    assert binds == ["127.0.0.1:8080", "127.0.0.1:8443"]


@pytest.mark.parametrize("layout", ["local", "cluster"])
def test_statistics_are_on_a_unix_socket_only(rendered: Callable[..., str], layout: str) -> None:
    text = rendered(layout)

    assert "stats enable" not in text
    assert re.findall(r"(?m)^    stats socket (\S+) mode 600", text) != []


def test_every_status_has_its_document(render: ModuleType) -> None:
    written = {int(path.stem) for path in (HAPROXY_FOLDER / "errors").glob("*.json")}

    assert written == {*render.STATUSES, 431}


@pytest.mark.parametrize("path", sorted((HAPROXY_FOLDER / "errors").glob("*.json")), ids=str)
def test_an_error_document_is_json_with_the_fields_of_every_other(path: Path) -> None:
    error = json.loads(path.read_text())["error"]

    assert list(error) == ["code", "message", "details", "request_id", "timestamp"]
