"""The suite's HAProxy: rendered from the one template, with its own copy of what it reads."""

import subprocess
import sys
from pathlib import Path

from psa_local import accounts, binaries, ports
from psa_local.daemons import Daemon
from psa_local.problem import Problem

FOLDER_IN_REPOSITORY = Path("infra") / "haproxy"


def daemon(
    folder: Path, repository: Path, certificate: Path, numbers: dict[str, int], log: Path
) -> Daemon:
    """
    Render the configuration into *folder* and return how to run it.

    *numbers* are the ports https, http and gateway.
    """
    account = accounts.account_for("haproxy")
    accounts.give_folder(folder, account)
    # The repository and the key may be closed to the user that HAProxy runs as.
    errors = folder / "errors"
    accounts.give_folder(errors, account)
    source = repository / FOLDER_IN_REPOSITORY
    for document in (source / "errors").glob("*.json"):
        accounts.give_file(errors / document.name, document.read_text(), account)
    own_certificate = folder / "server.pem"
    accounts.give_file(own_certificate, certificate.read_text(), account)

    configuration = folder / "haproxy.cfg"
    options = [
        f"--folder={folder}",
        f"--errors-folder={errors}",
        f"--certificate={own_certificate}",
        *(f"--{name}-port={port}" for name, port in numbers.items()),
    ]
    accounts.give_file(configuration, _rendered(source / "render.py", options), account)
    return Daemon(
        name="haproxy",
        argv=(str(binaries.require("haproxy")), "-db", "-f", str(configuration)),
        account=account,
        directory=folder,
        log=log,
        ports=(numbers["https"], numbers["http"]),
        is_ready=lambda: ports.accepts(numbers["https"]),
        stop_seconds=5,
    )


def _rendered(renderer: Path, options: list[str]) -> str:
    """Return the configuration of the local layout, from the one template of both layouts."""
    words = [sys.executable, str(renderer), "local", *options]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise Problem("HAProxy's configuration could not be rendered.", run.stderr.strip())
    return run.stdout
