"""Every schema, sample and generated document under contracts/ is sound."""

import pytest

from psa_contracts import ContractBroken, samples, validate
from psa_contracts.asyncapi import asyncapi
from psa_contracts.check import check
from psa_contracts.files import contracts_dir, event_contracts, read_json

TYPES = ["envelope", *(contract.versioned_type for contract in event_contracts(contracts_dir()))]


def test_the_contracts_are_sound() -> None:
    assert check(contracts_dir()) == []


@pytest.mark.parametrize("event_type", TYPES)
def test_a_valid_sample_keeps_the_contract(event_type: str) -> None:
    for _, data in samples(event_type):
        validate(event_type, data)


@pytest.mark.parametrize("event_type", TYPES)
def test_an_invalid_sample_breaks_the_contract(event_type: str) -> None:
    for _, data in samples(event_type, "invalid"):
        with pytest.raises(ContractBroken):
            validate(event_type, data)


def test_the_asyncapi_document_is_what_the_contracts_generate() -> None:
    assert read_json(contracts_dir() / "asyncapi.json") == asyncapi(contracts_dir())
