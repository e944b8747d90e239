"""What is known of a parcel's tags after an event."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from rl_station.domain import events as e
from rl_station.workflow.state import Inspecting, Radio, SeenTag, Writing

BY_RADIO = (
    *(e.DepartedTagSeen, e.TagMismatchFound, e.TagsAround, e.TagSeen, e.UnitTagFound),
    *(e.TagWritten, e.TagWriteFailed),
)
"""What the readers saw and did, which is no step of the worker's: there is nothing to undo about it."""


def evolve_radio(radio: Radio, event: e.Event) -> Radio:  # noqa: PLR0911 - a table: one return for each row
    """After one event about the parcel in hand."""
    match event:
        case e.TagsAround(tags=tags):
            return replace(radio, around=tags)
        case e.TagSeen():
            fields = {name: getattr(event, name) for name in SeenTag.__struct_fields__}
            return replace(radio, seen=(*radio.seen, msgspec.convert(fields, SeenTag)))
        case e.TagMismatchResolved(verdict="other_item", found=found):
            return replace(radio, excused=(*radio.excused, found))
        case e.TagWriteRequested(unit=unit, old=old, epc=epc):
            return replace(radio, writing=Writing(unit, old, epc), unwritten="")
        case e.TagWriteFailed(unit=unit, reason=reason):
            return replace(radio, writing=None, unwritten=reason, unwritten_for=unit)
        case e.TagWritten(unit=unit, old=old, epc=epc):
            seen = tuple(tag for tag in radio.seen if old == epc or tag.epc != old)
            written = (*radio.written, Writing(unit, old, epc))
            return replace(radio, seen=seen, writing=None, written=written, unwritten="")
        case _:
            return radio


def overwritten(radio: Radio) -> frozenset[str]:
    """EPCs that were written over: a reader may report them for a moment yet, and they are nobody's."""
    return frozenset(each.old for each in radio.written) - {each.epc for each in radio.written}


def with_written(job: Inspecting) -> Inspecting:
    """The units with the tags that were written for them."""
    tags = {each.unit: each.epc for each in job.radio.written}
    unit = job.unit and replace(job.unit, epc=tags.get(job.unit.unit, job.unit.epc))
    seen = tuple(replace(each, epc=tags.get(each.unit, each.epc)) for each in job.seen)
    return replace(job, unit=unit, seen=seen)
