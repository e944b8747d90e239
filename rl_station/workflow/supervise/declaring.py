"""Correction by declaration: earlier inputs of this station that did not occur or were wrong, whoever made them.

What is corrected is a whole input or several, as with UNDO. Nothing may be left hanging in the air: no event of a parcel that
never came, no unit without a decision, no container that left with something else in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from rl_station.domain.events import (
    BreakBegun,
    BreakEnded,
    ContainerClosed,
    ContainerShipped,
    CorrectionDeclared,
    Event,
    PinRefused,
    Recorded,
    ScanRefused,
    ShiftNoteWritten,
    SignedIn,
    SignedOut,
    SupervisionBegun,
    SupervisionEnded,
    TaskChosen,
    UnitSorted,
    subjects,
)
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.actions import Declare
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.shift_log import words
from rl_station.workflow.supervise.units import unexplained

REASONS = ("did_not_occur", "incorrect_data")
"""EPCIS 2.0 errorDeclaration."""
MOST = 100
"""Events in one declaration."""

_STANDS = (
    *(SignedIn, SignedOut, TaskChosen, ScanRefused, CorrectionDeclared, ContainerShipped),
    *(PinRefused, SupervisionBegun, SupervisionEnded, BreakBegun, BreakEnded, ShiftNoteWritten),
)
"""What is as it was said, or cannot be brought back."""
_BEGINS = {
    "ParcelReceived": "parcel",
    "ParcelOpened": "parcel",
    "UnitIdentified": "unit",
    "ContainerOpened": "container",
}
_DECIDES = frozenset({"DispositionDecided", "DispositionApproved", "DispositionOverridden"})
_BESIDE = frozenset(
    {"CorrectionDeclared", "LabelRequested", "LabelPrintFailed", "CodeTraced", "TroubleSettled", "ScanRefused"}
)
"""Says nothing of whether the work went on."""
_LOOKED_BACK = 1000


def declare(action: Declare, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The correction of these inputs, or why they stand."""
    if action.reason not in REASONS:
        return refuse("supervise.why_first")
    refused = unexplained("", action.note, needed=False)
    if refused is not None or not words(action.note):
        return refused or refuse("supervise.note_first")
    found = knowledge.records.inputs(action.seqs[: MOST + 1])
    if not action.seqs or len(action.seqs) > MOST or not set(action.seqs) <= {line.seq for line in found}:
        return refuse("supervise.no_such_events")
    standing = next((line for line in found if isinstance(line.event, _STANDS)), None)
    if standing is not None:
        return refuse("supervise.stands", event=f"@event.{type(standing.event).__name__}")
    return _hanging(found, knowledge) or (_correction(action, found),)


def _correction(action: Declare, found: tuple[Recorded, ...]) -> CorrectionDeclared:
    parcels, units, containers = zip(*(subjects(line.event) for line in found), strict=True)
    return CorrectionDeclared(
        corrects=tuple(line.seq for line in found),
        types=tuple(dict.fromkeys(type(line.event).__name__ for line in found)),
        reason=action.reason,
        parcels=_each(parcels),
        units=_each(units),
        containers=_each(containers),
        note=words(action.note),
    )


def _hanging(found: tuple[Recorded, ...], knowledge: Knowledge) -> Refusal | None:
    """What would be left without what it stands on."""
    gone = {line.seq for line in found}
    for line in found:
        for kind, names in zip(("parcel", "unit", "container"), subjects(line.event), strict=True):
            for name in names:
                refused = _stuck(kind, name, line, gone, knowledge)
                if refused is not None:
                    return refused
    return None


def _stuck(kind: str, name: str, line: Recorded, gone: set[int], knowledge: Knowledge) -> Refusal | None:
    """Why the word about this subject of the event cannot be taken back."""
    if _left(kind, name, knowledge):
        return refuse("supervise.left_already", subject=name)
    type_ = type(line.event).__name__
    if kind == "container" and _shut_since(line.event, name, knowledge):
        return refuse("supervise.built_upon", subject=name)
    if _BEGINS.get(type_) != kind and not (kind == "unit" and type_ in _DECIDES):
        return None
    history = knowledge.records.history(**{kind: name}, limit=_LOOKED_BACK)
    left = [each for each in history if not each.corrected and each.seq not in gone and each.type not in _BESIDE]
    if _BEGINS.get(type_) == kind:
        later = any(each.seq > line.seq for each in left)
        return refuse("supervise.built_upon", subject=name) if later else None
    begun = [each for each in left if each.type == "UnitIdentified"]
    undecided = begun and not any(each.type in _DECIDES for each in left)
    return refuse("supervise.undecides", unit=name) if undecided else None


def _left(kind: str, name: str, knowledge: Knowledge) -> bool:
    """It is not on the site any more."""
    match kind:
        case "unit":
            unit = knowledge.records.unit(name)
            return unit is not None and unit.status == "shipped"
        case "container":
            container = knowledge.records.container(name)
            return container is not None and container.status == "shipped"
        case _:
            return False


def _shut_since(event: Event, container: str, knowledge: Knowledge) -> bool:
    """Sorted into it, and it is closed since; or closed, and it stands on a pallet since."""
    record = knowledge.records.container(container)
    if record is None:
        return False
    match event:
        case UnitSorted():
            return record.status != "open"
        case ContainerClosed():
            return record.status != "closed"
        case _:
            return False


def _each(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))
