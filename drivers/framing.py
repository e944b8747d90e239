"""Bytes to frames for scanners on a wire: terminators or an idle gap. Pure: time comes in with the bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.contract import FrameRefused, Read

MAX_LENGTH = 8192
HEAD_LENGTH = 64
MILLISECOND_NS = 1_000_000

TERMINATORS = {"CR": b"\r", "LF": b"\n", "CRLF": b"\r\n", "TAB": b"\t", "ETX": b"\x03", "EOT": b"\x04", "NUL": b"\x00"}

# AIM symbology identifier: `]`, a letter for the symbology, a modifier (ISO/IEC 15424).
_SYMBOLOGY = re.compile(rb"\][A-Za-z][0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Framing:
    """How a scanner marks the end of a code.

    `idle_gap_ms` above 0 ends a frame by silence instead of by a terminator (one trailing terminator is then cut off), so
    that a CR inside a 2-D payload does not split it. `stale_ms`: an unfinished frame silent for so long is refused, never
    glued to the next scan. `symbology_id`: name the AIM identifier in `Read.symbology`; it stays in the data in any case.
    """

    terminators: tuple[bytes, ...] = (b"\r", b"\n")
    idle_gap_ms: int = 0
    prefix: bytes = b""
    suffix: bytes = b""
    max_length: int = MAX_LENGTH
    stale_ms: int = 2000
    symbology_id: bool = False

    def __post_init__(self) -> None:
        if not self.terminators and not self.idle_gap_ms:
            raise ValueError("a frame needs a terminator or an idle gap to end it")
        if not all(self.terminators):
            raise ValueError("a terminator may not be empty")
        if self.max_length < 1 or self.stale_ms < 1 or self.idle_gap_ms < 0:
            raise ValueError("max_length and stale_ms must be at least 1, idle_gap_ms at least 0")


def terminators_named(names: tuple[str, ...]) -> tuple[bytes, ...]:
    """The bytes of terminators by name; ValueError names what is valid."""
    unknown = [name for name in names if name not in TERMINATORS]
    if unknown:
        raise ValueError(f"unknown terminator {unknown[0]!r}; valid: {', '.join(TERMINATORS)}")
    return tuple(TERMINATORS[name] for name in names)


class Framer:
    """Collects bytes until a frame is whole. Empty frames are dropped, so CR, LF and CRLF all end one frame."""

    def __init__(self, device: str, framing: Framing) -> None:
        self._device = device
        self._framing = framing
        ends = set(framing.terminators)
        if {b"\r", b"\r\n"} <= ends:
            # CR already ended the frame when the LF comes; the empty frame before that LF is dropped.
            ends.add(b"\n")
        longest_first = sorted(ends, key=len, reverse=True)
        # Without terminators the pattern matches nothing.
        self._end = re.compile(b"|".join(re.escape(end) for end in longest_first) or b"(?!)")
        self._end_length = max((len(end) for end in ends), default=0)
        self._limit = framing.max_length + len(framing.prefix) + len(framing.suffix)
        self._buffer = bytearray()
        self._searched = 0
        self._skipping = False
        self._last_ns = 0

    def feed(self, data: bytes, now_ns: int) -> list[Read | FrameRefused]:
        """Take bytes that arrived at `now_ns` (monotonic) and give the frames they complete."""
        reports = self.flush(now_ns)
        self._buffer += data
        self._last_ns = now_ns
        reports += self._by_silence() if self._framing.idle_gap_ms else self._by_terminator()
        return reports

    @property
    def deadline_ns(self) -> int | None:
        """When `flush` has to be called if no byte comes before; None while nothing is pending."""
        if not self._buffer and not self._skipping:
            return None
        return self._last_ns + (self._framing.idle_gap_ms or self._framing.stale_ms) * MILLISECOND_NS

    def flush(self, now_ns: int) -> list[Read | FrameRefused]:
        """End what is pending if its time is up: a whole frame in idle-gap mode, a refused one otherwise."""
        deadline = self.deadline_ns
        if deadline is None or now_ns < deadline:
            return []
        pending, skipped = bytes(self._buffer), self._skipping
        self.reset()
        if skipped:
            return []
        if self._framing.idle_gap_ms:
            return self._finish(self._without_end(pending))
        return [self._refused("no terminator", pending)]

    def spoil(self, reason: str, now_ns: int) -> list[Read | FrameRefused]:
        """Refuse what is pending, and skip what is still to come of it: a part of it was lost on the way here."""
        reports = self.flush(now_ns)
        if not self._skipping:
            reports.append(self._refused(reason, bytes(self._buffer)))
        self.reset()
        self._skipping = True
        self._last_ns = now_ns
        return reports

    def cut(self) -> list[FrameRefused]:
        """The line is gone: refuse what came of a frame that will not be ended, and forget it."""
        half, skipped = bytes(self._buffer), self._skipping
        self.reset()
        return [self._refused("no terminator", half)] if half and not skipped else []

    def reset(self) -> None:
        """Forget what is pending, as after an unplug: a half frame must not join the next one."""
        self._buffer.clear()
        self._searched = 0
        self._skipping = False

    def _by_silence(self) -> list[Read | FrameRefused]:
        if self._skipping:
            self._buffer.clear()
        elif len(self._buffer) > self._limit + self._end_length:
            return [self._oversized()]
        return []

    def _by_terminator(self) -> list[Read | FrameRefused]:
        reports: list[Read | FrameRefused] = []
        while found := self._end.search(self._buffer, self._searched):
            payload = bytes(self._buffer[: found.start()])
            del self._buffer[: found.end()]
            self._searched = 0
            if self._skipping:
                self._skipping = False
            else:
                reports += self._finish(payload)
        # The tail may be the first half of a terminator: search it again, and do not count it against the limit yet.
        kept = self._end_length - 1
        if not self._skipping and len(self._buffer) > self._limit + kept:
            reports.append(self._oversized())
        if self._skipping:
            del self._buffer[: max(0, len(self._buffer) - kept)]
        self._searched = max(0, len(self._buffer) - kept)
        return reports

    def _oversized(self) -> FrameRefused:
        refused = self._too_long(bytes(self._buffer))
        self._skipping = True
        if self._framing.idle_gap_ms:
            self._buffer.clear()
        return refused

    def _finish(self, payload: bytes) -> list[Read | FrameRefused]:
        framing = self._framing
        if not payload:
            return []
        if len(payload) > self._limit:
            return [self._too_long(payload)]
        if not payload.startswith(framing.prefix):
            return [self._refused("prefix missing", payload)]
        inner = payload[len(framing.prefix) :]
        if not inner.endswith(framing.suffix):
            return [self._refused("suffix missing", payload)]
        data = inner[: len(inner) - len(framing.suffix)]
        if not data:
            return []
        symbology = symbology_of(data) if framing.symbology_id else None
        return [Read(self._device, data, self._last_ns, symbology)]

    def _without_end(self, payload: bytes) -> bytes:
        ends = [end for end in self._framing.terminators if payload.endswith(end)]
        if payload.endswith(b"\r\n") and {b"\r", b"\n"} <= set(self._framing.terminators):
            ends.append(b"\r\n")
        return payload[: len(payload) - max(map(len, ends), default=0)]

    def _too_long(self, payload: bytes) -> FrameRefused:
        """Refused at the first byte too many: the rest is not looked at, so length and head do not depend on it."""
        length = self._limit + 1
        head = payload[: min(HEAD_LENGTH, length)]
        return FrameRefused(self._device, f"longer than {self._framing.max_length} bytes", length, head)

    def _refused(self, reason: str, payload: bytes) -> FrameRefused:
        return FrameRefused(self._device, reason, len(payload), payload[:HEAD_LENGTH])


def symbology_of(data: bytes) -> str | None:
    """The AIM symbology identifier a frame begins with (ISO/IEC 15424), such as `]C1`."""
    found = _SYMBOLOGY.match(data)
    return found.group().decode("ascii") if found else None
