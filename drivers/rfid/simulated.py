"""A tag reader for the demo and tests: the real LLRP driver, connected to a simulated reader of its own over the loopback."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.contract import Health, Listener
from drivers.rfid.llrp.reader import LlrpReader
from drivers.rfid.simulated_reader import SimulatedReader


class SimulatedTagReader:
    """Tags come and go with `appear` and `leave`, before it is started too; everything else goes over the wire."""

    def __init__(self, *, name: str, antennas: Sequence[int] = (1,), interval_ms: int = 100) -> None:
        self._antennas = tuple(antennas)
        self._peer = SimulatedReader(antennas=max(self._antennas, default=1), interval_s=interval_ms / 1000)
        self._name = name
        self._driver: LlrpReader | None = None
        # Told now, not only when it is started: without sllurp there is no such reader.
        LlrpReader(name=name, host=self._peer.host)

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        self._peer.start()
        self._driver = LlrpReader(name=self._name, host=self._peer.host, port=self._peer.port, antennas=self._antennas)
        self._driver.start(listener)

    def stop(self) -> None:
        if self._driver is not None:
            self._driver.stop()
            self._driver = None
        self._peer.stop()

    def appear(self, epc: str, antenna: int = 1, rssi_cdbm: int = -4500, *, tid: str | None = None) -> None:
        self._peer.appear(epc, antenna, rssi_cdbm, tid=tid)

    def leave(self, epc: str) -> None:
        self._peer.leave(epc)

    def write_epc(self, old: str, new: str, timeout: float) -> None:
        self._there().write_epc(old, new, timeout)

    def set_output(self, port: int, on: bool) -> None:
        self._there().set_output(port, on)

    def check_health(self, level: str, timeout: float) -> Health:
        return self._there().check_health(level, timeout)

    def _there(self) -> LlrpReader:
        return self._driver or LlrpReader(name=self._name, host=self._peer.host)
