"""A Zebra scanner that speaks SSI: packets with checksums, acknowledged and sent again, on a serial port or a socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Unpack

from drivers.contract import DeviceState, Health, HealthLevel, Listener, RawListener, Read, StateChange
from drivers.discovery import find_port
from drivers.scanner.profiles import Overrides, Profile
from drivers.scanner.profiles import profile as profile_of
from drivers.scanner.serial import Find, port_settings
from drivers.scanner.ssi_packets import Opcode, Packet
from drivers.scanner.ssi_session import ATTEMPTS, Outcome, Revision, Session
from drivers.scanner.ssi_signals import Signal, lights_out
from drivers.transport.serial_port import Backoff, SerialPort

_ENDS = ("CR", "LF")


class SsiScanner:
    """One scanner. A code is acknowledged when it has been taken; without our answer the scanner sends it again.

    `beep_good` and `beep_bad` are numbers of SSI beeps, -1 for none; `led_good` and `led_bad` the bits of its lights, 0 for none,
    which stay on for `led_ms`. May be started again after `stop`.
    """

    def __init__(  # noqa: PLR0913 - one option per setting of the scanner
        self,
        *,
        name: str,
        port: str = "",
        match: Mapping[str, object] | None = None,
        response_ms: int = 2000,
        beep_good: int = 0,
        beep_bad: int = 17,
        led_good: int = 1,
        led_bad: int = 2,
        led_ms: int = 400,
        enable: bool = True,
        disable_on_stop: bool = False,
        backoff: Backoff | None = None,
        find: Find = find_port,
        **overrides: Unpack[Overrides],
    ) -> None:
        line: Profile = profile_of("generic", overrides)
        self._name = name
        self._settings = port_settings(line, port, match, find)
        self._framing = line.framing()
        self._response_ms = response_ms
        self._good, self._bad = Signal(beep_good, led_good), Signal(beep_bad, led_bad)
        self._led_ms = led_ms
        self._enable = enable
        self._farewell = Packet(Opcode.SCAN_DISABLE).encoded() if disable_on_stop else b""
        self._backoff = backoff
        self._port: SerialPort | None = None
        self._conversation: _Conversation | None = None
        self._tap: RawListener | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        session = Session(
            self._name, self._framing, response_ms=self._response_ms, enable=self._enable, led_ms=self._led_ms
        )
        self._conversation = _Conversation(self._name, session, listener, self._tapped)
        self._port = SerialPort(self._settings, self._conversation, name=self._name, backoff=self._backoff)
        self._conversation.attach(self._port)
        self._port.start()

    def stop(self) -> None:
        if self._port is not None:
            lit = self._conversation.lit if self._conversation is not None else 0
            self._port.stop(lights_out(lit) + self._farewell)

    def good(self) -> None:
        self._give(self._good)

    def bad(self) -> None:
        self._give(self._bad)

    def tap(self, listener: RawListener | None) -> None:
        """Hear the bytes of the packets, from any thread."""
        self._tap = listener

    def check_health(self, level: str, timeout: float) -> Health:
        """External asks for its revision, interactive waits for a scan."""
        if self._conversation is None:
            return Health(False, "not started")
        if level == HealthLevel.INTERNAL:
            return self._conversation.known()
        if level == HealthLevel.INTERACTIVE:
            return self._conversation.next_read(timeout)
        return self._conversation.revision(timeout)

    def _tapped(self, data: bytes, now_ns: int) -> None:
        if (listener := self._tap) is not None:
            listener(data, now_ns)

    def _give(self, signal: Signal) -> None:
        if signal and self._conversation is not None:
            self._conversation.give(signal)


class _Conversation:
    """The port's client: carries out what the session says, and tells other threads what they wait for."""

    def __init__(self, name: str, session: Session, listener: Listener, tapped: RawListener) -> None:
        self._name = name
        self._session = session
        self._listener = listener
        self._tapped = tapped
        self._port: SerialPort | None = None
        self._heard = threading.Condition()
        self._state = StateChange(name, DeviceState.OPENING)
        self._wanted: Signal | None = None
        self._revision = ""
        self._revisions = 0
        self._reads = 0

    def attach(self, port: SerialPort) -> None:
        """The port to answer on; before it starts."""
        self._port = port

    # --- on the port's thread -----------------------------------------------------------------------------------------

    def state_changed(self, state: DeviceState, reason: str) -> None:
        self._note(StateChange(self._name, state, reason))
        self._wanted = None
        if state is DeviceState.READY:
            self._do(self._session.connected(time.monotonic_ns()))

    def received(self, data: bytes, now_ns: int) -> None:
        self._tapped(data, now_ns)
        self._do(self._session.feed(data, now_ns))

    def deadline_ns(self) -> int | None:
        return 0 if self._wanted is not None else self._session.deadline_ns

    def expired(self, now_ns: int) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self._do(self._session.signal(wanted, now_ns))
        self._do(self._session.expire(now_ns))

    def _do(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case bytes():
                    self._write(outcome)
                case Revision(text=text):
                    with self._heard:
                        self._revision = text
                        self._revisions += 1
                        self._heard.notify_all()
                case StateChange():
                    self._note(outcome)
                case Read():
                    self._listener(outcome)
                    with self._heard:
                        self._reads += 1
                        self._heard.notify_all()
                case _:
                    self._listener(outcome)

    def _note(self, change: StateChange) -> None:
        with self._heard:
            self._state = change
        self._listener(change)

    def _write(self, data: bytes) -> None:
        if self._port is not None:
            self._port.write(data)

    # --- on other threads ---------------------------------------------------------------------------------------------

    def give(self, signal: Signal) -> None:
        """Beep and light up soon; a later one goes before it. Nothing happens while there is no scanner."""
        self._wanted = signal
        if self._port is None or not self._port.nudge():
            self._wanted = None

    @property
    def lit(self) -> int:
        return self._session.lit

    def known(self) -> Health:
        with self._heard:
            state = self._state
        return Health(
            state.state is DeviceState.READY, f"{state.state}: {state.reason}" if state.reason else state.state
        )

    def revision(self, timeout: float) -> Health:
        """Ask what it is, as often as SSI would; any answer will do."""
        with self._heard:
            before = self._revisions
        for attempt in range(ATTEMPTS):
            request = Packet(Opcode.REQUEST_REVISION)
            self._write((request.again() if attempt else request).encoded())
            with self._heard:
                if self._heard.wait_for(lambda: self._revisions > before, timeout / ATTEMPTS):
                    return Health(True, f"answers: {self._revision}")
        found = self.known()
        return Health(False, f"does not answer within {timeout:g} s" if found.ok else found.report)

    def next_read(self, timeout: float) -> Health:
        with self._heard:
            before = self._reads
            if self._heard.wait_for(lambda: self._reads > before, timeout):
                return Health(True, "reads")
        return Health(False, f"no scan within {timeout:g} s")
