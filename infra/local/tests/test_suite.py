"""A suite of fake services with real servers, from the first `up` to the last `down`."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from local_suite import Psa
from psa_local import environment, ports, processes, state
from psa_local.plan import Plan
from psa_local.state import Phase, State

EVENTUALLY_SECONDS = 30


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until *holds*, or fail."""
    deadline = time.monotonic() + EVENTUALLY_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def state_of(plan: Plan) -> State:
    """Return what the supervisor has written."""
    current = state.read(plan.state_file)
    assert current is not None
    return current


def pids_of(plan: Plan) -> list[int]:
    """Return the supervisor, its children and theirs."""
    return list(processes.with_descendants(state_of(plan).supervisor.pid))


def all_gone(pids: list[int]) -> bool:
    """Say whether none of *pids* runs any more."""
    return not any(processes.identify(pid) for pid in pids)


def test_a_suite_comes_up_says_so_again_and_goes_down_without_a_trace(
    psa: Psa, plan: Plan, surroundings: dict[str, str]
) -> None:
    del surroundings[environment.AMQP_VARIABLE]

    first = psa("up")
    pids = pids_of(plan)

    assert first.returncode == 0, first.stdout + first.stderr
    assert f"{plan.url}/docs" in first.stdout
    assert "admin@rheinsysteme.example" in first.stdout
    assert _answer_through_haproxy(plan) == 200

    began = time.monotonic()
    second = psa("up")
    assert second.returncode == 0
    assert "All is up: 11 processes are ready." in second.stdout
    assert time.monotonic() - began < 3
    assert pids_of(plan) == pids

    table = psa("status")
    assert table.returncode == 0
    assert all(f"{name}-{kind} " in table.stdout for name in ("auth", "crm") for kind in KINDS)
    assert "11 of 11 ready" in table.stdout

    assert psa("logs", "crm", "--no-follow").returncode == 0
    assert "Choose one of: " in psa("logs", "nobody", "--no-follow").stderr

    assert "All is down." in psa("down").stdout
    assert all_gone(pids)
    assert psa("status").returncode == 3
    assert "Nothing is running." in psa("down").stdout


def test_a_crashed_process_is_started_again_and_the_status_says_so(psa: Psa, plan: Plan) -> None:
    psa("up")
    crashed = state_of(plan).processes["crm-app"].identity
    assert crashed is not None

    os.kill(crashed.pid, signal.SIGKILL)

    eventually(lambda: state_of(plan).processes["crm-app"].identity != crashed)
    eventually(lambda: psa("status").returncode == 0)
    process = state_of(plan).processes["crm-app"]
    assert process.restarts == 1
    assert "ended with SIGKILL" in process.note
    assert "ended with SIGKILL" in psa("status").stdout


def test_a_killed_supervisor_leaves_no_process_and_the_next_start_is_a_clean_one(
    psa: Psa, plan: Plan
) -> None:
    psa("up")
    pids = pids_of(plan)

    os.kill(pids[0], signal.SIGKILL)

    eventually(lambda: all_gone(pids))
    assert "The supervisor ended without taking the suite down" in psa("doctor").stdout
    assert psa("up").returncode == 0


def test_ctrl_c_while_it_starts_stops_what_was_started(
    surroundings: dict[str, str], plan: Plan
) -> None:
    starting = subprocess.Popen(
        [sys.executable, "-m", "psa_local", "up"],
        env=surroundings,
        stdout=subprocess.PIPE,
        text=True,
    )
    with starting:
        eventually(lambda: "postgresql" in (_processes_or_none(plan) or {}))
        pids = pids_of(plan)

        starting.send_signal(signal.SIGINT)
        output, _ = starting.communicate(timeout=60)

    assert starting.returncode == 130
    assert "Stopping what was started" in output
    assert all_gone(pids)
    assert state_of(plan).phase is Phase.STOPPED


def test_a_migration_that_fails_is_shown_and_everything_is_stopped(psa: Psa, plan: Plan) -> None:
    run = psa("up", FAKE_FAULT="crm migrate")

    assert run.returncode == 1
    assert "psa: psa_crm migrate failed." in run.stderr
    assert "the fault that the test asked for" in run.stderr
    assert state_of(plan).survivors() == []
    assert "The last start failed" in psa("status").stdout


def test_passwords_that_do_not_fit_the_data_are_explained(psa: Psa, plan: Plan) -> None:
    psa("up")
    psa("down")
    (plan.var / "secrets" / "secrets.json").unlink()

    run = psa("up")

    assert run.returncode == 1
    assert "password authentication failed" in run.stderr
    assert "./psa reset" in run.stderr


def test_a_taken_port_is_named_with_its_holder_and_nothing_is_started(psa: Psa, plan: Plan) -> None:
    with closing(socket.create_server((ports.LOOPBACK, plan.service("crm").app_port))):
        run = psa("up")

    assert run.returncode == 1
    assert f"port {plan.service('crm').app_port} (crm-app, taken by" in run.stderr
    assert "PSA_PORT_OFFSET" in run.stderr
    assert state_of(plan).processes == {}


def test_a_missing_program_is_named_with_its_package(psa: Psa, plan: Plan, tmp_path: Path) -> None:
    run = psa("up", PATH=str(tmp_path))

    assert run.returncode == 1
    assert "The program redis-server is missing." in run.stderr
    assert "sudo apt-get install -y --no-install-recommends redis-server" in run.stderr


def test_reset_asks_a_person_and_deletes_nothing_without_an_answer(psa: Psa, plan: Plan) -> None:
    psa("up")

    refused = psa("reset")
    assert refused.returncode == 1
    assert "./psa reset --yes" in refused.stderr
    assert state_of(plan).is_alive

    assert psa("reset", "--yes").returncode == 0
    assert not (plan.var / "secrets").exists()
    assert not (plan.data / "postgresql").exists()


def test_doctor_names_what_is_behind_and_how_to_mend_it(psa: Psa, plan: Plan) -> None:
    psa("up")
    (plan.var / "secrets" / "secrets.json").chmod(0o644)

    run = psa("doctor")

    assert run.returncode == 1
    assert "No dead letters of crm to see" in run.stdout
    assert "things to mend." in run.stdout
    assert f"-> chmod 600 {plan.var}/secrets/secrets.json" in run.stdout
    assert "Behind their code: gateway, auth, crm" in run.stdout
    assert "-> ./psa migrate" in run.stdout


KINDS = ("app", "worker")


def _answer_through_haproxy(plan: Plan) -> int:
    trust = ssl.create_default_context(cafile=str(plan.ca_file))
    connection = http.client.HTTPSConnection(
        ports.LOOPBACK, plan.ports["https"], context=trust, timeout=10
    )
    with closing(connection):
        connection.request("GET", "/anything")
        answer = connection.getresponse()
        assert json.loads(answer.read()) == {}
        return answer.status


def _processes_or_none(plan: Plan) -> dict[str, state.ProcessState] | None:
    current = state.read(plan.state_file)
    return current.processes if current else None
