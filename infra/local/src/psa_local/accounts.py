"""Whom a server runs as, so that none runs as root, and whether that account reaches its files."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from signal import Signals

from psa_local.problem import Problem

SETPRIV = "/usr/bin/setpriv"


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int
    home: str


def account_for(package_user: str) -> Account:
    """Return who runs a server: the caller, or for root the user that the Debian package made."""
    if os.geteuid() != 0:
        return myself()
    for name in (package_user, "postgres", "nobody"):
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise Problem(
        f"The user {package_user} is missing, and servers must not run as root.",
        f"Create it with: adduser --system --group {package_user}",
    )


def myself() -> Account:
    """Return the caller, who need not have a name."""
    try:
        return _account(pwd.getpwuid(os.geteuid()))
    except KeyError:
        return Account(f"number {os.geteuid()}", os.geteuid(), os.getegid(), "/")


def prefix(account: Account, parent_death_signal: Signals) -> list[str]:
    """
    Return the words before a command that make it run as *account*.

    The kernel sends *parent_death_signal* when the starter dies, so a killed test run or
    supervisor leaves no server behind.
    """
    words = [SETPRIV, "--pdeathsig", parent_death_signal.name.removeprefix("SIG")]
    if os.geteuid() == 0 and account.uid != 0:
        words += [f"--reuid={account.uid}", f"--regid={account.gid}", "--init-groups"]
    return [*words, "--"]


def give_folder(folder: Path, account: Account) -> None:
    """Make *folder* for *account* alone; raises Problem when the account cannot reach it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o711)
    if os.geteuid() == 0:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
    if not reaches(account, folder):
        raise Problem(
            f"The user {account.name} cannot reach {folder}: a folder above it is closed.",
            "Keep the data elsewhere: PSA_VAR_DIR=/var/lib/psa ./psa up",
        )


def give_file(path: Path, text: str, account: Account) -> None:
    """Write *text* to *path* so that only *account* (and root) can read it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)


def reaches(account: Account, folder: Path) -> bool:
    """Say whether *account* can enter *folder*, asking the kernel as that user."""
    if os.geteuid() != 0:
        return os.access(folder, os.X_OK)
    # The words are those of the start itself, so what is tested is what will happen.
    test = [*prefix(account, Signals.SIGTERM), "/usr/bin/test", "-x", str(folder)]
    return subprocess.run(test, check=False).returncode == 0


def open_scratch(folder: Path) -> None:
    """Let other accounts pass through *folder* without reading it."""
    folder.chmod(0o711)


def remove_folder(folder: Path) -> None:
    """Delete *folder* with all that is in it; a missing one is fine."""
    shutil.rmtree(folder, ignore_errors=True)


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)
