"""The address plan is consistent, and secrets are made once and for one reader."""

import ipaddress
import ssl
import stat
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psa_local import environment, secret_store, tls
from psa_local.plan import ADDRESSES, read_plan
from psa_local.problem import Problem

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PLAN: dict[str, Any] = tomllib.loads(ADDRESSES.read_text())
CONTAINERS: dict[str, dict[str, Any]] = PLAN["containers"]


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_has_the_address_that_its_number_and_network_say(name: str) -> None:
    container = CONTAINERS[name]
    network = ipaddress.ip_network(PLAN["vlans"][container["vlan"]]["network"])
    address = ipaddress.ip_address(container["address"])

    assert address in network
    assert container["address"].endswith(f".{container['id']}")
    assert container["node"] in PLAN["nodes"]


def test_no_number_and_no_address_is_given_twice() -> None:
    entrance = PLAN["virtual"]["entrance"]["address"]

    assert len({row["id"] for row in CONTAINERS.values()}) == len(CONTAINERS)
    assert len({entrance, *(row["address"] for row in CONTAINERS.values())}) == len(CONTAINERS) + 1


def test_the_networks_are_numbered_as_their_addresses_say() -> None:
    assert {row["id"]: row["network"] for row in PLAN["vlans"].values()} == {
        number: f"10.0.{number}.0/24" for number in (10, 20, 30, 40, 50)
    }


def test_copies_of_one_thing_stand_on_different_nodes() -> None:
    for prefix in ("psa-haproxy", "psa-redis", "psa-rabbitmq", "psa-elasticsearch", "psa-db"):
        nodes = [row["node"] for name, row in CONTAINERS.items() if name.startswith(prefix)]

        assert len(nodes) == len(set(nodes)) > 1


def test_every_service_has_its_ports_and_its_containers() -> None:
    offset = PLAN["ports"]["worker_offset"]
    taken = [
        port + extra
        for row in PLAN["services"].values()
        for port in (row["blue"], row["green"])
        for extra in (0, offset)
    ]

    assert len(set(taken)) == len(taken) == 32
    for row in PLAN["services"].values():
        assert all(CONTAINERS[name]["vlan"] == "services" for name in row["containers"])


def test_an_offset_moves_every_port() -> None:
    plain, moved = read_plan({}), read_plan({"PSA_PORT_OFFSET": "20000"})

    assert plain.url == "https://127.0.0.1:8443"
    assert moved.url == "https://127.0.0.1:28443"
    for before, after in zip(plain.services, moved.services, strict=True):
        assert after.app_port == before.app_port + 20_000
        assert after.worker_port == after.app_port + 5


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    made = secret_store.read_or_make(tmp_path / "secrets", ("auth", "crm"))
    again = secret_store.read_or_make(tmp_path / "secrets", ("auth", "crm", "tickets"))

    assert again.database["crm"] == made.database["crm"]
    assert again.admin_password == made.admin_password
    assert "tickets" in again.database
    assert "tickets" in again.amqp
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secrets" / "secrets.json").stat().st_mode) == 0o600


def test_damaged_secrets_are_refused_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text('{"postgres": ')

    with pytest.raises(Problem, match="is damaged"):
        secret_store.read_or_make(tmp_path, ("auth",))
    assert path.read_text() == '{"postgres": '


def test_only_a_migration_knows_the_owner_of_a_schema(tmp_path: Path) -> None:
    plan = read_plan({"PSA_VAR_DIR": str(tmp_path)})
    secrets = secret_store.read_or_make(tmp_path, tuple(one.name for one in plan.services))
    owner = secrets.database["crm"].owner

    for process in ("app", "worker"):
        values = environment.of_process(plan, secrets, "crm", process).values()
        assert not any(owner in value for value in values)
    assert owner in environment.of_migration(plan, secrets, "crm")["PSA_DATABASE_OWNER_DSN"]


def test_a_process_hears_its_own_passwords_only(tmp_path: Path) -> None:
    plan = read_plan({"PSA_VAR_DIR": str(tmp_path)})
    secrets = secret_store.read_or_make(tmp_path, tuple(one.name for one in plan.services))

    values = " ".join(environment.of_process(plan, secrets, "crm", "app").values())

    foreign = [
        secrets.postgres,
        secrets.admin_password,
        secrets.database["crm"].worker,
        secrets.database["tickets"].app,
        secrets.amqp["tickets"],
    ]
    assert not any(secret in values for secret in foreign)


def test_the_certificate_is_good_for_this_machine_and_renewed_in_its_last_month(
    tmp_path: Path,
) -> None:
    server = tls.ensure_certificate(tmp_path, NOW)
    first = server.read_bytes()

    assert tls.ensure_certificate(tmp_path, NOW + timedelta(days=300)).read_bytes() == first
    assert tls.ensure_certificate(tmp_path, NOW + timedelta(days=380)).read_bytes() != first
    assert stat.S_IMODE(server.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "ca.key").stat().st_mode) == 0o600
    ssl.create_default_context().load_verify_locations(tmp_path / "ca.pem")
