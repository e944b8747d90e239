"""Text as large as the room allows, made of half blocks, readable from three metres. Pure.

Only full, upper and lower half blocks: they are in every console font of 512 glyphs (code page 437).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rl_station.tui.letters import ACCENTS, LOW, TALL, Shape

_WORD_GAP = 3
_INK = "#"


@dataclass(frozen=True, slots=True)
class Face:
    """A way to draw: which letters, and how many dots wide and high each dot becomes."""

    letters: Mapping[str, Shape]
    scale: int

    @property
    def dots(self) -> int:
        """Height of a line in dots: the letters and one row above them for accents."""
        return (len(next(iter(self.letters.values()))) + 1) * self.scale


FACES = (Face(TALL, 5), Face(TALL, 4), Face(TALL, 3), Face(TALL, 2), Face(LOW, 2), Face(TALL, 1), Face(LOW, 1))
"""From large to small."""


def largest(text: str, width: int, height: int, *, ascii_only: bool = False, most: int = 5) -> tuple[str, ...] | None:
    """The rows of the largest drawing of the text that fits into so many columns and rows, words wrapped.

    None where it does not fit at all or has characters nobody drew: show it as plain text then. `most` limits the scale.
    """
    words = [_letters(word) for word in text.upper().split()]
    if not words or any(not _drawable(word) for word in words):
        return None
    for face in FACES:
        if face.scale > most:
            continue
        lines = _wrapped(words, face, width)
        if lines is None:
            continue
        rows = tuple(row for line in lines for row in _drawn(line, face, ascii_only))
        if len(rows) <= height:
            return rows
    return None


def _letters(word: str) -> list[str]:
    """The characters of a word, each with its accent, if any, as a second code point."""
    letters: list[str] = []
    for char in unicodedata.normalize("NFD", word):
        if char in ACCENTS and letters:
            letters[-1] += char
        else:
            letters.append(char)
    return letters


def _drawable(word: list[str]) -> bool:
    return all(letter[0] in TALL and len(letter) <= 2 for letter in word)  # noqa: PLR2004


def _wrapped(words: list[list[str]], face: Face, width: int) -> list[list[list[str]]] | None:
    lines: list[list[list[str]]] = [[]]
    for word in words:
        if _width([word], face) > width:
            return None
        if _width([*lines[-1], word], face) > width:
            lines.append([])
        lines[-1].append(word)
    return lines


def _width(line: list[list[str]], face: Face) -> int:
    letters = sum(len(face.letters[letter[0]][0]) + 1 for word in line for letter in word)
    return (letters - len(line) + _WORD_GAP * (len(line) - 1)) * face.scale


def _drawn(line: list[list[str]], face: Face, ascii_only: bool) -> Iterator[str]:
    dots = _dots(line, face)
    if ascii_only:
        yield from (row.replace(".", " ").rstrip() for row in dots)
        return
    if len(dots) % 2:
        dots.append("." * len(dots[0]))
    for upper, lower in zip(dots[::2], dots[1::2], strict=True):
        yield "".join(_HALVES[a == _INK, b == _INK] for a, b in zip(upper, lower, strict=True)).rstrip()


_HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}


def _dots(line: list[list[str]], face: Face) -> list[str]:
    rows: list[str] = []
    for row in range(len(face.letters["A"]) + 1):
        words = [".".join(_row(letter, face, row) for letter in word) for word in line]
        dots = ("." * _WORD_GAP).join(words)
        wide = "".join(dot * face.scale for dot in dots)
        rows.extend([wide] * face.scale)
    return rows


def _row(letter: str, face: Face, row: int) -> str:
    """One row of dots of a letter; row 0 is the accent's."""
    shape = face.letters[letter[0]]
    if row:
        return shape[row - 1]
    accent = ACCENTS[letter[1]] if len(letter) > 1 else ""
    return accent.center(len(shape[0]), ".")[: len(shape[0])]
