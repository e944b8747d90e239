"""Operator badges, the size of a bank card."""

from __future__ import annotations

from rl_station.labels.layout import CARD, Align, Layout, Media, Text
from rl_station.labels.parts import MARGIN, Area, banner, captioned_bars


def operator_badge(code: str, *, name: str, site: str, role: str = "", media: Media = CARD) -> Layout:
    """The badge an operator signs in with. Whoever holds the code is the operator: print it for nobody else."""
    inner = media.width - 2 * MARGIN
    return Layout(
        media,
        (
            *banner(media.width, 9, site),
            Text(MARGIN, 12, inner, 8, name, Align.CENTER, bold=True),
            Text(MARGIN, 21.5, inner, 4.4, role, Align.CENTER),
            *captioned_bars(Area(0, 28.5, media.width, media.height - 31), code),
        ),
    )
