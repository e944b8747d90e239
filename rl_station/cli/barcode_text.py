"""A code drawn with the characters of a terminal, to be scanned from the screen: as bars for a laser, as QR for an imager."""

from __future__ import annotations

from rl_station.labels.symbols import bars, qr_matrix

# Dark on light whatever the terminal's colours are: black on bright white, and back.
_PAPER, _PLAIN = "\x1b[30;107m", "\x1b[0m"
_QUIET_BARS, _QUIET_QR, _BAR_ROWS = 10, 4, 5
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_SIDES = {(False, False): " ", (True, False): "▌", (False, True): "▐", (True, True): "█"}


def drawn(code: str) -> str:
    """Code 128 (two modules to a character) over a QR code (two rows to a line)."""
    lines = [*code128_lines(code), "", *qr_lines(code)]
    return "\n".join(f"{_PAPER}{line}{_PLAIN}" if line else line for line in lines)


def code128_lines(code: str) -> list[str]:
    """ISO/IEC 15417, with its quiet zones."""
    modules = [False] * _QUIET_BARS
    for dark, width in bars(code):
        modules += [dark] * width
    modules += [False] * (_QUIET_BARS + len(modules) % 2)
    row = "".join(_SIDES[pair] for pair in zip(modules[::2], modules[1::2], strict=True))
    return [row] * _BAR_ROWS


def qr_lines(code: str) -> list[str]:
    """ISO/IEC 18004, with its quiet zone. A character is twice as high as wide, and so are two modules."""
    matrix = qr_matrix(code, "m")
    side = len(matrix) + 2 * _QUIET_QR
    blank = (False,) * side
    margin = (False,) * _QUIET_QR
    rows = [blank] * _QUIET_QR + [(*margin, *row, *margin) for row in matrix] + [blank] * (_QUIET_QR + side % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(_HALVES[pair] for pair in zip(above, below, strict=True)) for above, below in pairs]
