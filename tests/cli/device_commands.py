"""A scanner to hold in the hand, and commands started as IT starts them: programs of their own with pipes or a terminal."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 20.0
COMMAND = (sys.executable, "-c", "import sys; from rl_station.cli import main; sys.exit(main())")


class PtyScanner:
    """A serial device: a pseudo terminal behind a name that stays."""

    def __init__(self, link: Path) -> None:
        self._controller, self.device = os.openpty()
        tty.setraw(self.device)
        self.path = link
        link.symlink_to(os.ttyname(self.device))

    def send(self, data: bytes) -> None:
        os.write(self._controller, data)

    def close(self) -> None:
        os.close(self._controller)
        os.close(self.device)


class Running:
    """A command at work, its output line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self.complaints: list[str] = []
        self._fresh: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._readers = [
            threading.Thread(target=self._read, args=(stream, kept), daemon=True)
            for stream, kept in ((process.stdout, self.lines), (process.stderr, self.complaints))
        ]
        for reader in self._readers:
            reader.start()

    def wait_for(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():
            left = end - time.monotonic()
            assert left > 0, f"waited in vain: {self.lines} {self.complaints}"
            try:
                self._fresh.get(timeout=left)
            except queue.Empty:
                continue

    def wait_said(self, text: str) -> str:
        """The first line, of output or complaints, that holds this."""
        self.wait_for(lambda: any(text in line for line in (*self.lines, *self.complaints)))
        return next(line for line in (*self.lines, *self.complaints) if text in line)

    def ended(self) -> int:
        code = self.process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        return code

    @property
    def documents(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.lines]

    def _read(self, stream: Iterator[str], kept: list[str]) -> None:
        for line in stream:
            kept.append(line.rstrip("\n"))
            self._fresh.put(None)
        self._fresh.put(None)


@contextmanager
def started(*arguments: str | Path, stdin: int = subprocess.DEVNULL) -> Iterator[Running]:
    """Runs `rl-station` with these arguments; it does not outlive the block."""
    command = [*COMMAND, *map(str, arguments)]
    with subprocess.Popen(
        command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()
