"""Real ports to try scanners on: pseudo terminals behind a symlink, sockets, and the hand that feeds the others."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from drivers.contract import DeviceReport, DeviceState, FrameRefused, Read, Scanner, StateChange
from drivers.scanner.serial import serial_scanner
from drivers.scanner.simulated import SimulatedScanner
from drivers.scanner.ssi import SsiScanner
from drivers.scanner.tcp import tcp_scanner
from drivers.scanner.wedge import WedgeScanner
from drivers.transport.serial_port import Backoff

PATIENCE_S = 20.0
QUICK = Backoff(first=0.01, factor=1.5, ceiling=0.05)


class Collector:
    """A listener that keeps everything and lets a test wait until something holds."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.reports: list[DeviceReport] = []

    def __call__(self, report: DeviceReport) -> None:
        with self._changed:
            self.reports.append(report)
            self._changed.notify_all()

    def wait(self, holds: Callable[[Collector], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        with self._changed:
            while not holds(self):
                left = deadline - time.monotonic()
                assert left > 0, f"did not happen; reported so far: {self.reports[-20:]}"
                self._changed.wait(left)

    @property
    def codes(self) -> list[bytes]:
        return [report.data for report in self.reports if isinstance(report, Read)]

    @property
    def refused(self) -> list[FrameRefused]:
        return [report for report in self.reports if isinstance(report, FrameRefused)]

    @property
    def states(self) -> list[tuple[DeviceState, str]]:
        return [(report.state, report.reason) for report in self.reports if isinstance(report, StateChange)]

    def wait_state(self, state: DeviceState, reason: str | None = None, *, times: int = 1) -> None:
        self.wait(lambda it: sum(s is state and reason in (None, r) for s, r in it.states) >= times)

    def wait_codes(self, count: int) -> list[bytes]:
        self.wait(lambda it: len(it.codes) >= count)
        return self.codes


class PtyPort:
    """A serial device: a pseudo terminal behind a symlink that survives being pulled and plugged elsewhere."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master: int | None = None
        self.plug()

    def plug(self) -> None:
        self._master, slave = os.openpty()
        fresh = self.link.with_suffix(".new")
        fresh.symlink_to(os.ttyname(slave))
        fresh.replace(self.link)
        os.close(slave)

    def unplug(self) -> None:
        if self._master is not None:
            os.close(self._master)
            self._master = None
            self.link.unlink()

    @property
    def master(self) -> int | None:
        """The device's own end, while it is plugged in."""
        return self._master

    def send(self, data: bytes) -> None:
        assert self._master is not None
        while data:
            data = data[os.write(self._master, data[:1024]) :]

    def sent_back(self, count: int) -> bytes:
        """The next bytes that the computer sent to the device."""
        assert self._master is not None
        return os.read(self._master, count)


class SocketPort:
    """A terminal server in raw mode: one client at a time."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._peer: socket.socket | None = None
        self.url = f"socket://127.0.0.1:{self._listening.getsockname()[1]}"

    def accept(self) -> None:
        self.hang_up()
        self._listening.settimeout(PATIENCE_S)
        self._peer, _ = self._listening.accept()

    def send(self, data: bytes) -> None:
        assert self._peer is not None
        self._peer.sendall(data)

    def hang_up(self) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None

    def close(self) -> None:
        self.hang_up()
        self._listening.close()


class Bench(Protocol):
    """A scanner of some kind with a hand that makes it read."""

    @property
    def scanner(self) -> Scanner: ...
    def connected(self) -> None: ...
    def scan(self, code: bytes) -> None: ...
    def unplug(self) -> None: ...
    def replug(self) -> None: ...
    def close(self) -> None: ...


class PtyBench:
    def __init__(self, folder: Path) -> None:
        self.port = PtyPort(folder / "scanner")
        self.scanner = serial_scanner(name="it", port=str(self.port.link), symbology_id=True, backoff=QUICK)

    def connected(self) -> None:
        """A pseudo terminal has nothing to accept."""

    def scan(self, code: bytes) -> None:
        self.port.send(code + b"\r")

    def unplug(self) -> None:
        self.port.unplug()

    def replug(self) -> None:
        self.port.plug()

    def close(self) -> None:
        self.port.unplug()


class SocketBench:
    def __init__(self, folder: Path) -> None:
        self.port = SocketPort()
        self.scanner = serial_scanner(name="it", port=self.port.url, symbology_id=True, backoff=QUICK)

    def connected(self) -> None:
        self.port.accept()

    def scan(self, code: bytes) -> None:
        self.port.send(code + b"\r\n")

    def unplug(self) -> None:
        self.port.hang_up()

    def replug(self) -> None:
        self.port.accept()

    def close(self) -> None:
        self.port.close()


class CallingScanner:
    """A network scanner that calls the station, as often as it is refused."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            self.address = f"127.0.0.1:{reserved.getsockname()[1]}"
        self._calling: socket.socket | None = None

    def call(self) -> None:
        self.hang_up()
        host, _, number = self.address.partition(":")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._calling = socket.create_connection((host, int(number)), timeout=PATIENCE_S)
                return
            except ConnectionRefusedError:
                assert time.monotonic() < deadline, "nobody listens"
                time.sleep(0.002)

    def send(self, data: bytes) -> None:
        assert self._calling is not None
        self._calling.sendall(data)

    def hang_up(self) -> None:
        if self._calling is not None:
            self._calling.close()
            self._calling = None

    def receive(self, count: int) -> bytes:
        """What the station says; empty when it has hung up."""
        assert self._calling is not None
        return self._calling.recv(count)


class CallingBench:
    def __init__(self, folder: Path) -> None:
        self.port = CallingScanner()
        self.scanner = tcp_scanner(name="it", listen=self.port.address, symbology_id=True, backoff=QUICK)

    def connected(self) -> None:
        self.port.call()

    def scan(self, code: bytes) -> None:
        self.port.send(code + b"\n")

    def unplug(self) -> None:
        self.port.hang_up()

    def replug(self) -> None:
        self.port.call()

    def close(self) -> None:
        self.port.hang_up()


class SsiBench:
    """SSI with handshaking switched off: the scanner sends and does not wait."""

    def __init__(self, folder: Path) -> None:
        self.port = PtyPort(folder / "scanner")
        self.scanner = SsiScanner(name="it", port=str(self.port.link), symbology_id=True, backoff=QUICK)

    def connected(self) -> None:
        """A pseudo terminal has nothing to accept."""

    def scan(self, code: bytes) -> None:
        pieces = [code[start : start + 240] for start in range(0, len(code), 240)]
        for number, piece in enumerate(pieces, 1):
            body = bytes((5 + len(piece), 0xF3, 0, 2 * (number < len(pieces)), 0x0F)) + piece
            self.port.send(body + (-sum(body) & 0xFFFF).to_bytes(2, "big"))

    def unplug(self) -> None:
        self.port.unplug()

    def replug(self) -> None:
        self.port.plug()

    def close(self) -> None:
        self.port.unplug()


class WedgeBench:
    def __init__(self, folder: Path) -> None:
        self.scanner = WedgeScanner(name="it", symbology_id=True)

    def connected(self) -> None:
        """The terminal is always there."""

    def scan(self, code: bytes) -> None:
        self.scanner.feed(code + b"\r", time.monotonic_ns())

    def unplug(self) -> None:
        raise NotImplementedError

    def replug(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is open."""


class SimulatedBench:
    def __init__(self, folder: Path) -> None:
        self.scanner = SimulatedScanner(name="it", symbology_id=True)

    def connected(self) -> None:
        """It is always there."""

    def scan(self, code: bytes) -> None:
        self.scanner.push(code)

    def unplug(self) -> None:
        self.scanner.unplug()

    def replug(self) -> None:
        self.scanner.plug()

    def close(self) -> None:
        """Nothing is open."""
