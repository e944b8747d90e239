"""Tells the scans of a keyboard wedge from typing, in the byte stream of a terminal, below the keys.

A person never types five characters at 30 ms each; a scanner does, and ends with Enter. What may be part of a scan that was
torn apart is refused, never read short: a truncated code is worse than a second pull of the trigger.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.contract import FrameRefused, Keys, Read
from drivers.framing import HEAD_LENGTH, MAX_LENGTH, MILLISECOND_NS, symbology_of
from drivers.scanner.terminal_sequences import PASTE_END, PASTE_START, Sequence, control_byte, recognise

_STALL_MS = 250
_BROKEN_MS = 1000
_PASTE_MS = 500
_PASTE_SILENCE_MS = 150
_ESC = 0x1B
_ERASERS = b"\x7f\x08"


Piece = Keys | Read | FrameRefused


@dataclass(frozen=True, slots=True)
class Burst:
    """How a scan looks in the stream of keys.

    `max_mean_gap_ms` a character (the longest gap is forgiven: the machine may have been busy), at least `min_length`
    characters, then one of `terminators` (single bytes). A `prefix` typed by the scanner makes it certain; with one, bursts
    without it are refused. `max_length` in bytes.
    """

    max_mean_gap_ms: int = 30
    min_length: int = 5
    terminators: bytes = b"\r\n"
    prefix: bytes = b""
    suffix: bytes = b""
    max_length: int = MAX_LENGTH
    symbology_id: bool = False

    def __post_init__(self) -> None:
        if not self.terminators:
            raise ValueError("a wedge scan needs a terminator to end it")
        if min(self.max_mean_gap_ms, self.min_length, self.max_length) < 1:
            raise ValueError("max_mean_gap_ms, min_length and max_length must be at least 1")


class WedgeAssembler:
    """Takes terminal input apart into keys and scans. Pure: no clock, no I/O; one thread at a time.

    Call `feed` with what was read and the monotonic time; call `flush` at `deadline_ns` (or every 20 ms while `waiting`).
    Both give the pieces that have become certain, in order. No byte is lost: each ends up in a piece, except terminators,
    prefix and suffix of a scan and the marks of a bracketed paste that never ended.
    """

    def __init__(self, device: str, burst: Burst | None = None) -> None:
        self._device = device
        self._burst = burst or Burst()
        self._out: list[Piece] = []
        # The pending burst: as it came (`raw`, to be keys after all) and as the scanner meant it (`data`).
        self._raw = bytearray()
        self._data = bytearray()
        self._escape: tuple[int, int] | None = None
        self._first_ns = self._last_ns = self._longest_ns = 0
        self._broken = ""
        self._dropping = False
        self._ended_ns: int | None = None
        self._gaps = 0
        self._suspect_until_ns = 0
        self._torn_until_ns = 0
        self._paste: list[tuple[int, int]] | None = None
        self._paste_ns = 0

    @property
    def waiting(self) -> bool:
        """Whether bytes are held back until it is clear what they are."""
        return self.deadline_ns is not None

    @property
    def deadline_ns(self) -> int | None:
        """When `flush` will have something to say if no byte comes before."""
        if self._paste is not None:
            return min(self._paste_ns + _ms(_PASTE_MS), self._last_ns + _ms(_PASTE_SILENCE_MS))
        if not self._raw and not self._dropping:
            return None
        held = _STALL_MS if self._is_burst() else 2 * self._burst.max_mean_gap_ms
        return self._last_ns + _ms(held)

    def feed(self, data: bytes, now_ns: int) -> list[Piece]:
        """Take bytes of the terminal that were read at `now_ns`."""
        self._expire(now_ns)
        for byte in data:
            self._take(byte, now_ns)
        return self._given()

    def flush(self, now_ns: int) -> list[Piece]:
        """Decide about what has been silent for long enough."""
        self._expire(now_ns)
        return self._given()

    # --- one byte -----------------------------------------------------------------------------------------------------

    def _take(self, byte: int, now_ns: int) -> None:
        if self._paste is not None:
            self._take_pasted(self._paste, byte, now_ns)
            return
        if not self._raw and not self._dropping:
            if self._is_lone_key(byte, now_ns):
                return
            self._begin(now_ns)
        else:
            self._gaps += 1
            self._longest_ns = max(self._longest_ns, now_ns - self._last_ns)
        self._last_ns = now_ns
        if byte in self._burst.terminators:
            self._end(bytes([byte]), now_ns)
        elif not self._dropping:
            self._append(byte, now_ns)

    def _is_lone_key(self, byte: int, now_ns: int) -> bool:
        """Enter and Backspace with nothing pending are keys at once; the LF of a CRLF belongs to the scan before it."""
        if byte in self._burst.terminators:
            self._lone_enter(bytes([byte]), now_ns)
            return True
        if byte in _ERASERS:
            self._out.append(Keys(bytes([byte])))
            return True
        return False

    def _lone_enter(self, pressed: bytes, now_ns: int) -> None:
        just_ended = self._ended_ns is not None and now_ns - self._ended_ns <= _ms(self._burst.max_mean_gap_ms)
        if now_ns < self._torn_until_ns:
            self._torn_until_ns = 0
            self._ended_ns = now_ns
        elif not just_ended:
            self._out.append(Keys(pressed))

    def _begin(self, now_ns: int) -> None:
        self._first_ns = self._last_ns = now_ns
        self._longest_ns = self._gaps = 0
        self._broken = "rest of a broken scan" if now_ns < max(self._suspect_until_ns, self._torn_until_ns) else ""

    def _append(self, byte: int, now_ns: int) -> None:
        self._raw.append(byte)
        self._data.append(byte)
        if self._escape is not None:
            self._grow_sequence(self._escape, now_ns)
        if self._escape is None and byte == _ESC and self._raw:
            self._escape = (len(self._raw) - 1, len(self._data) - 1)
        if len(self._data) > self._burst.max_length + len(self._burst.prefix) + len(self._burst.suffix):
            self._refuse(f"longer than {self._burst.max_length} bytes")
            self._reset()
            self._dropping = True
        elif len(self._data) >= self._burst.min_length and not self._is_burst():
            self._as_keys()

    # --- escape sequences ---------------------------------------------------------------------------------------------

    def _grow_sequence(self, begun: tuple[int, int], now_ns: int) -> None:
        raw_at, data_at = begun
        sequence = bytes(self._raw[raw_at:])
        kind = recognise(sequence)
        if kind is Sequence.BEGUN:
            return
        self._escape = None
        if kind is Sequence.NONE:
            return
        if kind is Sequence.CONTROL:
            self._data[data_at:] = bytes([control_byte(sequence) or 0])
            return
        del self._raw[raw_at:], self._data[data_at:]
        if kind is Sequence.REPORT:
            self._out.append(Keys(sequence))
        elif kind is Sequence.ENTER and self._raw:
            self._end(sequence, now_ns)
        elif kind is Sequence.ENTER:
            self._lone_enter(sequence, now_ns)
        else:
            self._take_key(kind, sequence, now_ns)

    def _take_key(self, kind: Sequence, sequence: bytes, now_ns: int) -> None:
        inside = len(self._data) >= self._burst.min_length
        if inside:
            # Nobody presses an arrow in the middle of a scan: either the code holds these bytes or keys got into it.
            self._broken = "key inside the scan"
        elif self._raw:
            self._as_keys()
        # A code that begins like a key may not be read without its beginning.
        self._suspect(now_ns + _ms(2 * self._burst.max_mean_gap_ms))
        if kind is not Sequence.PASTE:
            self._out.append(Keys(sequence))
        elif not inside:
            self._paste = []
            self._paste_ns = now_ns

    # --- bracketed paste ----------------------------------------------------------------------------------------------

    def _take_pasted(self, pasted: list[tuple[int, int]], byte: int, now_ns: int) -> None:
        self._last_ns = now_ns
        pasted.append((byte, now_ns))
        if byte == PASTE_END[-1] and bytes(each for each, _ in pasted[-len(PASTE_END) :]) == PASTE_END:
            self._out.append(Keys(PASTE_START + bytes(each for each, _ in pasted)))
            self._paste = None
        elif len(pasted) > 2 * self._burst.max_length:
            self._give_up_paste(pasted)

    def _give_up_paste(self, pasted: list[tuple[int, int]]) -> None:
        """The paste has no end: what came after its mark is scans and typing like any other."""
        self._paste = None
        for byte, at_ns in pasted:
            self._expire(at_ns)
            self._take(byte, at_ns)

    # --- the end of a burst -------------------------------------------------------------------------------------------

    def _is_burst(self) -> bool:
        if self._dropping or (self._burst.prefix and self._data.startswith(self._burst.prefix)):
            return True
        if len(self._data) < self._burst.min_length:
            return False
        typical_ns = self._last_ns - self._first_ns - self._longest_ns
        return typical_ns <= _ms(self._burst.max_mean_gap_ms) * max(1, self._gaps - 1)

    def _end(self, terminator: bytes, now_ns: int) -> None:
        if self._dropping:
            self._ended_ns = now_ns
        elif self._is_burst():
            self._ended_ns = now_ns
            self._frame(now_ns)
        elif self._first_ns < self._torn_until_ns:
            # The last few characters of a torn scan with its Enter: as keys they would answer and confirm.
            self._refuse(self._broken)
        else:
            self._out.append(Keys(bytes(self._raw) + terminator))
        if self._broken:
            # The torn code ended with its terminator; what comes now is whole again.
            self._suspect_until_ns = self._torn_until_ns = 0
        self._reset()

    def _frame(self, now_ns: int) -> None:
        burst, data = self._burst, bytes(self._data)
        if self._broken:
            self._refuse(self._broken)
        elif not data.startswith(burst.prefix):
            self._refuse("prefix missing")
        elif not data[len(burst.prefix) :].endswith(burst.suffix):
            self._refuse("suffix missing")
        elif inner := data[len(burst.prefix) : len(data) - len(burst.suffix)]:
            symbology = symbology_of(inner) if burst.symbology_id else None
            self._out.append(Read(self._device, inner, now_ns, symbology))

    def _expire(self, now_ns: int) -> None:
        deadline = self.deadline_ns
        if deadline is None or now_ns < deadline:
            return
        if self._paste is not None:
            self._give_up_paste(self._paste)
            self._expire(now_ns)
        elif self._dropping:
            self._torn_until_ns = self._last_ns + _ms(_BROKEN_MS)
            self._reset()
        elif self._is_burst() and self._data.isascii() and len(set(self._data)) > 1:
            # As keys these characters would answer questions. A held key repeats one character and is let through.
            self._refuse("no terminator")
            self._torn_until_ns = self._last_ns + _ms(_BROKEN_MS)
            self._reset()
        else:
            self._as_keys()

    def _as_keys(self) -> None:
        self._out.append(Keys(bytes(self._raw)))
        if self._raw[0] != _ESC:
            self._suspect(self._last_ns + _ms(6 * self._burst.max_mean_gap_ms))
        self._reset()

    def _suspect(self, until_ns: int) -> None:
        self._suspect_until_ns = max(self._suspect_until_ns, until_ns)

    def _refuse(self, reason: str) -> None:
        self._out.append(FrameRefused(self._device, reason, len(self._data), bytes(self._data[:HEAD_LENGTH])))

    def _reset(self) -> None:
        self._raw.clear()
        self._data.clear()
        self._escape = None
        self._dropping = False
        self._broken = ""

    def _given(self) -> list[Piece]:
        pieces: list[Piece] = []
        for piece in self._out:
            last = pieces[-1] if pieces else None
            if isinstance(piece, Keys) and isinstance(last, Keys):
                pieces[-1] = Keys(last.data + piece.data)
            else:
                pieces.append(piece)
        self._out.clear()
        return pieces


def _ms(milliseconds: int) -> int:
    return milliseconds * MILLISECOND_NS
