"""A scale on a serial port, a USB serial device or a TCP socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from drivers.contract import (
    DeviceState,
    FrameRefused,
    Health,
    HealthLevel,
    Listener,
    RawListener,
    StateChange,
    Weighed,
)
from drivers.discovery import PortMatch
from drivers.framing import MILLISECOND_NS, Framer, Framing, terminators_named
from drivers.scale.lines import Trouble, Weight, read_line
from drivers.transport.links import PortSettings
from drivers.transport.serial_port import Backoff, SerialPort

_LONGEST_LINE = 64
_REPEAT_NS = 1_000_000_000
_PATIENCE = 3

# Bytes so soon after the port was opened are the rest of a line that had begun before.
_TORN_NS = 100 * MILLISECOND_NS


class SerialScale:
    """One scale. One that sends by itself is listened to; one that waits to be asked gets `ask` every `ask_ms`.

    `ask` is the command with its end: `S\\r\\n` or `SI\\r\\n` (Mettler-Toledo SICS), `Q\\r\\n` (A&D), `W\\r` (many indicators).
    A weight is reported when it changes and once a second. What is no weight makes the scale degraded until the next good line.
    """

    def __init__(  # noqa: PLR0913 - one option per setting of the scale
        self,
        *,
        name: str,
        port: str = "",
        match: Mapping[str, object] | None = None,
        baud: int = 9600,
        bytesize: int = 8,
        parity: str = "N",
        stopbits: float = 1,
        rtscts: bool = False,
        xonxoff: bool = False,
        terminators: tuple[str, ...] = ("CR", "LF"),
        prefix: str = "",
        suffix: str = "",
        ask: str = "",
        ask_ms: int = 500,
        backoff: Backoff | None = None,
    ) -> None:
        """Raises ValueError or TypeError for settings that cannot be."""
        if bool(port) == bool(match):
            raise ValueError("a scale has either a port or a match")
        wanted = PortMatch(**match) if match else None  # type: ignore[arg-type]  # the settings checked names and types
        self._name = name
        self._settings = PortSettings(port, baud, bytesize, parity, stopbits, rtscts, xonxoff, wanted)
        self._framing = Framing(
            terminators=terminators_named(terminators),
            prefix=prefix.encode("latin-1"),
            suffix=suffix.encode("latin-1"),
            max_length=_LONGEST_LINE,
        )
        self._ask = ask.encode("latin-1")
        self._ask_ns = ask_ms * MILLISECOND_NS
        self._backoff = backoff
        self._port: SerialPort | None = None
        self._weighing: _Weighing | None = None
        self._tap: RawListener | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        self._weighing = _Weighing(self._name, self._framing, listener, self._asking, self._tapped)
        self._port = SerialPort(self._settings, self._weighing, name=self._name, backoff=self._backoff)
        self._port.start()

    def stop(self) -> None:
        if self._port is not None:
            self._port.stop()

    def tap(self, listener: RawListener | None) -> None:
        self._tap = listener

    def check_health(self, level: str, timeout: float) -> Health:
        """External: some line has to come, asked for where that is how the scale talks. Interactive: a settled weight above 0."""
        if self._weighing is None:
            return Health(False, "not started")
        if level == HealthLevel.INTERNAL:
            return self._weighing.health()
        wanted = _settled_load if level == HealthLevel.INTERACTIVE else _anything
        return self._weighing.wait(wanted, timeout)

    def _tapped(self, data: bytes, now_ns: int) -> None:
        if (listener := self._tap) is not None:
            listener(data, now_ns)

    def _asking(self) -> int:
        """Ask now; nanoseconds until the next time, 0 for never."""
        if not self._ask or self._port is None:
            return 0
        self._port.write(self._ask)
        return self._ask_ns


class _Weighing:
    """The port's client: lines become weights. Its health may be asked for from any thread."""

    def __init__(
        self, name: str, framing: Framing, listener: Listener, ask: Callable[[], int], tapped: RawListener
    ) -> None:
        self._name = name
        self._framer = Framer(name, framing)
        self._listener = listener
        self._ask = ask
        self._tapped = tapped
        self._ask_at_ns: int | None = None
        self._unanswered = 0
        self._ready_ns: int | None = None
        self._torn = False
        self._told = (DeviceState.OPENING, "")
        self._reported: Weighed | None = None
        self._news = threading.Condition()
        self._line: Weight | Trouble | None = None

    # --- the port's thread --------------------------------------------------------------------------------------------

    def state_changed(self, state: DeviceState, reason: str) -> None:
        self._framer.reset()
        self._reported = None
        self._unanswered = 0
        self._ready_ns = self._ask_at_ns = time.monotonic_ns() if state is DeviceState.READY else None
        self._torn = False
        self._tell(state, reason)

    def received(self, data: bytes, now_ns: int) -> None:
        self._tapped(data, now_ns)
        if self._ready_ns is not None:
            self._torn, self._ready_ns = now_ns - self._ready_ns < _TORN_NS, None
        for framed in self._framer.feed(data, now_ns):
            self._heard(None if isinstance(framed, FrameRefused) else read_line(framed.data), now_ns)
            self._torn = False
        # A scale that never stops talking must be asked all the same.
        self._ask_if_due(now_ns)

    def deadline_ns(self) -> int | None:
        deadlines = [each for each in (self._framer.deadline_ns, self._ask_at_ns) if each is not None]
        return min(deadlines, default=None)

    def expired(self, now_ns: int) -> None:
        if self._framer.flush(now_ns):
            self._heard(None, now_ns)
        self._ask_if_due(now_ns)

    def _ask_if_due(self, now_ns: int) -> None:
        if self._ask_at_ns is None or now_ns < self._ask_at_ns:
            return
        if self._unanswered >= _PATIENCE:
            self._tell(DeviceState.DEGRADED, "does not answer")
        pause = self._ask()
        self._ask_at_ns = now_ns + pause if pause else None
        self._unanswered += 1

    def _heard(self, line: Weight | Trouble | None, now_ns: int) -> None:
        self._unanswered = 0
        match line:
            case Weight(bare=True) if self._torn:
                # The rest of `12.500 kg` would weigh 500 kg.
                return
            case Weight():
                self._tell(DeviceState.READY, "")
                self._report(Weighed(self._name, line.grams, line.stable, now_ns))
            case Trouble():
                self._tell(DeviceState.DEGRADED, line.reason)
            case None:
                self._tell(DeviceState.DEGRADED, "sends something that is no weight")
        with self._news:
            self._line = line
            self._news.notify_all()

    def _report(self, weighed: Weighed) -> None:
        last = self._reported
        same = last is not None and (last.grams, last.stable) == (weighed.grams, weighed.stable)
        if last is None or not same or weighed.received_ns - last.received_ns >= _REPEAT_NS:
            self._reported = weighed
            self._listener(weighed)

    def _tell(self, state: DeviceState, reason: str) -> None:
        if (state, reason) != self._told:
            self._told = (state, reason)
            if state is not DeviceState.READY:
                # After trouble the first weight counts, even if it is the one from before.
                self._reported = None
            self._listener(StateChange(self._name, state, reason))

    # --- any thread ---------------------------------------------------------------------------------------------------

    def health(self) -> Health:
        state, reason = self._told
        return Health(state is DeviceState.READY, reason or state.value)

    def wait(self, wanted: Callable[[Weight], bool], timeout: float) -> Health:
        """Ask, where the scale has to be asked, and wait for a weight that is wanted, at most `timeout` seconds."""
        with self._news:
            self._line = None
            self._ask()
            self._news.wait_for(lambda: isinstance(self._line, Weight) and wanted(self._line), timeout)
            line = self._line
        if isinstance(line, Weight) and wanted(line):
            return Health(True, f"{line.grams} g, {'stable' if line.stable else 'not settled'}")
        state, reason = self._told
        return Health(False, reason or ("no weight came in time" if state is DeviceState.READY else state.value))


def _anything(weight: Weight) -> bool:
    return True


def _settled_load(weight: Weight) -> bool:
    return weight.stable and weight.grams > 0
