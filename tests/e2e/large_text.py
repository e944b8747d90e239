"""Reads the large letters of the station's screen back, as a person across the room would."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rl_station.tui.big_text import FACES, Face


def shows_large(lines: Sequence[str], text: str) -> bool:
    """Whether all words of a text stand on these lines, drawn large, all in one size."""
    words = unicodedata.normalize("NFC", text.upper()).split()
    return bool(words) and any(all(_stands(lines, drawn) for drawn in _words(words, face)) for face in FACES)


def _words(words: Sequence[str], face: Face) -> list[list[str]]:
    if any(letter not in face.letters for word in words for letter in word):
        return [["unreadable in this size"]]
    return [_drawn(word, face) for word in words]


def _drawn(word: str, face: Face) -> list[str]:
    """The rows of half blocks of one word, without the row of accents above it where that stays empty."""
    height = len(face.letters["A"])
    wide = [".".join(face.letters[letter][row] for letter in word) for row in range(height)]
    dots = [
        scaled
        for row in ["." * len(wide[0]), *wide]
        for scaled in ["".join(dot * face.scale for dot in row)] * face.scale
    ]
    dots += ["." * len(dots[0])] * (len(dots) % 2)
    halves = {("#", "#"): "█", ("#", "."): "▀", (".", "#"): "▄", (".", "."): " "}
    return [
        "".join(halves[pair] for pair in zip(*rows, strict=True)) for rows in zip(dots[::2], dots[1::2], strict=True)
    ]


def _stands(lines: Sequence[str], drawn: Sequence[str]) -> bool:
    for top in range(len(lines) - len(drawn) + 1):
        at = lines[top].find(drawn[0])
        while at >= 0:
            if all(lines[top + row][at : at + len(part)] == part for row, part in enumerate(drawn)):
                return True
            at = lines[top].find(drawn[0], at + 1)
    return False
