"""The tags at the sort desk against what should be in a container."""

from __future__ import annotations

from collections import Counter

from rl_station.domain import epc as epcs
from rl_station.domain.events import ContainerCompared
from rl_station.workflow.knowledge import ContainerRecord, Knowledge, UnitRecord


def compared(record: ContainerRecord, knowledge: Knowledge) -> ContainerCompared | None:
    """What the readers say of a container; None where nobody looks, or nothing in it and nothing near it has a tag.

    Only a unit whose tag is known can be missing. A tag of no known unit is taken for one in the container whose tag nobody
    knows, if the product is the same.
    """
    if not knowledge.field.watched:
        return None
    units = [found for plate in record.units if (found := knowledge.records.unit(plate))]
    here = {tag.epc for tag in knowledge.field.tags}
    tagged = {unit.epc: unit.unit for unit in units if unit.epc}
    extra = _extra(sorted(here - tagged.keys()), units, knowledge)
    if not tagged and not extra:
        return None
    return ContainerCompared(
        container=record.container,
        seen=sum(epc in here for epc in tagged),
        missing=tuple(unit for epc, unit in tagged.items() if epc not in here),
        extra=extra,
    )


def _extra(tags: list[str], units: list[UnitRecord], knowledge: Knowledge) -> tuple[str, ...]:
    spare = Counter(unit.gtin for unit in units if unit.gtin and not unit.epc)
    found: list[str] = []
    for tag in tags:
        known = knowledge.records.units_by_epc(tag)
        identity = epcs.decode(tag)
        gtin = identity.gtin if identity else ""
        if known:
            found.append(known[-1].unit)
        elif gtin and spare[gtin]:
            spare[gtin] -= 1
        elif gtin:
            found.append(tag)
    return tuple(found)
