"""
The EN 16931 check: UBL schema and the official rules, judged by a process of its own.

The process starts with the first question and ends when nobody asked for a while, so an
idle service carries none of its memory.
"""

import json
import select
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import IO

from .findings import Finding, Severity
from .rule_fields import field_of

FRAME_HEADER_BYTES = 4
#: Larger documents are refused before they reach the rules.
MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
_PROGRAM = "psa_billing.documents.rules_process"


class RuleCheckFailed(Exception):
    """The rules could not judge the document; this says nothing about the document."""


@dataclass(slots=True, kw_only=True)
class RuleChecker:
    """
    Judges UBL invoices, one at a time; safe to share between threads.

    `check` blocks for up to *timeout_seconds*: call it through `asyncio.to_thread`.
    """

    timeout_seconds: float = 30.0
    idle_seconds: float = 60.0
    _process: subprocess.Popen[bytes] | None = None
    _lock: Lock = field(default_factory=Lock)

    def check(self, xml: bytes) -> tuple[Finding, ...]:
        """
        Return every broken rule of schema and EN 16931; raises RuleCheckFailed.

        A document that no rule looked at counts as a failed check, never as a good document.
        """
        if len(xml) > MAX_DOCUMENT_BYTES:
            raise RuleCheckFailed("The document is too large to be judged.")

        with self._lock:
            verdict = json.loads(self._ask(xml))

        if not verdict["rules_fired"]:
            raise RuleCheckFailed("No rule looked at the document.")
        return tuple(
            Finding(
                rule=failure["rule"],
                severity=Severity(failure["severity"]),
                field=field_of(failure["rule"]),
                message=failure["message"],
                message_de=failure["message"],
            )
            for failure in verdict["failures"]
        )

    @property
    def is_running(self) -> bool:
        """Whether the process of the rules exists at this moment."""
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _ask(self, xml: bytes) -> bytes:
        with self._killed_on_failure():
            try:
                return self._exchange(xml)
            except (BrokenPipeError, EOFError):
                # It may have ended as idle at this very moment; a fresh one answers.
                self._end()
                return self._exchange(xml)

    @contextmanager
    def _killed_on_failure(self) -> Generator[None]:
        try:
            yield
        except (OSError, EOFError, TimeoutError) as error:
            self._end()
            raise RuleCheckFailed("The rules gave no answer in time.") from error

    def _exchange(self, xml: bytes) -> bytes:
        process = self._running()
        until = time.monotonic() + self.timeout_seconds
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(len(xml).to_bytes(FRAME_HEADER_BYTES) + xml)
        process.stdin.flush()

        size = int.from_bytes(_read_exactly(process.stdout, FRAME_HEADER_BYTES, until))
        return _read_exactly(process.stdout, size, until)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            # Our own interpreter and our own module; nothing of it comes from outside.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", _PROGRAM, str(self.idle_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return

        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _read_exactly(pipe: IO[bytes], size: int, until: float) -> bytes:
    parts: list[bytes] = []
    while size:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError("The rules did not answer in time.")
        part = pipe.read(size)
        if not part:
            raise EOFError("The rules ended before they answered.")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
