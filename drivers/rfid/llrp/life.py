"""What becomes known of a reader, to its listener: tags, events, and a state with a reason for everything that is wrong."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from drivers.contract import (
    DeviceReport,
    DeviceState,
    Listener,
    ReaderEvent,
    ReaderEventCode,
    StateChange,
    TagReads,
)
from drivers.rfid.llrp.field import Field
from drivers.rfid.llrp.messages import (
    AntennaChanged,
    Attempt,
    BufferFilling,
    BufferOverflowed,
    Connected,
    Event,
    ExceptionRaised,
    InputChanged,
    Notification,
    TagData,
)
from drivers.rfid.llrp.readings import Readings

TROUBLE_S = 60.0
"""So long a trouble without an end of its own stays in the state."""

_logger = logging.getLogger(__name__)


class Life:
    """One reader from start to stop. Everything but `mute`, `told` and `field` belongs to the I/O thread."""

    def __init__(self, name: str, listener: Listener) -> None:
        self._name = name
        self._listener: Listener | None = listener
        self._readings = Readings(name)
        self._troubles: dict[str, str] = {}
        self._passing: dict[str, asyncio.TimerHandle] = {}
        self._bad = self._bad_told = 0
        self.state = DeviceState.ABSENT
        self._reason = ""
        self.field = Field()

    def mute(self) -> None:
        """Report nothing any more."""
        self._listener = None

    def told(self) -> str:
        return f"{self.state}: {self._reason}" if self._reason else str(self.state)

    # --- states -------------------------------------------------------------------------------------------------------

    def tell(self, state: DeviceState, reason: str = "") -> None:
        """Say it, unless it has been said."""
        if (state, reason) != (self.state, self._reason):
            self.state, self._reason = state, reason
            self._report(StateChange(self._name, state, reason))

    def fresh(self) -> None:
        """A new connection: nothing that was known of the old one holds."""
        self._readings = Readings(self._name)
        self._troubles.clear()
        for timer in self._passing.values():
            timer.cancel()
        self._passing.clear()
        self._bad = self._bad_told = 0

    def ready(self, *, rebooted: bool, unplugged: Sequence[int] = ()) -> None:
        """Connected, and reading, but for the antennas that are not there."""
        self.state = DeviceState.READY
        self._reason = ""
        self._report(StateChange(self._name, DeviceState.READY))
        if rebooted:
            self._event(ReaderEventCode.REBOOTED, "it had lost its settings; they have been sent again")
        for antenna in unplugged:
            self._happened(AntennaChanged(antenna, connected=False))
        self._show()

    def gone(self, reason: str, *, absent: bool = False) -> None:
        self.fresh()
        self.tell(DeviceState.ABSENT if absent else DeviceState.LOST, reason)

    def _show(self) -> None:
        """Ready, or in the trouble there is."""
        if self.state in (DeviceState.READY, DeviceState.DEGRADED):
            troubles = "; ".join(self._troubles.values())
            self.tell(DeviceState.DEGRADED if troubles else DeviceState.READY, troubles)

    def _trouble(self, what: str, told: str, *, passing: bool = True) -> None:
        self._troubles[what] = told
        if passing:
            if what in self._passing:
                self._passing[what].cancel()
            self._passing[what] = asyncio.get_running_loop().call_later(TROUBLE_S, self._over, what)
        self._show()

    def _over(self, what: str) -> None:
        self._troubles.pop(what, None)
        self._passing.pop(what, None)
        self._show()

    # --- what the session hears ---------------------------------------------------------------------------------------

    def tags_read(self, tags: Sequence[TagData]) -> None:
        reads = self._readings.reads(tags, time.time_ns() // 1000, time.monotonic_ns())
        self.field.saw(reads)
        self._report(TagReads(self._name, reads))

    def notified(self, notification: Notification) -> None:
        for event in notification.events:
            if isinstance(event, Connected) and event.status is Attempt.SUCCESS:
                self._readings.anchor(notification, time.monotonic_ns())
            else:
                self._happened(event)

    def bad_message(self, reason: str, number: int) -> None:
        """Count it. Told of the first, and whenever there are twice as many: a flood must not become another one."""
        self._bad += number
        if self._bad < 2 * self._bad_told:
            return
        self._bad_told = self._bad
        many = f"{self._bad} bad message{'' if self._bad == 1 else 's'} skipped"
        _logger.warning("%s: %s: %s", self._name, many, reason)
        self._event(ReaderEventCode.BAD_MESSAGE, reason)
        self._trouble("bad", many)

    def _happened(self, event: Event) -> None:
        match event:
            case AntennaChanged(antenna=antenna, connected=False):
                self._event(ReaderEventCode.ANTENNA_LOST, f"antenna {antenna}")
                self._trouble(f"antenna {antenna}", f"antenna {antenna} disconnected", passing=False)
            case AntennaChanged(antenna=antenna):
                self._event(ReaderEventCode.ANTENNA_BACK, f"antenna {antenna}")
                self._over(f"antenna {antenna}")
            case BufferFilling(percent=percent):
                self._event(ReaderEventCode.BUFFER_FILLING, f"{percent} %")
                self._trouble("buffer", f"the reader's buffer is {percent} % full")
            case BufferOverflowed():
                self._event(ReaderEventCode.READS_LOST, "the reader's buffer overflowed")
                self._trouble("overflow", "the reader's buffer overflowed, reads were lost")
            case ExceptionRaised(text=text):
                self._event(ReaderEventCode.READER_EXCEPTION, text)
                self._trouble("exception", f"the reader reports: {text}")
            case Connected(status=Attempt.ANOTHER_TRIED):
                self._event(ReaderEventCode.OTHER_CLIENT, "another client tried to take the reader over")
            case InputChanged(port=port, on=on):
                self._event(ReaderEventCode.INPUT_CHANGED, f"input {port} {'on' if on else 'off'}")
            case _:
                return

    def _event(self, code: ReaderEventCode, detail: str) -> None:
        self._report(ReaderEvent(self._name, code, detail))

    def _report(self, report: DeviceReport) -> None:
        if self._listener is not None:
            self._listener(report)
