"""Which plate numbers an event uses up, so that none is given twice."""

from __future__ import annotations

from typing import NamedTuple

from rl_station.domain import events, site_codes

PREFIX_LENGTH = 3


class PlateUse(NamedTuple):
    """Number `used` of a station's prefix and kind of plate (`P` parcel, `U` unit)."""

    prefix: str
    kind: str
    used: int


def plate_uses(event: events.Event) -> tuple[PlateUse, ...]:
    """The counters an event moves. Preprinted plates were numbered elsewhere and move none."""
    match event:
        case events.ParcelReceived(preprinted=False):
            return _use(event.parcel)
        case events.UnitIdentified():
            return _use(event.unit)
        case _:
            return ()


def _use(plate: str) -> tuple[PlateUse, ...]:
    code = site_codes.parse(plate)
    number = code.body[PREFIX_LENGTH:] if code else ""
    if code is None or code.kind not in (site_codes.PARCEL_PLATE, site_codes.UNIT_PLATE) or not number.isdigit():
        return ()
    return (PlateUse(code.body[:PREFIX_LENGTH], code.kind, int(number)),)
