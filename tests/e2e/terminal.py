"""A real terminal around a real program: a PTY, an emulator that a thread keeps fed, and waiting on what is to be seen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte
from large_text import shows_large

PATIENCE_S = 30.0
"""How long a loaded machine may take for anything. Nothing is ever waited for longer than it needs."""

_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_QUESTION = re.compile(rb"\x1b\[\?[0-9]+\$p")
_UNFINISHED = re.compile(rb"\x1b(\[\??[0-9]*\$?)?$")


class Terminal:
    """Runs a program with the PTY as its controlling terminal."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        term: str = "xterm-256color",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self._changed = threading.Condition()
        self._output = bytearray()
        self._pending = b""
        self._master, self._slave = pty.openpty()
        self._set_size(*size)
        self.settings = termios.tcgetattr(self._slave)
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith(("TEXTUAL", "COLORTERM", "RL_"))
        }
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env={**inherited, "TERM": term, "LANG": "C.UTF-8", "TZ": "UTC", **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        os.close(self._slave)
        self._reader.join(PATIENCE_S)
        os.close(self._master)

    # --- what is to be seen -------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        with self._changed:
            return "\n".join(self.screen.display)

    @property
    def lines(self) -> list[str]:
        """What stands on each line, without the empty rest of it."""
        return [line.rstrip() for line in self.text.splitlines()]

    @property
    def output(self) -> bytes:
        """Every byte the program has written."""
        with self._changed:
            return bytes(self._output)

    def shows(self, text: str) -> bool:
        """Whether a sentence is on the screen: in plain letters, wrapped or not, or drawn large."""
        with self._changed:
            return _shows(self.screen.display, text)

    def wait_for(self, wanted: str | Callable[[Terminal], bool], patience: float = PATIENCE_S) -> None:
        """Until a sentence is on the screen, or something holds of it."""
        deadline = time.monotonic() + patience
        with self._changed:
            while not (wanted(self) if callable(wanted) else _shows(self.screen.display, wanted)):
                left = deadline - time.monotonic()
                over = left <= 0 or self.process.poll() is not None
                assert self._changed.wait(0.25) or not over, f"no {wanted!r}; the terminal shows:\n{self.text}"

    def modes_left_on(self) -> set[int]:
        """The private modes that the program has switched on and not off again."""
        left: set[int] = set()
        for numbers, switch in _MODE.findall(self.output):
            modes = {int(number) for number in numbers.split(b";")}
            left = left | modes if switch == b"h" else left - modes
        return left

    def settings_now(self) -> list[object]:
        return list(termios.tcgetattr(self._slave))

    # --- what is done to it -------------------------------------------------------------------------------------------

    def type(self, data: bytes | str) -> None:
        """As a keyboard, or a scanner that is one."""
        left = data.encode() if isinstance(data, str) else data
        while left:
            left = left[os.write(self._master, left[:1024]) :]

    def resize(self, columns: int, lines: int) -> None:
        with self._changed:
            self.screen.resize(lines, columns)
        self._set_size(columns, lines)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """As kill -9, or the power."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)

    def ended(self) -> int:
        """Wait for the program to end; gives its exit code."""
        return self.process.wait(PATIENCE_S)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            with self._changed:
                self._output += data
                # The emulator prints the end of a question it does not know; a real terminal does not.
                whole = _QUESTION.sub(b"", self._pending + data)
                cut = _UNFINISHED.search(whole)
                self._pending = whole[cut.start() :] if cut else b""
                self._stream.feed(whole[: len(whole) - len(self._pending)])
                self._changed.notify_all()


def _shows(lines: Sequence[str], text: str) -> bool:
    return " ".join(text.split()) in " ".join(" ".join(lines).split()) or shows_large(lines, text)
