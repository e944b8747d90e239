"""Text at places: what sections are drawn of, and what the cursor moves among."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from rl_station.domain.kpi import Selection, Subject

Key = tuple[str, ...]
"""Names what the cursor stands on, the same from one look at the figures to the next."""

Opens = Selection | Subject | str
"""What Enter leads to: the subjects behind a figure, one subject, or a section on its own (its name)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`x` columns from the left. The cursor can stand on it where it has a `key`."""

    x: int
    text: str
    style: str = ""
    key: Key = ()
    opens: Opens | None = None


Row = tuple[Piece, ...]
Block = list[Row]


@dataclass(frozen=True, slots=True)
class Spot:
    """A piece with a key, and where it is."""

    x: int
    y: int
    width: int
    key: Key
    opens: Opens | None


def moved(block: Iterable[Row], columns: int) -> Block:
    """The same, so many columns further right."""
    return [tuple(replace(piece, x=piece.x + columns) for piece in row) for row in block]


def side_by_side(blocks: Sequence[Block]) -> Block:
    """One block of several that do not overlap."""
    height = max(map(len, blocks), default=0)
    return [tuple(piece for block in blocks if y < len(block) for piece in block[y]) for y in range(height)]


def text_of(row: Row, width: int, chosen: Key, chosen_style: str) -> Text:
    """A row as it is shown, no wider than that; the chosen piece in a style of its own."""
    line = Text(no_wrap=True, end="")
    line.append("", "")
    for piece in sorted(row, key=lambda piece: piece.x):
        room = width - piece.x
        if room <= 0 or line.cell_len > piece.x:
            continue
        line.append(" " * (piece.x - line.cell_len))
        line.append(fitted(piece.text, min(room, cell_len(piece.text))), _style(piece, chosen, chosen_style))
    return line


def fitted(text: str, width: int, *, right: bool = False, cut: str = "") -> str:
    """Exactly so wide, filled with blanks; what is too long ends with `cut`."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, max(0, width - len(cut))) + cut[: max(0, width)]
    blanks = " " * (width - length)
    return blanks + text if right else text + blanks


def spots(block: Iterable[Row]) -> list[Spot]:
    """Where the cursor can stand, row by row."""
    return [
        Spot(piece.x, y, cell_len(piece.text), piece.key, piece.opens)
        for y, row in enumerate(block)
        for piece in sorted(row, key=lambda piece: piece.x)
        if piece.key
    ]


def _style(piece: Piece, chosen: Key, chosen_style: str) -> str:
    return chosen_style if piece.key and piece.key == chosen else piece.style
