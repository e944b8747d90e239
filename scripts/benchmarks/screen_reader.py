"""Reads a terminal's output as a person reads the screen, sentences in large letters included."""

from __future__ import annotations

from functools import cache
from itertools import product

import pyte

from rl_station.tui.big_text import largest

_UNKNOWN_TO_EMULATOR = b"\x1b[?2026$p"
_LEAST_TALL = 4
_SCALES = (1, 2, 3, 4)
_HEAD_ROWS, _FOOT_ROWS = 1, 3
"""Rows with the clock, the devices and the keys: they change without any scan."""


class ScreenReader:
    """A terminal emulator of one size."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, data: bytes) -> None:
        # A private question with an intermediate byte: real terminals know it, the emulator does not.
        self._stream.feed(data.replace(_UNKNOWN_TO_EMULATOR, b""))

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    def working_area(self) -> tuple[str, ...]:
        """The rows that answer a scan: instruction, body and result."""
        return tuple(self._screen.display[_HEAD_ROWS:-_FOOT_ROWS])

    def shows(self, sentence: str) -> bool:
        """Whether it stands there, plain or large."""
        rows = self._screen.display
        plain = " ".join(" ".join(rows).split())
        if " ".join(sentence.split()) in plain:
            return True
        seen = tuple(row.strip() for row in rows)
        return any(_stands(drawing, seen) for drawing in _drawings(sentence, self._screen.columns, len(rows)))


def _stands(drawing: tuple[str, ...], rows: tuple[str, ...]) -> bool:
    return any(rows[at : at + len(drawing)] == drawing for at in range(len(rows) - len(drawing) + 1))


@cache
def _drawings(sentence: str, columns: int, rows: int) -> frozenset[tuple[str, ...]]:
    """Every way the screen may draw a sentence large: in each height, at each largest scale, with each usual margin."""
    found: set[tuple[str, ...]] = set()
    for margin, tall, most in product((4, 8), range(_LEAST_TALL, rows), _SCALES):
        drawn = largest(sentence, columns - margin, tall, most=most)
        if drawn:
            found.add(tuple(row.strip() for row in drawn))
    return frozenset(found)
