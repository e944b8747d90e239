"""Bytes off the wire to whole LLRP messages: found by their length, checked by their structure before anybody decodes them.

A message that is not sound is given up, and the next sound one is looked for in the bytes that follow its first: a wrong length
never takes the neighbours with it. A message's body is a row of parameters, whose first byte can never be that of a message, so
that a length which is too long shows as soon as the next message's first byte is there. LLRP 1.1 section 17.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from drivers.rfid.llrp.wire import CUSTOM, HEADER, MessageType, WireError, parameter_at

MAX_MESSAGE = 1 << 20
"""Bytes; a report of tags is seldom over 64 KiB."""

_VENDOR = 5

# What a reader sends, and the parameter its body begins with; None where there is no rule, 0 for no body.
_STATUS = 287
_FROM_READER: dict[int, int | None] = {
    **dict.fromkeys((4, 11, 12, 13, 30, 31, 32, 33, 34, 35, 36, 50, 51, 52, 53, 54, 56, 57, 100), _STATUS),
    MessageType.RO_ACCESS_REPORT: None,
    MessageType.KEEPALIVE: 0,
    MessageType.READER_EVENT_NOTIFICATION: None,
}
# What a report and a notification consist of; anything else in one is no parameter of it.
_TAGS, _SURVEY, _EVENTS = 240, 242, 246
_INSIDE: dict[int, frozenset[int]] = {
    MessageType.RO_ACCESS_REPORT: frozenset({_TAGS, _SURVEY, CUSTOM}),
    MessageType.READER_EVENT_NOTIFICATION: frozenset({_EVENTS, CUSTOM}),
}
# Reserved bits 0, version 1 or 2, and a length of at most `MAX_MESSAGE`; matches may overlap.
_HEADER_LIKE = re.compile(rb"(?=[\x04-\x0b].\x00[\x00-\x10])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Broken:
    """Bytes that were no sound message; `reason` says why for the log."""

    reason: str


class _Verdict(Enum):
    WHOLE = auto()
    PARTIAL = auto()


class Framer:
    """One connection's bytes. A new connection needs a new one."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._start = 0
        self._previous = 0
        self._checked = 0
        self._lost = False

    def feed(self, data: bytes | memoryview) -> Iterator[bytes | Broken]:
        """The messages that are whole by now, in order, with what was broken between them. Run it to its end."""
        self._buffer += data
        while (found := self._next()) is not None:
            yield found
        # The last message stays: should what follows be broken, its true beginning may stand in there.
        del self._buffer[: self._previous]
        self._start -= self._previous
        self._checked = max(0, self._checked - self._previous)
        self._previous = 0

    def _next(self) -> bytes | Broken | None:
        if self._lost and not self._found_again():
            return None
        if len(self._buffer) - self._start < HEADER.size:
            return None
        try:
            verdict, end = self._judged(self._start)
        except WireError as error:
            self._lost = True
            return Broken(str(error))
        if verdict is _Verdict.PARTIAL:
            return None
        frame = bytes(self._buffer[self._start : end])
        self._previous, self._start, self._checked = self._start, end, 0
        return frame

    def _found_again(self) -> bool:
        """Go to the next place that may be a message; without one, keep only the bytes in which a header may have begun."""
        for place in _HEADER_LIKE.finditer(self._buffer, self._previous + (self._previous < self._start)):
            if self._promising(place.start()) is not None:
                self._start = self._previous = place.start()
                self._lost = False
                return True
        self._start = self._previous = max(self._start, len(self._buffer) - HEADER.size + 1)
        return False

    def _promising(self, start: int) -> _Verdict | None:
        """Whether a message that readers are known to send may begin there, and whether it is whole."""
        self._checked = 0
        if len(self._buffer) - start < HEADER.size:
            return None
        word, length, _ = HEADER.unpack_from(self._buffer, start)
        begins = _FROM_READER.get(word & CUSTOM, -1)
        if begins == -1 or (begins == 0 and length != HEADER.size):
            return None
        try:
            first = parameter_at(self._buffer, start + HEADER.size, min(start + length, len(self._buffer)))
            if first is not None and begins is not None and first.kind != begins:
                return None
            return self._judged(start)[0]
        except WireError:
            return None
        finally:
            self._checked = 0

    def _judged(self, start: int) -> tuple[_Verdict, int]:
        """Whether the message at `start` is whole, and where it ends. Raises `WireError` for what is none."""
        buffer = self._buffer
        word, length, _ = HEADER.unpack_from(buffer, start)
        if word >> 13 or not word >> 10 & 0x7:
            raise WireError(f"no message begins with {word:#06x}")
        if not HEADER.size <= length <= MAX_MESSAGE:
            raise WireError(f"a message of length {length}")
        end = start + length
        verdict = _Verdict.WHOLE if end <= len(buffer) else _Verdict.PARTIAL
        if word & CUSTOM in _FROM_READER:
            self._walk(start, min(end, len(buffer)), end, _INSIDE.get(word & CUSTOM))
        elif verdict is _Verdict.PARTIAL and self._swallows(start):
            raise WireError(f"a message of type {word & CUSTOM} and length {length} around others")
        return verdict, end

    def _swallows(self, start: int) -> bool:
        """Whether a message of unknown structure holds whole messages: then it is none, and its length is wrong."""
        inside = _HEADER_LIKE.finditer(self._buffer, start + 1)
        return any(self._promising(place.start()) is _Verdict.WHOLE for place in inside)

    def _walk(self, start: int, available: int, end: int, allowed: frozenset[int] | None) -> None:
        """Check the parameters that are there, each once."""
        at = max(start + HEADER.size, self._checked)
        while at < end and (found := parameter_at(self._buffer, at, available)) is not None:
            if found.end > end:
                raise WireError("a parameter is longer than its message")
            if allowed is not None and found.kind not in allowed:
                raise WireError(f"a parameter of type {found.kind} where there can be none")
            if found.end > available:
                break
            at = found.end
        if at < end <= len(self._buffer):
            raise WireError("a parameter is longer than its message")
        self._checked = at
