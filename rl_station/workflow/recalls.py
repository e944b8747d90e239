"""What the recall list says of a unit: at the bench before its grade, and of units that were decided before a notice came."""

from __future__ import annotations

from rl_station.domain import events as e
from rl_station.domain.messages import Message, message
from rl_station.domain.recalls import Article, Hit, Recall, age_days, dated, find
from rl_station.domain.reference import Reference
from rl_station.workflow.facts import fact
from rl_station.workflow.inspect.evolve import unit_after
from rl_station.workflow.knowledge import Knowledge, Records, UnitRecord
from rl_station.workflow.prompt import Fact, Tone
from rl_station.workflow.state import UnitInHand


def article_of(unit: UnitInHand, reference: Reference) -> Article:
    """The unit as notices are compared with it. One that was scanned is what its code says, not what it was announced as."""
    product = reference.product(unit.client, unit.sku) if unit.sku else None
    return Article(
        gtins=(unit.gtin,) if unit.gtin else product.gtins if product else (),
        brand=product.brand if product else "",
        names=(product.name, product.sku) if product else (),
        lot=unit.lot,
        made=unit.made,
        expires=unit.expires,
    )


def hits_of(unit: UnitInHand, reference: Reference) -> tuple[Hit, ...]:
    """Every notice that may mean the unit and was not said to spare it."""
    found = find(reference.recalls(), article_of(unit, reference))
    return tuple(hit for hit in found if hit.recall.reference not in unit.spared)


def checked(unit: UnitInHand, parcel: str, knowledge: Knowledge) -> tuple[e.Event, ...]:
    """The verdict of the list in force; nothing where it was asked before, or the unit is recalled already."""
    table = knowledge.reference.recalls()
    if unit.recall or unit.recalls_version == table.version:
        return ()
    hits = hits_of(unit, knowledge.reference)
    certain = [hit for hit in hits if not hit.ask]
    return (
        e.UnitRecallChecked(
            unit=unit.unit,
            parcel=parcel,
            recall=certain[0].recall.reference if certain else "",
            snapshot=table.snapshot,
            references=tuple(hit.recall.reference for hit in certain),
            how=certain[0].how if certain else "",
            age=age_days(table.snapshot, knowledge.now),
            version=table.version,
            asks=() if certain else tuple((hit.recall.reference, hit.how, hit.ask) for hit in hits),
        ),
    )


def late_hit(record: UnitRecord, records: Records, reference: Reference) -> Hit | None:
    """A notice that may mean a decided unit which is not recalled; the most certain one.

    What was read and answered about a unit at another station is not known here. Of such a unit only a notice counts that no lot,
    date or word could have narrowed; of any other it would be said again that it may mean it, whatever was found there.
    """
    if record.recall or not record.parcel or not record.disposition:
        return None
    known = UnitInHand(record.unit, "", client=record.client, sku=record.sku, gtin=record.gtin)
    hits = hits_of(known, reference)
    if not hits:
        return None
    unit = unit_after(records.unit_events(record.unit))
    if unit is None:
        return next((hit for hit in hits if not hit.ask and not dated(hit.recall)), None)
    return next(iter(hits_of(unit, reference)), None)


def reversed_recall(record: UnitRecord, reference: Reference) -> str:
    """Why the recall of a unit does not hold any more; empty where it does, or there is none."""
    found = reference.recalls().reversals.get(record.recall)
    return found.reason if found else ""


def notices(reference_number: str, knowledge: Knowledge) -> tuple[Recall, ...]:
    return knowledge.reference.recalls().of(reference_number)


def lots_of(reference_number: str, knowledge: Knowledge) -> tuple[str, ...]:
    """Every lot that stands in the notice, whichever article of it."""
    return tuple(dict.fromkeys(lot for notice in notices(reference_number, knowledge) for lot in notice.lots))


def notice_facts(reference_number: str, knowledge: Knowledge) -> tuple[Fact, ...]:
    """What the notice says, for whoever has to compare it with the unit."""
    found = notices(reference_number, knowledge)
    if not found:
        return ()
    first = found[0]
    models = ", ".join(dict.fromkeys(model for notice in found for model in notice.models))
    lots = ", ".join(lots_of(reference_number, knowledge))
    said = (
        ("notice", first.title),
        ("danger", first.hazard),
        ("models", models),
        ("lots", lots),
        ("remedy", first.remedy),
    )
    return (
        fact("recall", reference_number, Tone.WARN),
        *(fact(name, text, Tone.WARN) for name, text in said if text),
    )


def snapshot_fact(knowledge: Knowledge) -> Fact:
    """How old the list is; a warning where that is more than the site allows."""
    table = knowledge.reference.recalls()
    age = age_days(table.snapshot, knowledge.now)
    told: str | Message = table.snapshot or "-"
    if age is not None:
        told = message("recall.as_of", snapshot=table.snapshot, days=age)
    return fact("recalls_as_of", told, Tone.WARN if age is None or age > table.warn_after_days else Tone.PLAIN)
