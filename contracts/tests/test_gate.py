"""The gate as people meet it: files, exceptions, releases, exit codes."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from psa_contracts.__main__ import main
from psa_contracts.files import (
    ENVIRONMENT_VARIABLE,
    Document,
    contracts_dir,
    read_json,
    write_json,
)

BREAKING = Path(__file__).parent / "breaking_change"
TICKET_CREATED = "events/tickets/ticket.created/v1.schema.json"
EXCEPTION = """
[[exception]]
file = "events/tickets/ticket.created/v1.schema.json"
pointer = "{pointer}"
rule = "property_removed"
reason = "{reason}"
"""


@pytest.fixture
def contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the contracts, released as they are."""
    copy = tmp_path / "contracts"
    ignored = shutil.ignore_patterns("src", "tests", "released", "exceptions.toml", "http")
    shutil.copytree(contracts_dir(), copy, ignore=ignored)
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(copy))
    assert main(["asyncapi"]) == 0
    assert main(["release"]) == 0
    return copy


def change(contracts: Path, file: str, **properties: Any) -> None:
    document = read_json(contracts / file)
    document["properties"].update(properties)
    write_json(contracts / file, document)


def remove_title(contracts: Path) -> None:
    document = read_json(contracts / TICKET_CREATED)
    del document["properties"]["title"]
    write_json(contracts / TICKET_CREATED, document)


def test_the_recorded_breaking_change_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "contracts"
    shutil.copytree(BREAKING / "before", folder / "released")
    shutil.copytree(BREAKING / "after", folder, dirs_exist_ok=True)
    (folder / "envelope").mkdir()
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(folder))

    assert main(["gate"]) == 1

    output = capsys.readouterr().out
    assert output == (BREAKING / "refusal.txt").read_text()


def test_unchanged_contracts_pass(contracts: Path) -> None:
    assert main(["gate"]) == 0


def test_an_optional_property_passes(contracts: Path) -> None:
    change(contracts, TICKET_CREATED, queue_id={"type": "string", "description": "Its queue."})

    assert main(["gate"]) == 0


def test_a_removed_event_is_refused(contracts: Path) -> None:
    shutil.rmtree(contracts / "events/tickets/ticket.created")

    assert main(["gate"]) == 1


def test_a_new_event_passes(contracts: Path) -> None:
    shutil.copytree(contracts / "events/tickets", contracts / "events/projects", dirs_exist_ok=True)

    assert main(["gate"]) == 0


def test_a_narrower_envelope_is_refused(contracts: Path) -> None:
    change(contracts, "envelope/v1.schema.json", sequence={"type": "string"})

    assert main(["gate"]) == 1


def test_a_named_exception_with_a_reason_lets_one_breach_pass(contracts: Path) -> None:
    remove_title(contracts)
    row = EXCEPTION.format(pointer="/properties/title", reason="Nobody read it.")
    (contracts / "exceptions.toml").write_text(row)

    assert main(["gate"]) == 0


def test_an_exception_for_another_place_lets_nothing_pass(contracts: Path) -> None:
    remove_title(contracts)
    row = EXCEPTION.format(pointer="/properties/number", reason="Nobody read it.")
    (contracts / "exceptions.toml").write_text(row)

    assert main(["gate"]) == 1


def test_an_exception_that_nothing_needs_is_an_error(
    contracts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = EXCEPTION.format(pointer="/properties/title", reason="Nobody read it.")
    (contracts / "exceptions.toml").write_text(row)

    assert main(["gate"]) == 1
    assert "nothing needs property_removed" in capsys.readouterr().out


@pytest.mark.parametrize(
    "row",
    [
        EXCEPTION.format(pointer="/properties/title", reason=" "),
        EXCEPTION.format(pointer="/x", reason="r").replace("property_removed", "bad_weather"),
        EXCEPTION.format(pointer="/x", reason="r") + 'until = "2027"\n',
    ],
    ids=["without a reason", "unknown rule", "unknown field"],
)
def test_an_exception_must_be_complete(contracts: Path, row: str) -> None:
    (contracts / "exceptions.toml").write_text(row)

    assert main(["gate"]) == 2


def test_a_release_spends_its_exceptions(contracts: Path) -> None:
    remove_title(contracts)
    row = EXCEPTION.format(pointer="/properties/title", reason="Nobody read it.")
    (contracts / "exceptions.toml").write_text(row)
    assert main(["asyncapi"]) == 0

    assert main(["release"]) == 0
    assert main(["gate"]) == 0
    assert "Nobody" not in (contracts / "exceptions.toml").read_text()


def test_a_release_of_one_service_leaves_the_others_as_they_were(contracts: Path) -> None:
    change(contracts, TICKET_CREATED, late={"type": "string", "description": "New."})
    before = (contracts / "released" / TICKET_CREATED).read_bytes()
    assert main(["asyncapi"]) == 0

    assert main(["release", "crm"]) == 0
    assert (contracts / "released" / TICKET_CREATED).read_bytes() == before

    assert main(["release", "tickets"]) == 0
    assert (contracts / "released" / TICKET_CREATED).read_bytes() != before


def test_a_breaking_change_cannot_be_released(contracts: Path) -> None:
    remove_title(contracts)
    assert main(["asyncapi"]) == 0

    assert main(["release"]) == 1


def test_a_released_sample_is_held_against_a_schema_that_the_rules_let_pass(
    contracts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released = contracts / "released" / TICKET_CREATED
    sample = released.parent / "v1.t_1001_slow_erp.valid.json"
    sample.write_text(json.dumps(read_json(sample) | {"title": ""}))

    assert main(["gate"]) == 1
    assert "sample_refused" in capsys.readouterr().out


def test_openapi_documents_are_compared_too(contracts: Path) -> None:
    operation: Document = {"responses": {"200": {}}}
    api: Document = {"openapi": "3.1.0", "paths": {"/tickets": {"get": operation}}}
    write_json(contracts / "http/tickets.openapi.json", api)
    assert main(["release", "tickets"]) == 0

    write_json(contracts / "http/tickets.openapi.json", api | {"paths": {}})

    assert main(["gate"]) == 1


def test_the_gate_compares_with_a_git_ref(contracts: Path) -> None:
    def git(*arguments: str) -> None:
        person = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
        subprocess.run(["git", *person, *arguments], cwd=contracts, check=True, capture_output=True)

    git("init", "--initial-branch=main")
    git("add", ".")
    git("commit", "--message=Contracts")
    assert main(["gate", "--against", "main"]) == 0

    remove_title(contracts)

    assert main(["gate", "--against", "main"]) == 1
    assert main(["gate", "--against", "no-such-ref"]) == 2


@pytest.mark.parametrize(
    "text",
    ['{"type": NaN}', '{"title": 1, "title": 2}', '{"type"', '{"$ref": "#/$defs/none"}'],
    ids=["NaN", "a key twice", "cut off", "a dead reference"],
)
def test_a_file_that_cannot_be_judged_is_named(
    contracts: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (contracts / TICKET_CREATED).write_text(text)

    assert main(["gate"]) == 2
    assert TICKET_CREATED in capsys.readouterr().err
