"""Nothing that was released breaks: events, envelope and HTTP documents."""

from psa_contracts.files import contracts_dir
from psa_contracts.gate import judge, read_permissions
from psa_contracts.snapshots import RELEASED, of_folder


def test_nothing_that_was_released_breaks() -> None:
    contracts = contracts_dir()

    verdict = judge(
        of_folder(contracts / RELEASED), of_folder(contracts), read_permissions(contracts)
    )

    assert [str(finding) for finding in verdict.refused] == []
    assert verdict.unused == []
