"""Layouts as ZPL II for Zebra and compatible printers.

Whatever stands in a field cannot end it: `^`, `~`, `_` and the backslash leave as hexadecimal (^FH), and text is UTF-8 (^CI28).
Source: Zebra ZPL II Programming Guide.
"""

from __future__ import annotations

from collections.abc import Iterator

from rl_station.labels.layout import BASELINE, LINE_PITCH, Align, Box, Code128, Item, Layout, Qr, Text
from rl_station.labels.symbols import dots, place_code128, place_qr
from rl_station.labels.wording import fit

_QR_DROP = 10
"""Zebra printers put a ^BQ this many dots below its ^FO."""

_ALIGNED = {Align.LEFT: "L", Align.CENTER: "C", Align.RIGHT: "R"}


def to_zpl(layout: Layout, dpi: int = 203, copies: int = 1) -> bytes:
    """One label. Raises LabelError where a code does not fit."""
    head = f"^XA^CI28^PW{dots(layout.media.width, dpi)}^LL{dots(layout.media.height, dpi)}^LH0,0"
    fields = "\n".join(field for item in layout.items for field in _fields(item, dpi))
    return f"{head}\n{fields}\n^PQ{copies}^XZ\n".encode()


def _fields(item: Item, dpi: int) -> Iterator[str]:
    match item:
        case Text():
            yield from _text(item, dpi)
        case Code128():
            yield _code128(item, dpi)
        case Qr():
            yield _qr(item, dpi)
        case Box():
            yield _box(item, dpi)


def _text(item: Text, dpi: int) -> Iterator[str]:
    width = dots(item.width, dpi)
    fitted = fit(item, width, dots(item.size, dpi))
    x = dots(item.x, dpi)
    drop = round((dots(item.size, dpi) - fitted.size) * BASELINE)
    for number, line in enumerate(fitted.lines):
        y = dots(item.y + number * item.size * LINE_PITCH, dpi) + drop
        reverse = "^FR" if item.inverse else ""
        # A field block of one line: the printer measures its own font to centre or align right.
        block = "" if item.align is Align.LEFT else f"^FB{width},1,0,{_ALIGNED[item.align]}"
        data = escaped(line, block=bool(block))
        yield f"^FO{x},{y}^A0N,{fitted.size},{fitted.size}{block}{reverse}^FH_^FD{data}^FS"


def escaped(text: str, *, block: bool = False) -> str:
    """Field data that prints as `text`. In a field block (^FB) a backslash is a command, and two of them are one."""
    data = "".join(f"_{ord(char):02X}" if char in "^~_\\" else char for char in text)
    return data.replace("_5C", "_5C_5C") if block else data


def _code128(item: Code128, dpi: int) -> str:
    """Automatic subsets (mode A) shift to C at four digits, as our placement does: the code is never wider than its place."""
    place = place_code128(item, dpi)
    height = dots(item.height, dpi)
    return f"^FO{place.x},{place.y}^BY{place.module}^BCN,{height},N,N,N,A^FD{item.data}^FS"


def _qr(item: Qr, dpi: int) -> str:
    place, level = place_qr(item, dpi)
    data = "".join(f"_{ord(char):02X}" if ord(char) < ord(" ") else escaped(char) for char in item.data)
    return f"^FO{place.x},{max(0, place.y - _QR_DROP)}^BQN,2,{place.module}^FH_^FD{level.upper()}A,{data}^FS"


def _box(item: Box, dpi: int) -> str:
    width, height = dots(item.width, dpi), dots(item.height, dpi)
    thickness = max(1, dots(item.thickness, dpi)) if item.thickness else min(width, height)
    return f"^FO{dots(item.x, dpi)},{dots(item.y, dpi)}^GB{width},{height},{thickness}^FS"
