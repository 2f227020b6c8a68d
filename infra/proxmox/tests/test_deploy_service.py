"""What a deployment does, in which order, and where it stops; the hosts are played by scripts."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "deploy_service.sh"

# Writes down what it is asked to do, and answers like a host whose colour ACTIVE serves.
HOST = """\
#!/bin/sh
command=$*
printf '%s\\n' "$command" >>"$RECORD"
case $command in
*is-active*) echo "$BLUE" ;;
*health/ready*) exit "${READY_STATUS:-0}" ;;
*test\\ -x*) exit "${INSTALLED_STATUS:-0}" ;;
*"echo 'set "*) printf '%s' "${HAPROXY_ANSWER:-}" ;;
esac
"""

Deploy = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "record"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "requirements.txt").touch()
    for service in ("gateway", "tickets"):
        (folder / f"psa_{service}-1.4.0-py3-none-any.whl").touch()
    return folder


@pytest.fixture
def deploy(tmp_path: Path, record: Path) -> Deploy:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("ssh", "scp"):
        program = programs / name
        program.write_text(HOST)
        program.chmod(0o755)

    def run(*arguments: str | Path, **surroundings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SCRIPT, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "RECORD": str(record),
                "BLUE": "active",
                **surroundings,
            },
        )

    return run


def steps(record: Path, *words: str) -> list[str]:
    """Return, in order, which of *words* each recorded command contains."""
    lines = record.read_text().splitlines()
    return [word for line in lines for word in words if word in line]


def test_a_dry_run_names_the_steps_and_touches_no_host(
    deploy: Deploy, release: Path, record: Path
) -> None:
    done = deploy("--dry-run", "tickets", release)

    assert done.returncode == 0
    assert "migrate" in done.stdout
    assert "http://10.0.20.102:3030/health/ready" in done.stdout
    assert not record.exists()


def test_the_idle_colour_is_ready_before_the_old_one_stops(
    deploy: Deploy, release: Path, record: Path
) -> None:
    done = deploy("tickets", release)

    assert done.returncode == 0, done.stderr
    assert steps(
        record,
        "rm -rf /opt/psa/green",
        "psa_tickets migrate",
        "enable --quiet --now psa-app@green",
        ":3031/health/ready",
        "disable --quiet --now psa-app@blue",
    ) == [
        "rm -rf /opt/psa/green",
        "psa_tickets migrate",
        "enable --quiet --now psa-app@green",
        ":3031/health/ready",
        "disable --quiet --now psa-app@blue",
    ]


def test_a_release_that_is_not_ready_leaves_the_old_colour_serving(
    deploy: Deploy, release: Path, record: Path
) -> None:
    done = deploy("tickets", release, READY_STATUS="22")

    assert done.returncode == 1
    assert "the old colour still serves" in done.stderr
    assert steps(record, "disable --quiet --now psa-app@green") != []
    assert steps(record, "disable --quiet --now psa-app@blue") == []


def test_the_gateway_is_drained_in_every_haproxy_before_it_stops(
    deploy: Deploy, release: Path, record: Path
) -> None:
    done = deploy("gateway", release)

    assert done.returncode == 0, done.stderr
    drained = "gateways/gateway-1-blue state drain"
    assert steps(record, drained, "--now psa-app@blue")[:3] == [
        drained,
        drained,
        "--now psa-app@blue",
    ]


def test_an_answer_of_haproxy_stops_the_deployment(
    deploy: Deploy, release: Path, record: Path
) -> None:
    done = deploy("gateway", release, HAPROXY_ANSWER="No such server.")

    assert done.returncode == 1
    assert 'answers "No such server."' in done.stderr
    assert steps(record, "--now psa-app@blue") == []


def test_only_the_first_container_of_a_service_migrates(
    deploy: Deploy, release: Path, record: Path
) -> None:
    deploy("gateway", release)

    assert len(steps(record, "psa_gateway migrate")) == 1


def test_a_rollback_starts_the_colour_that_ran_before_and_installs_nothing(
    deploy: Deploy, record: Path
) -> None:
    done = deploy("--rollback", "tickets")

    assert done.returncode == 0, done.stderr
    assert steps(record, "pip install", "migrate") == []
    assert steps(record, "--now psa-app@green", "--now psa-app@blue") == [
        "--now psa-app@green",
        "--now psa-app@blue",
    ]


def test_there_is_no_rollback_to_what_was_never_installed(deploy: Deploy, record: Path) -> None:
    done = deploy("--rollback", "tickets", INSTALLED_STATUS="1")

    assert done.returncode == 1
    assert "nothing to go back to" in done.stderr
    assert steps(record, "--now") == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["helpdesk", "dist/helpdesk"], 'no service "helpdesk"'),
        (["tickets", "dist/absent"], "is no release"),
    ],
)
def test_a_wrong_argument_is_named(deploy: Deploy, arguments: list[str], complaint: str) -> None:
    done = deploy(*arguments)

    assert done.returncode == 1
    assert complaint in done.stderr


def test_a_host_that_does_not_answer_ends_the_deployment_at_once(
    deploy: Deploy, release: Path, record: Path, tmp_path: Path
) -> None:
    (tmp_path / "programs" / "ssh").write_text("#!/bin/sh\nexit 255\n")

    done = deploy("tickets", release)

    assert done.returncode != 0
    assert not record.exists()
