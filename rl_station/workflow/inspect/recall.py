"""The questions a recall asks before a grade: is it the model that is meant, and is it the lot."""

from __future__ import annotations

from rl_station.domain.events import UnitRecallAnswered
from rl_station.domain.messages import Message, Refusal, message
from rl_station.domain.recalls import LOT, MODEL, means_lot
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.choices import choice, keyed
from rl_station.workflow.inspect.identify import item_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Choice, Tone
from rl_station.workflow.recalls import lots_of, notices
from rl_station.workflow.scans import LONGEST_KEY, SITE_KINDS, kind_of, unwanted
from rl_station.workflow.state import UnitInHand

STEPS = ("recall_model", "recall_lot")


def recall_step(unit: UnitInHand) -> str:
    """recall_model or recall_lot; empty where nothing is left to ask."""
    return f"recall_{unit.recall_asks[0][2]}" if unit.recall_asks and not unit.recall else ""


def recall_choices(unit: UnitInHand) -> tuple[Choice, ...]:
    """Safe first: a lot that nobody can read counts as recalled."""
    if recall_step(unit) == "recall_model":
        return keyed(
            [
                choice("recall_yes", command="RECALLED", tone=Tone.BAD),
                choice("recall_no", command="NOTRECALLED", tone=Tone.GOOD),
            ]
        )
    return keyed(
        [
            choice("lot_yes", command="LOTRECALLED", tone=Tone.BAD),
            choice("lot_no", command="OTHERLOT", tone=Tone.GOOD),
            choice("lot_unreadable", command="NOLOT", tone=Tone.BAD),
        ]
    )


def recall_answered(unit: UnitInHand, parcel: str, chosen: str, knowledge: Knowledge) -> UnitRecallAnswered:
    """The worker's word on the notice in question. The right model may still be of another lot."""
    reference, _, asked = unit.recall_asks[0]
    answer = chosen.partition("_")[2]
    verdict = "spared" if answer == "no" else "affected"
    if asked == MODEL and answer == "yes" and not unit.lot and lots_of(reference, knowledge):
        verdict = LOT
    return UnitRecallAnswered(
        unit=unit.unit, parcel=parcel, recall=reference, asked=asked, answer=answer, verdict=verdict
    )


def lot_scanned(
    unit: UnitInHand, parcel: str, scan: Scan, knowledge: Knowledge
) -> tuple[UnitRecallAnswered, ...] | Refusal:
    """The lot from a code with AI 10, or as it stands: compared with every notice that asks for it."""
    item = item_of(scan)
    text = scan.first(ScanKind.TEXT)
    if item is None or kind_of(scan) in SITE_KINDS or (item.gtin and item.gtin != unit.gtin and unit.gtin):
        return unwanted(scan, "lot")
    lot = item.lot or (text.value if text and not item.gtin else "")
    if not lot or len(lot) > LONGEST_KEY:
        return unwanted(scan, "lot")
    return tuple(
        UnitRecallAnswered(
            unit=unit.unit,
            parcel=parcel,
            recall=reference,
            asked=LOT,
            answer="read",
            verdict=_verdict(unit, reference, lot, knowledge),
            lot=lot,
        )
        for reference, _, asked in unit.recall_asks
        if asked == LOT
    )


def _verdict(unit: UnitInHand, reference: str, lot: str, knowledge: Knowledge) -> str:
    """Affected where any article of the notice means the lot; a list out of free text spares nothing by itself."""
    told = notices(reference, knowledge)
    if not told or any(means_lot(notice, lot) for notice in told):
        return "affected"
    return MODEL if any(notice.free_text for notice in told) else "spared"


def recall_instruction(unit: UnitInHand, knowledge: Knowledge) -> tuple[Message, Message]:
    """The question, and what the notice says."""
    reference, _, asked = unit.recall_asks[0]
    told = notices(reference, knowledge)
    title = (told[0].title or told[0].hazard) if told else ""
    lots = ", ".join(lots_of(reference, knowledge)) or "-"
    detail = message(f"inspect.recall_{asked}.detail", notice=title or reference, lots=lots)
    return message(f"inspect.recall_{asked}"), detail
