"""Beep and light of an SSI scanner, one command after the other's answer; the light goes out by itself. Pure: time comes in.

Opcodes BEEP, LED_ON and LED_OFF: Zebra DS9908 Product Reference Guide, table 15, SSI Commands. Each has one byte of data.
Beeps by number, from 0 (one short high) on: MK1000 MicroKiosk Product Reference Guide, table 5-8, Beep Sequences. That 17 is
three long low is told by the sample of Zebra's Scanner SDK for Windows, and which bit is which light (1 green, 2 red) by other
drivers in the field: not verified against a guide.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from drivers.framing import MILLISECOND_NS
from drivers.scanner.ssi_packets import Opcode, Packet


@dataclass(frozen=True, slots=True)
class Signal:
    """What a worker hears and sees: number of a beep, -1 for none, and the lights' bits, 0 for none."""

    beep: int
    led: int

    def __bool__(self) -> bool:
        return self.beep >= 0 or self.led > 0


class Signals:
    """The commands under way. `response_ms`: after so long without an answer the next one is sent all the same.

    None is sent twice: it would come too late. `led_ms` is how long a light stays on.
    """

    def __init__(self, *, response_ms: int, led_ms: int) -> None:
        self._response_ns = response_ms * MILLISECOND_NS
        self._led_ns = led_ms * MILLISECOND_NS
        self.reset()

    def reset(self) -> None:
        """Another connection: nothing is under way, and no light of ours is on."""
        self._waiting: deque[Packet] = deque()
        self._answer_ns: int | None = None
        self._out_ns: int | None = None
        self.lit = 0
        """The light that is on, 0 for none."""

    def give(self, signal: Signal, now_ns: int) -> list[bytes]:
        """Give this one in place of whatever still waits: a beep that comes late tells of the wrong scan."""
        self._waiting.clear()
        if signal.beep >= 0:
            self._waiting.append(_command(Opcode.BEEP, signal.beep))
        if self.lit & ~signal.led:
            self._waiting.append(_command(Opcode.LED_OFF, self.lit & ~signal.led))
        if signal.led:
            self._waiting.append(_command(Opcode.LED_ON, signal.led))
        return [] if self._answer_ns is not None else self._next(now_ns)

    def answered(self, now_ns: int) -> list[bytes]:
        """The scanner took the last command, or would not have it."""
        if self._answer_ns is None:
            return []
        self._answer_ns = None
        return self._next(now_ns)

    @property
    def deadline_ns(self) -> int | None:
        """When `expire` has to be called if nothing comes before."""
        return min((when for when in (self._answer_ns, self._out_ns) if when is not None), default=None)

    def expire(self, now_ns: int) -> list[bytes]:
        """An answer that did not come, a light that was on for long enough."""
        if self._out_ns is not None and now_ns >= self._out_ns:
            self._out_ns = None
            if self.lit:
                self._waiting.append(_command(Opcode.LED_OFF, self.lit))
        if self._answer_ns is not None and now_ns < self._answer_ns:
            return []
        self._answer_ns = None
        return self._next(now_ns)

    def _next(self, now_ns: int) -> list[bytes]:
        if not self._waiting:
            return []
        packet = self._waiting.popleft()
        self._answer_ns = now_ns + self._response_ns
        if packet.opcode == Opcode.LED_ON:
            self.lit, self._out_ns = packet.data[0], now_ns + self._led_ns
        elif packet.opcode == Opcode.LED_OFF:
            self.lit &= ~packet.data[0]
        return [packet.encoded()]


def lights_out(lit: int) -> bytes:
    """The command that ends a light; nothing for none."""
    return _command(Opcode.LED_OFF, lit).encoded() if lit else b""


def _command(opcode: Opcode, value: int) -> Packet:
    return Packet(opcode, bytes((value,)))
