"""Layouts as black and white pixels, dot for dot what a printer of that resolution would burn."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from rl_station.labels.fonts import font_for, stroke
from rl_station.labels.layout import BASELINE, LINE_PITCH, Align, Box, Code128, Item, Layout, Qr, Text
from rl_station.labels.symbols import bars, dots, place_code128, place_qr, qr_matrix
from rl_station.labels.wording import fit

_WHITE, _BLACK = 255, 0
_SHARE = {Align.LEFT: 0.0, Align.CENTER: 0.5, Align.RIGHT: 1.0}


def to_png(layout: Layout, dpi: int = 203) -> bytes:
    """One label or page as a 1-bit PNG that knows its resolution. Raises LabelError where a code does not fit."""
    stream = BytesIO()
    to_image(layout, dpi).save(stream, "PNG", dpi=(dpi, dpi), optimize=True)
    return stream.getvalue()


def to_image(layout: Layout, dpi: int = 203) -> Image.Image:
    image = Image.new("L", (dots(layout.media.width, dpi), dots(layout.media.height, dpi)), _WHITE)
    for item in layout.items:
        _draw(image, item, dpi)
    return image.convert("1", dither=Image.Dither.NONE)


def _draw(image: Image.Image, item: Item, dpi: int) -> None:
    match item:
        case Text():
            _text(image, item, dpi)
        case Code128():
            _code128(image, item, dpi)
        case Qr():
            _qr(image, item, dpi)
        case Box():
            _box(image, item, dpi)


def _text(image: Image.Image, item: Text, dpi: int) -> None:
    """Drawn through a mask of its own box, so that no glyph can reach a bar code beside it."""
    width = dots(item.width, dpi)
    size = dots(item.size, dpi)
    fitted = fit(item, width, size)
    strength = stroke(fitted.size, item.bold)
    for number, line in enumerate(fitted.lines):
        mask = Image.new("L", (width, max(1, dots(item.size * LINE_PITCH, dpi))), 0)
        font = font_for(line, fitted.size)
        left = (width - font.getlength(line) - 2 * strength) * _SHARE[item.align] + strength
        pen = ImageDraw.Draw(mask)
        pen.text((left, size * BASELINE), line, 255, font, anchor="ls", stroke_width=strength)
        top = dots(item.y + number * item.size * LINE_PITCH, dpi)
        image.paste(_WHITE if item.inverse else _BLACK, (dots(item.x, dpi), top), mask)


def _code128(image: Image.Image, item: Code128, dpi: int) -> None:
    place = place_code128(item, dpi)
    pen = ImageDraw.Draw(image)
    x = place.x
    bottom = place.y + dots(item.height, dpi) - 1
    for dark, modules in bars(item.data):
        if dark:
            pen.rectangle((x, place.y, x + modules * place.module - 1, bottom), _BLACK)
        x += modules * place.module


def _qr(image: Image.Image, item: Qr, dpi: int) -> None:
    place, level = place_qr(item, dpi)
    pen = ImageDraw.Draw(image)
    for row, modules in enumerate(qr_matrix(item.data, level)):
        for column, dark in enumerate(modules):
            if dark:
                x, y = place.x + column * place.module, place.y + row * place.module
                pen.rectangle((x, y, x + place.module - 1, y + place.module - 1), _BLACK)


def _box(image: Image.Image, item: Box, dpi: int) -> None:
    x, y = dots(item.x, dpi), dots(item.y, dpi)
    corners = (x, y, x + dots(item.width, dpi) - 1, y + dots(item.height, dpi) - 1)
    pen = ImageDraw.Draw(image)
    if item.thickness:
        pen.rectangle(corners, outline=_BLACK, width=max(1, dots(item.thickness, dpi)))
    else:
        pen.rectangle(corners, fill=_BLACK)
