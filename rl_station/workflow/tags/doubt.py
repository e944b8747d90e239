"""Whether the tags seen with a parcel agree with the unit in hand, and which of them is its own."""

from __future__ import annotations

from rl_station.domain.reference import AnnouncedLine
from rl_station.workflow.facts import returns_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import Inspecting, UnitInHand
from rl_station.workflow.tags.pieces import key_of, unclaimed


def contradiction(unit: UnitInHand, job: Inspecting, knowledge: Knowledge) -> tuple[tuple[str, ...], str] | None:
    """The tags it was shipped with and the one that is here instead; None where nothing speaks against the unit.

    Only where every piece of the line was shipped with a known tag. The unit's own tag decides, if it was read; else one of the
    shipped tags speaks for the unit, and a tag that nothing else accounts for speaks against it.
    """
    line = _line(unit, knowledge)
    if unit.match != "expected" or unit.mismatch_resolved or line is None or len(line.epcs) < line.quantity:
        return None
    if any((each.unit, each.epc) == (unit.unit, unit.epc) for each in job.radio.written):
        # The tag is ours; what another one said against the unit before is still to be answered.
        return (line.epcs, unit.mismatch) if unit.mismatch else None
    if unit.epc:
        return None if unit.epc in line.epcs else (line.epcs, unit.epc)
    others = [other for other in job.seen if other.unit != unit.unit]
    taken = {other.epc for other in others if other.epc}
    shipped = tuple(epc for epc in line.epcs if epc not in taken)
    if any(tag.epc in shipped for tag in job.radio.seen):
        return None
    strange = [
        tag for tag in unclaimed(others, job.radio.seen) if tag.match != "expected" and tag.epc not in job.radio.excused
    ]
    same = [tag for tag in strange if (tag.client, tag.sku) == (unit.client, unit.sku)]
    return (shipped, (same or strange)[0].epc) if strange else None


def own_tag(unit: UnitInHand, job: Inspecting, knowledge: Knowledge) -> str:
    """The one tag that can only be the unit's: it is a single piece, and there is a single tag for it. Else empty."""
    line = _line(unit, knowledge)
    single = line is None or line.quantity == 1
    key = key_of(unit)
    others = [other for other in job.seen if other.unit != unit.unit and key_of(other) == key]
    tags = [tag.epc for tag in job.radio.seen if key_of(tag) == key]
    return tags[0] if single and not others and len(tags) == 1 else ""


def _line(unit: UnitInHand, knowledge: Knowledge) -> AnnouncedLine | None:
    returns = returns_of((unit.rma,), knowledge)
    return next((line for found in returns for line in found.lines if line.line == unit.line), None)
