"""What the devices' tests share: a listener that can be waited on, serial ports that can be pulled, and odd adapters."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from drivers import registry
from drivers.contract import DeviceState, Health, Listener, Read, StateChange
from drivers.scanner.simulated import SimulatedScanner
from rl_station.devices import BoundScanner, DeviceSet, DeviceStatus, DuplicateIgnored, NotTaken, Report

PATIENCE_S = 20.0


class Stream:
    """A listener that keeps what it hears and notices when two devices talk at once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = threading.Lock()
        self.heard: list[Report] = []
        self.interrupted = False

    def __call__(self, report: Report) -> None:
        if not self._busy.acquire(blocking=False):
            self.interrupted = True
            return
        with self._changed:
            self.heard.append(report)
            self._changed.notify_all()
        self._busy.release()

    def wait(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        with self._changed:
            while not holds():
                assert self._changed.wait(deadline - time.monotonic()), self.heard[-20:]

    def codes(self, device: str) -> list[bytes]:
        return [report.data for report in self.heard if isinstance(report, Read) and report.device == device]

    def repeats(self, device: str) -> list[bytes]:
        found = [each for each in self.heard if isinstance(each, DuplicateIgnored) and each.device == device]
        return [each.read.data for each in found]

    def not_taken(self, device: str) -> list[bytes]:
        return [report.data for report in self.heard if isinstance(report, NotTaken) and report.device == device]

    def states(self, device: str) -> list[DeviceState]:
        return [each.state for each in self.heard if isinstance(each, StateChange) and each.device == device]

    def state(self, device: str) -> StateChange | None:
        changes = [report for report in self.heard if isinstance(report, StateChange) and report.device == device]
        return changes[-1] if changes else None


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does without telling."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def simulated(name: str, debounce_ms: int = 0) -> tuple[SimulatedScanner, BoundScanner]:
    scanner = SimulatedScanner(name=name)
    return scanner, BoundScanner(name, "simulated", scanner, debounce_ms)


def line(devices: DeviceSet, name: str) -> DeviceStatus:
    return next(found for found in devices.status() if found.name == name)


class Cable:
    """A serial scanner on a pseudo terminal, behind a name that stays when it is plugged in again."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.port = folder / name
        self._master = -1
        self.plug()

    def plug(self) -> None:
        self._master, slave = os.openpty()
        fresh = self.port.with_suffix(".new")
        fresh.symlink_to(os.ttyname(slave))
        fresh.replace(self.port)
        os.close(slave)

    def scan(self, code: bytes) -> None:
        os.write(self._master, code + b"\r")

    def close(self) -> None:
        os.close(self._master)

    def bound(self, debounce_ms: int = 0) -> BoundScanner:
        scanner = registry.scanner("serial", self.name, {"port": str(self.port)})
        return BoundScanner(self.name, "serial", scanner, debounce_ms)


class Patient:
    """An adapter that answers, when it is asked how it is, whatever it was told to; and counts how often it was started."""

    def __init__(self, name: str, answer: Health | Exception) -> None:
        self.name = name
        self.answer = answer
        self.levels: list[str] = []
        self.starts = 0
        self.listener: Listener | None = None

    def start(self, listener: Listener) -> None:
        self.starts += 1
        self.listener = listener
        listener(StateChange(self.name, DeviceState.READY))

    def stop(self) -> None:
        self.listener = None

    def check_health(self, level: str, timeout: float) -> Health:
        self.levels.append(level)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class StuckFeedback:
    """A scanner whose beep never ends, as on a line whose other side holds up the flow."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.begun = threading.Event()
        self.release = threading.Event()
        self.tones: list[str] = []

    def start(self, listener: Listener) -> None:
        listener(StateChange(self.name, DeviceState.READY))

    def stop(self) -> None:
        """Nothing runs."""

    def good(self) -> None:
        self._sound("good")

    def bad(self) -> None:
        self._sound("bad")

    def _sound(self, tone: str) -> None:
        self.begun.set()
        self.release.wait(PATIENCE_S)
        self.tones.append(tone)


class StuckStop:
    """An adapter that does not let go when it is told to stop."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.release = threading.Event()
        self.listener: Listener | None = None

    def start(self, listener: Listener) -> None:
        self.listener = listener
        listener(StateChange(self.name, DeviceState.READY))

    def stop(self) -> None:
        self.release.wait(PATIENCE_S)
