"""A real terminal for tests: a program on a PTY, its output in a terminal emulator, waiting on what is to be seen."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import pyte

_DEADLINE_S = 60.0


class Terminal:
    """Runs a Python program with a PTY as its controlling terminal; standard error goes there too, or into `errors`."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        errors: Path | None = None,
    ) -> None:
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.output = b""
        self._master, self.slave = pty.openpty()
        self.resize(*size, tell=False)
        self.settings = termios.tcgetattr(self.slave)
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("TEXTUAL", "COLORTERM"))}
        with nullcontext(self.slave) if errors is None else errors.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=self.slave,
                stdout=self.slave,
                stderr=stderr,
                env={**inherited, "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", **(environment or {})},
                start_new_session=True,
                preexec_fn=_take_terminal,  # noqa: PLW1509 - the test process has no threads that hold locks here
            )

    def type(self, data: bytes) -> None:
        """As a keyboard, or a scanner that is one: whole, however long it is."""
        while data:
            self.read(0)
            _, writable, _ = select.select([], [self._master], [], 0.05)
            if writable:
                data = data[os.write(self._master, data[:1024]) :]

    def read(self, wait_s: float = 0.05) -> None:
        """Lets the emulator draw what has come."""
        while select.select([self._master], [], [], wait_s)[0]:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            self.output += data
            # The emulator does not know private questions with an intermediate byte; real terminals do.
            self._stream.feed(data.replace(b"\x1b[?2026$p", b""))
            wait_s = 0

    def until(self, holds: Callable[[], bool]) -> None:
        """Waits for a condition, with a deadline."""
        end = time.monotonic() + _DEADLINE_S
        while not holds():
            assert time.monotonic() < end, f"waited in vain; the terminal shows:\n{self.text}"
            self.read()

    def until_shown(self, text: str) -> None:
        self.until(lambda: text in self.text)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def resize(self, columns: int, lines: int, *, tell: bool = True) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)
        if tell:
            self.process.send_signal(signal.SIGWINCH)

    def ended(self) -> int:
        """Waits for the program to end and gives its exit code."""
        self.until(lambda: self.process.poll() is not None)
        self.read(0)
        return self.process.returncode

    def hang_up(self) -> None:
        """Takes the terminal away, as a closed window does."""
        os.close(self._master)
        os.close(self.slave)
        self._master = self.slave = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._master >= 0:
            os.close(self._master)
            os.close(self.slave)


def program(name: str) -> str:
    return str(Path(__file__).with_name(name))


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
