"""A scanner on a wire of any kind: bytes come over a link that is lost and found again, and are cut into codes."""

from __future__ import annotations

from collections.abc import Callable

from drivers.contract import DeviceState, Listener, RawListener, StateChange
from drivers.framing import Framer, Framing
from drivers.scanner.profiles import Profile
from drivers.transport.links import PortSettings
from drivers.transport.serial_port import Backoff, Opener, SerialPort


class WireScanner:
    """One scanner at the end of one link. Reports come on the link's own thread. May be started again after `stop`.

    `let_go` is called after a stop, for a way that has more to close than its link.
    """

    def __init__(
        self,
        name: str,
        way: PortSettings | Opener,
        profile: Profile,
        *,
        backoff: Backoff | None = None,
        let_go: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._way = way
        self._framing = profile.framing()
        self._good = (profile.good + profile.light_good).encode("latin-1")
        self._bad = (profile.bad + profile.light_bad).encode("latin-1")
        self._backoff = backoff
        self._let_go = let_go
        self._port: SerialPort | None = None
        self._tap: RawListener | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        client = _Framed(self._name, self._framing, listener, self._tapped)
        self._port = SerialPort(self._way, client, name=self._name, backoff=self._backoff)
        self._port.start()

    def stop(self) -> None:
        if self._port is not None:
            self._port.stop()
        self._let_go()

    def good(self) -> None:
        self._send(self._good)

    def bad(self) -> None:
        self._send(self._bad)

    def tap(self, listener: RawListener | None) -> None:
        """Hear the bytes before they are cut into codes, from any thread."""
        self._tap = listener

    def _tapped(self, data: bytes, now_ns: int) -> None:
        if (listener := self._tap) is not None:
            listener(data, now_ns)

    def _send(self, signal: bytes) -> None:
        if signal and self._port is not None:
            self._port.write(signal)


class _Framed:
    """The port's client: frames what comes and reports it."""

    def __init__(self, name: str, framing: Framing, listener: Listener, tapped: RawListener) -> None:
        self._name = name
        self._framer = Framer(name, framing)
        self._listener = listener
        self._tapped = tapped

    def state_changed(self, state: DeviceState, reason: str) -> None:
        # Half a frame from before an unplug must not join the first one after it, and is not passed over in silence.
        for refused in self._framer.cut():
            self._listener(refused)
        self._listener(StateChange(self._name, state, reason))

    def received(self, data: bytes, now_ns: int) -> None:
        self._tapped(data, now_ns)
        for report in self._framer.feed(data, now_ns):
            self._listener(report)

    def deadline_ns(self) -> int | None:
        return self._framer.deadline_ns

    def expired(self, now_ns: int) -> None:
        for report in self._framer.flush(now_ns):
            self._listener(report)
