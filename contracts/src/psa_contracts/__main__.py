"""The commands: check, asyncapi, gate, release."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from psa_contracts.asyncapi import asyncapi
from psa_contracts.check import check
from psa_contracts.files import NoContracts, as_text, contracts_dir, event_contracts, write_json
from psa_contracts.gate import judge, read_permissions
from psa_contracts.release import release
from psa_contracts.snapshots import RELEASED, UnknownRef, of_folder, of_git_ref

ASYNCAPI_FILE = "asyncapi.json"
REFUSED = 1
UNUSABLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if all is well, 1 if something is refused, 2 if it cannot be judged."""
    options = _parser().parse_args(arguments)
    command: Callable[[Path, argparse.Namespace], int] = options.command
    try:
        return command(contracts_dir(), options)
    except (NoContracts, OSError, UnknownRef, ValueError) as error:
        print(error, file=sys.stderr)
        return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="psa_contracts", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("check", help="check schemas, samples and asyncapi.json")
    command.set_defaults(command=_check)
    command = commands.add_parser("asyncapi", help="write asyncapi.json anew")
    command.set_defaults(command=_asyncapi)
    command = commands.add_parser("gate", help="refuse breaking changes")
    command.add_argument("--against", metavar="GIT_REF", help="instead of the last release")
    command.set_defaults(command=_gate)
    command = commands.add_parser("release", help="make the contracts of now the released ones")
    command.add_argument("service", nargs="*", help="only these services")
    command.set_defaults(command=_release)
    return parser


def _check(contracts: Path, _: argparse.Namespace) -> int:
    faults = check(contracts)
    if not faults:
        target = contracts / ASYNCAPI_FILE
        if not target.is_file() or target.read_text("utf-8") != as_text(asyncapi(contracts)):
            faults = [f"{ASYNCAPI_FILE}: is out of date; run `python -m psa_contracts asyncapi`."]

    print("\n".join(faults) or f"{len(event_contracts(contracts))} events: all is sound.")
    return REFUSED if faults else 0


def _asyncapi(contracts: Path, _: argparse.Namespace) -> int:
    write_json(contracts / ASYNCAPI_FILE, asyncapi(contracts))
    print(f"Wrote {ASYNCAPI_FILE}.")
    return 0


def _gate(contracts: Path, options: argparse.Namespace) -> int:
    ref: str | None = options.against
    old = of_git_ref(contracts, ref) if ref else of_folder(contracts / RELEASED)
    verdict = judge(old, of_folder(contracts), read_permissions(contracts))
    for finding in verdict.refused:
        print(finding)
    # An exception is for the step from the last release; another ref need not use it.
    unused = [] if ref else verdict.unused
    for permission in unused:
        print(f"exceptions.toml: nothing needs {permission.rule} at {permission.file}; delete it.")
    if verdict.refused or unused:
        print(f"Refused: {len(verdict.refused)} breaking changes, {len(unused)} idle exceptions.")
        return REFUSED

    compared = len(old.schemas) + len(old.http)
    print(f"{compared} documents of {ref or 'the last release'}: nothing breaks.")
    return 0


def _release(contracts: Path, options: argparse.Namespace) -> int:
    if _check(contracts, options):
        return REFUSED
    against_release = argparse.Namespace(against=None)
    if _gate(contracts, against_release):
        return REFUSED

    print(f"Released {release(contracts, options.service)} files.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
