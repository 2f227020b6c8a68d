"""Names that the tests of the whole suite share."""

import subprocess
from collections.abc import Callable

#: Runs a command of psa to its end; keywords are added to its environment.
Psa = Callable[..., subprocess.CompletedProcess[str]]
