"""The real `rl-station run` on a real PTY, and the far end of its serial scanner on another."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench_site import STATION
from benchmarks.figure import CannotMeasureError
from benchmarks.screen_reader import ScreenReader

COLUMNS, ROWS = 100, 30
PATIENCE_S = 30.0
_CHUNK = 65536


class Heard(NamedTuple):
    """Bytes that came, and when (monotonic nanoseconds). `tone`: from the scanner's line, else from the terminal."""

    at: int
    data: bytes
    tone: bool


class ScannerLine:
    """A serial line: the station opens `port`, the bench holds the other end."""

    def __init__(self) -> None:
        self.fd, self._slave = pty.openpty()
        # Raw from the start: a line that echoes before the station opens it would answer itself.
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)

    def scan(self, code: str) -> int:
        """Send a code as the scanner does; gives the moment just before its first byte went out."""
        data = code.encode("latin-1") + b"\r"
        begin = time.monotonic_ns()
        os.write(self.fd, data)
        return begin

    def close(self) -> None:
        os.close(self.fd)
        os.close(self._slave)


class StationScreen:
    """A station process with a terminal of its own. Started by making one; `close` ends it."""

    def __init__(self, config: Path, data: Path, line: ScannerLine | None = None) -> None:
        command = [
            str(Path(sys.executable).with_name("rl-station")),
            *("run", "--config", str(config), "--data", str(data), "--station", STATION),
        ]
        self.started = time.monotonic_ns()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            _become(command)
        os.set_blocking(self._fd, False)
        self._line = line
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        if line is not None:
            self._poll.register(line.fd, select.POLLIN)

    def listen(self, wait_ms: float) -> list[Heard]:
        """What comes within so many milliseconds, as soon as anything does; empty when nothing does."""
        ready = {fd for fd, _ in self._poll.poll(wait_ms)}
        heard: list[Heard] = []
        if self._fd in ready:
            heard.extend(self._read(self._fd, tone=False))
        if self._line is not None and self._line.fd in ready:
            heard.extend(self._read(self._line.fd, tone=True))
        return heard

    def until_quiet(self, quiet_ms: float) -> list[Heard]:
        """Everything until nothing has come for so long. Raises CannotMeasureError when it never ends."""
        deadline = time.monotonic() + PATIENCE_S
        heard: list[Heard] = []
        while fresh := self.listen(quiet_ms):
            heard.extend(fresh)
            if time.monotonic() > deadline:
                raise CannotMeasureError("the screen never came to rest")
        return heard

    def until_tone(self, quiet_ms: float = 0) -> list[Heard]:
        """Everything until the scanner was told how its scan went, and then until it is quiet. Raises CannotMeasureError."""
        heard: list[Heard] = []
        while not any(each.tone for each in heard):
            fresh = self.listen(PATIENCE_S * 1000)
            if not fresh:
                raise CannotMeasureError("the station did not answer a scan")
            heard.extend(fresh)
        return [*heard, *self.until_quiet(quiet_ms)] if quiet_ms else heard

    def type(self, data: bytes) -> None:
        """Write to the terminal as a keyboard does, or a scanner that is one: whole, as fast as it is taken."""
        writable = select.poll()
        writable.register(self._fd, select.POLLOUT)
        while data:
            self.listen(0)
            if writable.poll(50):
                data = data[os.write(self._fd, data[:1024]) :]

    def rss_mib(self) -> float:
        """Resident memory of the process."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise CannotMeasureError("the station has ended")

    def close(self) -> None:
        """Ask it to leave, as its service manager does, and wait until it has; after that, end it."""
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            # A station that nobody reads cannot put its terminal in order.
            with suppress(CannotMeasureError):
                self.listen(20)
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
        os.close(self._fd)

    def _read(self, fd: int, *, tone: bool) -> Iterator[Heard]:
        try:
            data = os.read(fd, _CHUNK)
        except OSError as error:
            raise CannotMeasureError("the station has ended") from error
        if data:
            yield Heard(time.monotonic_ns(), data, tone)


def until_shown(station: StationScreen, reader: ScreenReader, sentence: str) -> int:
    """Wait until the screen says it; gives the moment it did. Raises CannotMeasureError with what it says instead."""
    while heard := station.listen(PATIENCE_S * 1000):
        for each in heard:
            if each.tone:
                continue
            reader.feed(each.data)
            if reader.shows(sentence):
                return each.at
    raise CannotMeasureError(f"the screen never said {sentence!r}, but:\n{reader.text}")


def _become(command: list[str]) -> None:
    """In the child: the station, on this terminal and nothing else."""
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    dropped = ("TEXTUAL", "RL_STATION", "COLORTERM", "LC_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "TZ": "UTC"}
    os.execve(command[0], command, environment)  # noqa: S606 - our own program, no shell
