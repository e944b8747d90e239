"""Several labels or pages as one thing to print: a PDF, a PNG each, or one run of ZPL."""

from __future__ import annotations

from collections.abc import Sequence

from rl_station.labels.layout import Layout
from rl_station.labels.pixels import to_image, to_png
from rl_station.labels.zpl import to_zpl

PAGE_DPI = 300


def sheet_to_pdf(pages: Sequence[Layout], *, dpi: int = PAGE_DPI, title: str = "") -> bytes:
    """One page per layout at its true size. Print at 100 %: scaling to fit blurs the bars.

    The pages are pictures: they look the same on every machine, in every alphabet, with no font installed.
    """
    # Takes half a second to import, which a station that prints no sheets would wait for at every start.
    from fpdf import FPDF  # noqa: PLC0415

    pdf = FPDF(unit="mm")
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.set_creator("rl_station")
    if title:
        pdf.set_title(title)
    for page in pages:
        pdf.add_page(format=(page.media.width, page.media.height))
        pdf.image(to_image(page, dpi), x=0, y=0, w=page.media.width, h=page.media.height)
    return bytes(pdf.output())


def sheet_to_png(pages: Sequence[Layout], dpi: int = PAGE_DPI) -> tuple[bytes, ...]:
    """One PNG per layout."""
    return tuple(to_png(page, dpi) for page in pages)


def sheet_to_zpl(labels: Sequence[Layout], dpi: int = 203) -> bytes:
    """The labels one after the other, in one job."""
    return b"".join(to_zpl(label, dpi) for label in labels)
