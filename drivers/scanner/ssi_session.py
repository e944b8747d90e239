"""The host's side of an SSI conversation: what to answer, what was read, what was sent twice. Pure: time comes in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from drivers.contract import DeviceState, FrameRefused, Read, StateChange
from drivers.framing import HEAD_LENGTH, MILLISECOND_NS, Framer, Framing
from drivers.scanner.ssi_packets import RESEND, Broken, Noise, Opcode, Packet, PacketReader
from drivers.scanner.ssi_signals import Signal, Signals
from drivers.scanner.ssi_symbologies import AIM_OF_TYPE

ATTEMPTS = 3
"""How often a packet is sent before the sender gives up, the first time included."""

_WAKE = b"\x00"
_SILENCE_MS = 200
_ACK = Packet(Opcode.ACK).encoded()
_NAK = Packet(Opcode.NAK, RESEND).encoded()


@dataclass(frozen=True, slots=True)
class Revision:
    """What the scanner says of itself: software revision, board type, engine code."""

    text: str


Outcome = bytes | Read | FrameRefused | StateChange | Revision
"""Bytes are to be sent to the scanner, in their place among the reports."""


class Session:
    """One scanner's conversation, on one thread. `response_ms` is how long the scanner waits for our answer.

    A code is taken when its packet is right, and acknowledged; a packet sent again because our acknowledgement did not arrive
    is acknowledged once more and not taken twice. A packet that came broken is asked for again, and refused only if it does
    not come.
    """

    def __init__(
        self, device: str, framing: Framing, *, response_ms: int = 2000, enable: bool = True, led_ms: int = 400
    ) -> None:
        # A packet has its own end: what comes of it is a whole frame at once.
        self._framing = replace(framing, idle_gap_ms=1)
        self._device = device
        self._response_ns = response_ms * MILLISECOND_NS
        self._enable = enable
        self._reader = PacketReader()
        self._signals = Signals(response_ms=response_ms, led_ms=led_ms)
        self._last_byte_ns = 0
        self._last: Packet | None = None
        self._last_ns = 0
        self._new_expected = False
        self._owed: FrameRefused | None = None
        self._owed_ns = 0
        self._parts = bytearray()
        self._parts_ns = 0
        self._overlong = False
        self._asked: Packet | None = None
        self._asked_times = 0
        self._asked_ns = 0
        self._silent = False

    def connected(self, now_ns: int) -> list[Outcome]:
        """The link is open: what came before is past, and the scanner is switched on."""
        self._reader.reset()
        self._signals.reset()
        self._drop_parts()
        self._owed = None
        self._silent = False
        self._asked, self._asked_times = (Packet(Opcode.SCAN_ENABLE) if self._enable else None), 0
        return self._ask(now_ns)

    def feed(self, data: bytes, now_ns: int) -> list[Outcome]:
        """Bytes of the scanner in."""
        outcomes = self.expire(now_ns)
        self._last_byte_ns = now_ns
        for found in self._reader.feed(data):
            outcomes += self._broken(found, now_ns) if isinstance(found, Broken) else self._packet(found, now_ns)
        return outcomes

    @property
    def deadline_ns(self) -> int | None:
        """When `expire` has to be called if nothing comes before."""
        deadlines = [
            when
            for waits, when in (
                (self._reader.pending, self._last_byte_ns + _SILENCE_MS * MILLISECOND_NS),
                (self._owed is not None, self._owed_ns),
                (self._inside_code, self._parts_ns),
                (self._asked is not None, self._asked_ns),
            )
            if waits
        ]
        if (signal := self._signals.deadline_ns) is not None:
            deadlines.append(signal)
        return min(deadlines, default=None)

    def signal(self, signal: Signal, now_ns: int) -> list[Outcome]:
        """Beep and light up at the scanner."""
        return [*self._signals.give(signal, now_ns)]

    @property
    def lit(self) -> int:
        """The light that is on by our command, 0 for none."""
        return self._signals.lit

    def expire(self, now_ns: int) -> list[Outcome]:
        """Whatever has been waited for in vain."""
        outcomes: list[Outcome] = []
        if self._reader.pending and now_ns >= self._last_byte_ns + _SILENCE_MS * MILLISECOND_NS:
            for found in self._reader.silence():
                outcomes += self._broken(found, now_ns) if isinstance(found, Broken) else [self._noise(found)]
        if self._inside_code and now_ns >= self._parts_ns:
            outcomes += self._give_up_parts("the rest of the code did not come")
        if self._owed is not None and now_ns >= self._owed_ns:
            outcomes.append(self._owed)
            self._owed = None
        if self._asked is not None and now_ns >= self._asked_ns:
            outcomes += self._ask(now_ns)
        if (signal := self._signals.deadline_ns) is not None and now_ns >= signal:
            outcomes += self._signals.expire(now_ns)
        return outcomes

    # --- what comes ---------------------------------------------------------------------------------------------------

    def _packet(self, packet: Packet, now_ns: int) -> list[Outcome]:
        outcomes: list[Outcome] = []
        self._asked = None
        if self._silent:
            self._silent = False
            outcomes.append(StateChange(self._device, DeviceState.READY))
        match packet.opcode:
            case Opcode.ACK | Opcode.NAK:
                # Answers are not answered. A beep that was not understood is not sent again: it would come too late.
                return [*outcomes, *self._signals.answered(now_ns)]
            case Opcode.DECODE_DATA:
                return [*outcomes, _ACK, *self._decoded(packet, now_ns)]
            case Opcode.REPLY_REVISION:
                return [*outcomes, Revision(packet.data.decode("ascii", "replace").strip())]
            case _:
                return [*outcomes, _ACK]

    def _decoded(self, packet: Packet, now_ns: int) -> list[Outcome]:
        if self._is_duplicate(packet, now_ns):
            return []
        outcomes: list[Outcome] = []
        if self._new_expected and self._inside_code and not packet.repeated:
            # The broken packet was not sent again: the scanner gave the code up, and this is another.
            outcomes += self._give_up_parts("the rest of the code did not come")
        self._last, self._last_ns = packet, now_ns
        self._new_expected, self._owed = False, None
        self._parts_ns = now_ns + max(ATTEMPTS * self._response_ns, self._framing.stale_ms * MILLISECOND_NS)
        if self._overlong:
            self._overlong = packet.continued
            return outcomes
        self._parts += packet.data[1:]
        if packet.continued and len(self._parts) <= self._longest():
            return outcomes
        self._overlong = packet.continued
        outcomes += self._whole(packet.data[0], now_ns)
        return outcomes

    def _is_duplicate(self, packet: Packet, now_ns: int) -> bool:
        """A deliberate repeat is sent for the first time; only a retransmission of what was taken is dropped."""
        last = self._last
        return (
            last is not None
            and packet.repeated
            and not self._new_expected
            and (packet.data, packet.continued) == (last.data, last.continued)
            and now_ns - self._last_ns < (ATTEMPTS + 1) * self._response_ns
        )

    def _whole(self, kind: int, now_ns: int) -> list[Outcome]:
        framer = Framer(self._device, self._framing)
        reports = framer.feed(bytes(self._parts), now_ns)
        reports += framer.flush(now_ns + MILLISECOND_NS)
        self._parts.clear()
        aim = AIM_OF_TYPE.get(kind)
        return [
            replace(report, symbology=report.symbology or aim) if isinstance(report, Read) else report
            for report in reports
        ]

    def _broken(self, broken: Broken, now_ns: int) -> list[Outcome]:
        """Asked for again. Without it a first transmission was lost, so what comes next is new even if it looks alike."""
        self._new_expected = self._new_expected or not broken.repeated
        self._owed = FrameRefused(self._device, "damaged on the way", broken.length, broken.head)
        self._owed_ns = now_ns + self._response_ns + _SILENCE_MS * MILLISECOND_NS
        return [_NAK]

    def _noise(self, noise: Noise) -> FrameRefused:
        return FrameRefused(self._device, "no SSI packet", noise.length, noise.head)

    # --- codes of several packets -------------------------------------------------------------------------------------

    def _longest(self) -> int:
        framing = self._framing
        return framing.max_length + len(framing.prefix) + len(framing.suffix) + 2

    @property
    def _inside_code(self) -> bool:
        """Whether more of the code is to come, also of one that was refused already."""
        return bool(self._parts) or self._overlong

    def _give_up_parts(self, reason: str) -> list[Outcome]:
        if self._overlong:
            self._drop_parts()
            return []
        refused = FrameRefused(self._device, reason, len(self._parts), bytes(self._parts[:HEAD_LENGTH]))
        self._drop_parts()
        return [refused]

    def _drop_parts(self) -> None:
        self._parts.clear()
        self._overlong = False

    # --- what we ask --------------------------------------------------------------------------------------------------

    def _ask(self, now_ns: int) -> list[Outcome]:
        """Send the pending command; after as many attempts as the scanner itself makes, it does not answer."""
        if self._asked is None:
            return []
        if self._asked_times == ATTEMPTS:
            self._asked, self._silent = None, True
            return [StateChange(self._device, DeviceState.DEGRADED, "does not answer SSI commands")]
        again = self._asked_times > 0
        self._asked_times += 1
        self._asked_ns = now_ns + self._response_ns
        return [_WAKE + self._asked.again().encoded() if again else self._asked.encoded()]
