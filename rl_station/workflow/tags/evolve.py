"""What is known of a parcel's tags after an event."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from rl_station.domain import events as e
from rl_station.workflow.state import Radio, SeenTag

BY_RADIO = (e.DepartedTagSeen, e.TagMismatchFound, e.TagsAround, e.TagSeen, e.UnitTagFound)
"""What the readers saw, which is no step of the worker's: there is nothing to undo about it."""


def evolve_radio(radio: Radio, event: e.Event) -> Radio:
    """After one event about the parcel in hand."""
    match event:
        case e.TagsAround(tags=tags):
            return replace(radio, around=tags)
        case e.TagSeen():
            fields = {name: getattr(event, name) for name in SeenTag.__struct_fields__}
            return replace(radio, seen=(*radio.seen, msgspec.convert(fields, SeenTag)))
        case e.TagMismatchResolved(verdict="other_item", found=found):
            return replace(radio, excused=(*radio.excused, found))
        case _:
            return radio
