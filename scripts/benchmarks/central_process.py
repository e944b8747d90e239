"""The central server as a process of its own: `rl-station central serve`, started, waited for, stopped or killed."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import processes
from benchmarks.figure import CannotMeasureError

PROGRAM = str(Path(sys.executable).parent / "rl-station")
_PATIENCE_S = 60.0
_LOOK_S = 0.01


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class CentralProcess:
    """Keeps its port, so that it can be killed and started again at the same address."""

    def __init__(self, database: str, *, port: int | None = None, workers: int = 1) -> None:
        self.database = database
        self.port = port or free_port()
        self._workers = workers
        self._said = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - closed with the process
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise CannotMeasureError("the central server is not running")
        return self._process.pid

    def start(self, *, wait: bool = True) -> None:
        """Returns when it is ready to take events, unless it is not to be waited for."""
        command = [PROGRAM, "central", "serve", "--database", self.database, "--listen", f"127.0.0.1:{self.port}"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*command, *(["--workers", str(self._workers)] if self._workers > 1 else [])],
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
        )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Raises CannotMeasureError when it ends instead."""
        deadline = time.monotonic() + _PATIENCE_S
        while not self.is_ready():
            if not self.alive() or time.monotonic() > deadline:
                raise CannotMeasureError(f"the central server does not come up:\n{self.said()}")
            time.sleep(_LOOK_S)

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def cpu_seconds(self) -> float:
        """What it has used so far, with its workers."""
        return processes.cpu_seconds(self.pid)

    def peak_mib(self) -> float:
        """The most memory that it, or one of its workers, has had."""
        return processes.peak_mib(self.pid)

    def said(self) -> str:
        """Everything it has printed."""
        self._said.seek(0)
        return self._said.read().decode(errors="replace")

    def kill(self) -> None:
        """At once, whatever it is doing."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """As an administrator does; gives its exit code."""
        return self._end(signal.SIGTERM)

    def close(self) -> None:
        self.kill()
        self._said.close()

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait(_PATIENCE_S)
        self._process = None
        return code
