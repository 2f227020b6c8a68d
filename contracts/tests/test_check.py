"""The contracts are sound, and a fault in them is found and named."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from psa_contracts import ContractBroken, UnknownEvent, samples, schema, validate
from psa_contracts.__main__ import main
from psa_contracts.asyncapi import asyncapi
from psa_contracts.check import check
from psa_contracts.files import (
    ENVIRONMENT_VARIABLE,
    NoContracts,
    contracts_dir,
    event_contracts,
    read_json,
    write_json,
)

FOLDER = "events/tickets/ticket.created"
SCHEMA = f"{FOLDER}/v1.schema.json"
VALID = f"{FOLDER}/v1.t_1001_slow_erp.valid.json"
INVALID = f"{FOLDER}/v1.without_title.invalid.json"


@pytest.fixture
def contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the contracts, to be damaged."""
    copy = tmp_path / "contracts"
    shutil.copytree(contracts_dir(), copy, ignore=shutil.ignore_patterns("src", "tests"))
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(copy))
    return copy


def edited(file: str, **changes: object) -> Callable[[Path], None]:
    def edit(contracts: Path) -> None:
        write_json(contracts / file, read_json(contracts / file) | changes)

    return edit


def removed(file: str) -> Callable[[Path], None]:
    return lambda contracts: (contracts / file).unlink()


def test_the_contracts_of_this_repository_are_sound() -> None:
    assert check(contracts_dir()) == []


def test_asyncapi_is_up_to_date() -> None:
    assert read_json(contracts_dir() / "asyncapi.json") == asyncapi(contracts_dir())


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (edited(SCHEMA, type="objekt"), "not a valid JSON Schema 2020-12"),
        (edited(SCHEMA, **{"$schema": "http://json-schema.org/draft-07/schema#"}), "$schema"),
        (edited(SCHEMA, **{"$id": "urn:psa:events:ticket.opened.v1"}), "$id must be"),
        (edited(SCHEMA, **{"x-subject": "queue_id"}), "x-subject must name"),
        (edited(SCHEMA, description=""), "has no description"),
        (edited(SCHEMA, additionalProperties=False), "additionalProperties must be true"),
        (edited(SCHEMA, properties={"title": {}}), "/properties/title has no description"),
        (edited(VALID, ticket_id="T-1001"), "t_1001_slow_erp.valid.json fails at /ticket_id"),
        (edited(INVALID, title="Langsam"), "without_title.invalid.json passes"),
        (removed(VALID), "needs 2 valid samples and has 1"),
        (removed(INVALID), "needs 2 invalid samples and has 1"),
        (removed(f"{FOLDER}/CHANGELOG.md"), "has no CHANGELOG.md"),
        (edited("envelope/v1.invoice_issued.valid.json", type="x.y.v1"), "there is no event"),
        (edited("envelope/v1.invoice_issued.valid.json", data={}), "/data is not a valid"),
        (edited("envelope/v1.invoice_issued.valid.json", subject="x"), "subject must equal"),
    ],
)
def test_a_fault_is_named(contracts: Path, damage: Callable[[Path], None], complaint: str) -> None:
    damage(contracts)

    faults = check(contracts)

    assert any(complaint in fault for fault in faults), faults


def test_who_listens_names_exactly_the_events(contracts: Path) -> None:
    rows = contracts / "who_listens.toml"
    text = rows.read_text(encoding="utf-8")
    rows.write_text(text.replace("ticket.created.v1", "ticket.opened.v1"), encoding="utf-8")

    assert check(contracts) == [
        "who_listens.toml: has no row for ticket.created.v1.",
        "who_listens.toml: ticket.opened.v1 has no schema.",
    ]


def test_an_event_lies_with_its_publisher(contracts: Path) -> None:
    shutil.move(contracts / FOLDER, contracts / "events/crm/ticket.created")

    assert check(contracts) == [
        "who_listens.toml: ticket.created.v1 is published by crm, not by tickets."
    ]


def test_an_outdated_asyncapi_is_refused(
    contracts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(SCHEMA, title="Ticket opened")(contracts)

    assert main(["check"]) == 1
    assert "asyncapi.json: is out of date" in capsys.readouterr().out
    assert main(["asyncapi"]) == 0
    assert main(["check"]) == 0


def test_a_second_version_may_stand_beside_the_first(contracts: Path) -> None:
    second = contracts / FOLDER / "v2.schema.json"
    write_json(second, schema("ticket.created.v1") | {"$id": "urn:psa:events:ticket.created.v2"})
    for validity in ("valid", "invalid"):
        for path in sorted((contracts / FOLDER).glob(f"v1.*.{validity}.json")):
            shutil.copy(path, path.with_name(path.name.replace("v1.", "v2.")))
    with (contracts / "who_listens.toml").open("a") as rows:
        rows.write('\n["ticket.created.v2"]\npublisher = "tickets"\nlisteners = []\n')

    assert check(contracts) == []


def test_valid_samples_keep_the_contract_and_invalid_ones_break_it() -> None:
    for contract in event_contracts(contracts_dir()):
        for _, data in samples(contract.versioned_type):
            validate(contract.versioned_type, data)
        for name, data in samples(contract.versioned_type, "invalid"):
            with pytest.raises(ContractBroken, match="This is not"):
                validate(contract.versioned_type, data)
            assert name


def test_samples_carry_the_names_of_their_stories() -> None:
    names = [name for name, _ in samples("ticket.created.v1")]

    assert names == ["request_without_asset", "t_1001_slow_erp"]


def test_broken_data_is_refused_with_every_fault_and_its_place() -> None:
    data = dict(samples("ticket.created.v1"))["t_1001_slow_erp"]

    with pytest.raises(ContractBroken) as refusal:
        validate("ticket.created.v1", data | {"title": "", "asset_ids": ["SRV-02"]})

    assert "/title" in str(refusal.value)
    assert "/asset_ids/0" in str(refusal.value)


def test_an_unknown_event_is_named() -> None:
    with pytest.raises(UnknownEvent, match=r"ticket\.opened\.v1"):
        samples("ticket.opened.v1")


def test_the_folder_of_contracts_must_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))

    with pytest.raises(NoContracts, match=ENVIRONMENT_VARIABLE):
        contracts_dir()


def test_asyncapi_says_who_sends_and_who_receives() -> None:
    operations = asyncapi(contracts_dir())["operations"]

    assert operations["tickets.sends.time_entry.approved.v1"]["action"] == "send"
    assert operations["billing.receives.time_entry.approved.v1"]["action"] == "receive"
    assert "crm.receives.time_entry.approved.v1" not in operations


def test_every_example_of_asyncapi_is_a_valid_message() -> None:
    for name, message in asyncapi(contracts_dir())["components"]["messages"].items():
        for example in message["examples"]:
            validate("envelope", example["payload"])
            validate(name, example["payload"]["data"])
