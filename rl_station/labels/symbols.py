"""Bar codes as modules, and where they come to lie on a grid of printer dots. One encoding serves pixels and ZPL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import barcode
import segno

from rl_station.labels.layout import Code128, LabelError, Qr

_SMALLEST_MM = 0.25
_WIDEST_MM = 0.5
_BAR_QUIET = 10
_QR_QUIET = 4
_QR_LARGEST_DOTS = 10
_QR_LEVELS = ("m", "l")
_EIGHT_PER_MM = 203
# Printable ASCII less what a ZPL printer takes for its own.
_BAR_DATA = re.compile(r"[ !-=?-\[\]`-}]{1,80}")


@dataclass(frozen=True, slots=True)
class Placed:
    """A symbol on the dot grid: left and top of its first module, and dots to a module."""

    x: int
    y: int
    module: int


def dots(mm: float, dpi: int) -> int:
    """Millimetres in dots. A `203 dpi` head has exactly 8 dots to the millimetre."""
    return round(mm * 8) if dpi == _EIGHT_PER_MM else round(mm * dpi / 25.4)


@lru_cache(maxsize=512)
def bars(data: str) -> tuple[tuple[bool, int], ...]:
    """The bars (True) and spaces of a Code 128 with their widths in modules. Raises LabelError for what it cannot hold."""
    if not _BAR_DATA.fullmatch(data):
        raise LabelError(f"a bar code of ours holds letters, digits, and a few signs, not {data[:40]!r}")
    modules: str = barcode.Code128(data).build()[0]
    return tuple((module == "1", len(list(run))) for module, run in groupby(modules))


def code128_modules(data: str) -> int:
    """Width in modules, with both quiet zones."""
    return sum(width for _, width in bars(data)) + 2 * _BAR_QUIET


def narrowest(data: str) -> float:
    """The least width in mm that holds this Code 128 at any of our resolutions."""
    return code128_modules(data) * 0.256


def place_code128(item: Code128, dpi: int) -> Placed:
    """The widest modules that fit, centred. Raises LabelError where they would be finer than 0.25 mm."""
    width = dots(item.width, dpi)
    modules = code128_modules(item.data)
    module = min(width // modules, dots(_WIDEST_MM, dpi))
    if module < dots(_SMALLEST_MM, dpi):
        raise LabelError(f"{item.data} needs {narrowest(item.data):.0f} mm, and there are {item.width:.0f}")
    quiet = (width - (modules - 2 * _BAR_QUIET) * module) // 2
    return Placed(dots(item.x, dpi) + quiet, dots(item.y, dpi), module)


@lru_cache(maxsize=512)
def qr_matrix(data: str, level: str) -> tuple[tuple[bool, ...], ...]:
    """Dark modules of a QR code, row by row. Raises LabelError for more than any QR code holds."""
    try:
        code = segno.make_qr(data, error=level, encoding=None if data.isascii() else "utf-8", boost_error=False)
    except ValueError as error:
        raise LabelError(f"no QR code holds these {len(data)} characters") from error
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def place_qr(item: Qr, dpi: int) -> tuple[Placed, str]:
    """Where it lies, and its error correction: M, or L where M would be too fine. Raises LabelError where both are."""
    size = dots(item.size, dpi)
    for level in _QR_LEVELS:
        count = len(qr_matrix(item.data, level))
        module = min(size // (count + 2 * _QR_QUIET), _QR_LARGEST_DOTS)
        if module >= dots(_SMALLEST_MM, dpi):
            margin = (size - count * module) // 2
            return Placed(dots(item.x, dpi) + margin, dots(item.y, dpi) + margin, module), level
    raise LabelError(f"a QR code of {len(item.data)} characters does not fit {item.size:.0f} mm")
