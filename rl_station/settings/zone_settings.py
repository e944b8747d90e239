"""The places of devices.toml that tag readers watch, and what counts there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from rl_station.settings.models import Table

Dbm = Annotated[float, Field(ge=-120, le=0)]


class LookModel(Table):
    """One antenna that looks at a place."""

    reader: str = Field(description="Name of a reader of this file.")
    antenna: Annotated[int, Field(ge=0, le=64)] = Field(0, description="Its antenna; 0: all of them.")
    rssi_floor_dbm: Dbm | None = Field(None, description="Reads weaker than this do not count; none: as for the zone.")


class ZoneModel(Table):
    """A place on the floor, its table named after it. A tag is in one zone at a time."""

    antennas: Annotated[tuple[LookModel, ...], Field(min_length=1)] = Field(
        strict=False, description="Which antennas look at it."
    )
    rssi_floor_dbm: Dbm | None = Field(
        None, description="Reads weaker than this are strays of other places and do not count; none: all count."
    )
    min_reads: Annotated[int, Field(ge=1, le=100)] = Field(
        2, description="A tag is there after so many reads; one alone is a glimpse."
    )
    gone_after_s: Annotated[float, Field(ge=0.5, le=600)] = Field(
        3.0, description="A tag that was not read for so many seconds is gone."
    )


def shared_antennas(zones: Mapping[str, ZoneModel]) -> Iterator[tuple[str, int, str]]:
    """Zone, place in its list and the zone before it, of every antenna that a zone before it has."""
    holders: dict[tuple[str, int], str] = {}
    for name, zone in zones.items():
        for index, look in enumerate(zone.antennas):
            before = holders.setdefault((look.reader, look.antenna), name)
            if (look.reader, look.antenna) in {(each.reader, each.antenna) for each in zone.antennas[:index]}:
                yield name, index, name
            elif before != name:
                yield name, index, before
