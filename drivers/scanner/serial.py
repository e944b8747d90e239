"""A scanner on a serial port, a USB serial device or a TCP socket."""

from __future__ import annotations

from drivers.contract import DeviceState, Listener, StateChange
from drivers.framing import MAX_LENGTH, Framer, Framing, terminators_named
from drivers.transport.links import PortSettings
from drivers.transport.serial_port import Backoff, SerialPort


class SerialScanner:
    """One scanner on one port. `good` and `bad` are the bytes that make it beep, where it takes any.

    Reports come on the port's thread. May be started again after `stop`.
    """

    def __init__(  # noqa: PLR0913 - one option per setting of the scanner
        self,
        *,
        name: str,
        port: str,
        baud: int = 9600,
        bytesize: int = 8,
        parity: str = "N",
        stopbits: float = 1,
        rtscts: bool = False,
        xonxoff: bool = False,
        terminators: tuple[str, ...] = ("CR", "LF"),
        idle_gap_ms: int = 0,
        prefix: str = "",
        suffix: str = "",
        max_length: int = MAX_LENGTH,
        stale_ms: int = 2000,
        symbology_id: bool = False,
        good: str = "",
        bad: str = "",
        backoff: Backoff | None = None,
    ) -> None:
        self._name = name
        self._settings = PortSettings(port, baud, bytesize, parity, stopbits, rtscts, xonxoff)
        self._framing = Framing(
            terminators=terminators_named(terminators),
            idle_gap_ms=idle_gap_ms,
            prefix=prefix.encode("latin-1"),
            suffix=suffix.encode("latin-1"),
            max_length=max_length,
            stale_ms=stale_ms,
            symbology_id=symbology_id,
        )
        self._good, self._bad = good.encode("latin-1"), bad.encode("latin-1")
        self._backoff = backoff
        self._port: SerialPort | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        self._port = SerialPort(
            self._settings, _Framed(self._name, self._framing, listener), name=self._name, backoff=self._backoff
        )
        self._port.start()

    def stop(self) -> None:
        if self._port is not None:
            self._port.stop()

    def good(self) -> None:
        self._send(self._good)

    def bad(self) -> None:
        self._send(self._bad)

    def _send(self, tone: bytes) -> None:
        if tone and self._port is not None:
            self._port.write(tone)


class _Framed:
    """The port's client: frames what comes and reports it."""

    def __init__(self, name: str, framing: Framing, listener: Listener) -> None:
        self._name = name
        self._framer = Framer(name, framing)
        self._listener = listener

    def state_changed(self, state: DeviceState, reason: str) -> None:
        # Half a frame from before an unplug must not join the first one after it.
        self._framer.reset()
        self._listener(StateChange(self._name, state, reason))

    def received(self, data: bytes, now_ns: int) -> None:
        for report in self._framer.feed(data, now_ns):
            self._listener(report)

    def deadline_ns(self) -> int | None:
        return self._framer.deadline_ns

    def expired(self, now_ns: int) -> None:
        for report in self._framer.flush(now_ns):
            self._listener(report)
