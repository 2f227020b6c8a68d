"""`psa reset`: delete the data of the suite on this machine, after asking."""

import sys

from psa_local import accounts
from psa_local.commands import down
from psa_local.plan import Plan
from psa_local.problem import Problem

# The virtual environment stays: it holds no data and takes longest to build.
IN_VAR = ("secrets", "tls", "storage", "log", "run")
IN_DATA = ("postgresql", "redis", "rabbitmq", "haproxy")


def run(plan: Plan, *, confirmed: bool) -> int:
    """Stop the suite and delete every tenant, invoice, secret and log of it."""
    if not confirmed:
        _ask(plan)
    down.run(plan)
    folders = [*(plan.var / name for name in IN_VAR), *(plan.data / name for name in IN_DATA)]
    for folder in folders:
        accounts.remove_folder(folder)
    if plan.data != plan.var:
        accounts.remove_folder(plan.data)
    left = [str(folder) for folder in folders if folder.exists()]
    if left:
        raise Problem(
            f"Could not be deleted: {', '.join(left)}.", f"As root: rm -rf {' '.join(left)}"
        )
    sys.stdout.write("All data is deleted. ./psa up starts anew.\n")
    return 0


def _ask(plan: Plan) -> None:
    if not sys.stdin.isatty():
        sentence = "Nothing was deleted: nobody is there to ask."
        raise Problem(sentence, "To mean it: ./psa reset --yes")
    sys.stdout.write(
        f"This deletes all data of the suite under {plan.data}: tenants, invoices, documents,\n"
        'passwords and logs. It cannot be undone. Type "delete" to go on: '
    )
    sys.stdout.flush()
    if sys.stdin.readline().strip() != "delete":
        raise Problem("Nothing was deleted.")
