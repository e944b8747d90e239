"""Licence plates: for parcels, printed or in advance, and for units with the decision made about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rl_station.labels.layout import LABEL, Item, Layout, Media, Qr, Text
from rl_station.labels.parts import MARGIN, Area, Fact, banner, captioned_bars, in_columns, stacked

_UNIT_FACTS = 3
_SQUARE = 32.0


def parcel_plate(
    code: str, *, heading: str, reference: str = "", facts: Sequence[Fact] = (), media: Media = LABEL
) -> Layout:
    """The plate of a parcel: its code across the label, `facts` (lane, client, received) below.

    `reference` is what the parcel was announced as, such as its RMA number. Without either it is a plate printed in advance.
    """
    foot = 10.0 if facts else 0.0
    items: list[Item] = [*banner(media.width, 8, heading, reference)]
    items += captioned_bars(Area(0, 10.5, media.width, media.height - 12.5 - foot), code, size=5.2)
    items += in_columns(Area(MARGIN, media.height - foot, media.width - 2 * MARGIN, foot), facts)
    return Layout(media, tuple(items))


@dataclass(frozen=True, slots=True)
class UnitFace:
    """What a unit label shows: plate and QR payload, and in words the decision, the bin, the product and up to three facts."""

    code: str
    payload: str
    disposition: str
    destination: str
    product: str = ""
    facts: tuple[Fact, ...] = ()


def unit_label(face: UnitFace, media: Media = LABEL) -> Layout:
    """The plate of a unit with its decision: in words, and in the QR code that the sort desk reads offline."""
    left = media.width - MARGIN - _SQUARE
    items: list[Item] = [*banner(media.width, 11, face.disposition, face.destination)]
    items.append(Text(MARGIN, 12.6, left - MARGIN, 3.6, face.product))
    items += stacked(Area(MARGIN, 17.4, left - MARGIN, 13.0), face.facts[:_UNIT_FACTS], size=3.6)
    items += captioned_bars(Area(0, 31.4, left + 1, media.height - 32.6), face.code, size=3.8)
    items.append(Qr(media.width - _SQUARE - 1, 14, _SQUARE, face.payload))
    return Layout(media, tuple(items))
