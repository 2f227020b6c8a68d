"""The command line behind `./psa`."""

import argparse
import os
import signal
import sys
from collections.abc import Callable

from psa_local.commands import doctor, down, logs, reset, status, test, tools, up
from psa_local.plan import Plan, read_plan
from psa_local.problem import Problem
from psa_local.supervisor import explain

Command = Callable[[Plan, argparse.Namespace], int]

COMMANDS: dict[str, tuple[str, Command]] = {
    "up": ("start the whole suite, or say that it is up", lambda plan, _: up.run(plan)),
    "down": ("stop it; the data stays", lambda plan, _: down.run(plan)),
    "status": ("every process, its health and its memory", lambda plan, _: status.run(plan)),
    "logs": (
        "follow the log of a service or server",
        lambda plan, words: logs.run(plan, words.name, follow=words.follow),
    ),
    "doctor": ("what is wrong, and how to mend it", lambda plan, _: doctor.run(plan)),
    "reset": (
        "delete all data, after asking",
        lambda plan, words: reset.run(plan, confirmed=words.yes),
    ),
    "demo": ("run the main job", lambda plan, words: tools.demo(plan, words.arguments)),
    "test": ("run what CI runs", lambda plan, words: test.run(plan, words.arguments)),
    "events": (
        "dead list, dead replay, dead drop",
        lambda plan, words: tools.events(plan, words.arguments),
    ),
    "bench": ("run the benchmarks", lambda plan, words: tools.bench(plan, words.arguments)),
    "migrate": ("migrate every schema", lambda plan, _: tools.migrate(plan)),
}
# These hand their words on as they are, options included.
HANDED_ON = ("demo", "test", "events", "bench")


def main(arguments: list[str]) -> int:
    """Run one command; a problem becomes a sentence on the error output and exit code 1."""
    signal.signal(signal.SIGTERM, _interrupt)
    plan = read_plan()
    try:
        words = _parse(arguments)
        return COMMANDS[words.command][1](plan, words)
    except Problem as problem:
        sys.stderr.write(f"psa: {problem}\n")
    except BrokenPipeError:
        # The reader, such as head, has seen enough; what we would still flush is lost too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        sys.stderr.write(f"psa: {explain(error, plan)}\n")
    except KeyboardInterrupt:
        return 130
    return 1


def _interrupt(_number: int, _frame: object) -> None:
    """Let SIGTERM end a command the way that Ctrl-C does."""
    raise KeyboardInterrupt


def _parse(arguments: list[str]) -> argparse.Namespace:
    if arguments and arguments[0] in HANDED_ON:
        return argparse.Namespace(command=arguments[0], arguments=arguments[1:])
    parser = argparse.ArgumentParser(prog="psa", description="The PSA suite on this machine.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (summary, _) in COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        if name == "logs":
            command.add_argument("name", metavar="SERVICE", help="for example tickets or rabbitmq")
            command.add_argument("-f", "--follow", action="store_true", default=True)
            command.add_argument("--no-follow", dest="follow", action="store_false")
        if name == "reset":
            command.add_argument("--yes", action="store_true", help="do not ask")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
