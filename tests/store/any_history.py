"""Histories as they are and as they could never be: steps of goods on their way, anything at all, and taking it back."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st
from store_world import parcel_life, parcel_plate, unit_plate

from rl_station.domain import events as ev
from rl_station.domain.kpi import TROUBLES

PARCELS = st.sampled_from([parcel_plate(n) for n in (1, 2)])
UNITS = st.sampled_from([unit_plate(n) for n in (1, 2, 3)])
TOTES = st.sampled_from(["TOTE0001", "TOTE0002"])
PALLETS = st.sampled_from(["PAL1", "PAL2"])
PLACES = TOTES | PALLETS
WORDS = st.sampled_from(["", "a", "b"])
CURRENCIES = st.sampled_from(["", "EUR", "SEK"])
LISTS = st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True).map(tuple)
WAYS = st.sampled_from(["resell", "recycle", "hold"])
BRINGS = st.none() | st.integers(-500, 900)
ROLES = st.sampled_from(["", "", "supervisor"])
GRADES = {"functional": st.sampled_from(["F1", "F2"]), "cosmetic": st.sampled_from(["C1", "C2"]), "packaging": WORDS}
QUESTIONS = st.sampled_from(["functional", "phones.screen"])


def some(made: type[ev.AnyEvent], **fields: Any) -> st.SearchStrategy[ev.AnyEvent]:
    """Fields that are not named and have no default: any unit, parcel, container or word."""
    usual: dict[str, Any] = {"unit": UNITS, "parcel": PARCELS, "container": PLACES}
    required = {name: usual.get(name, WORDS) for name in _needed(made)}
    return st.builds(made, **{**required, **fields})


def _needed(made: type[ev.AnyEvent]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(made) if field.required)


DECISION = {"disposition": WAYS, "expected": BRINGS, "steps": st.just(()) | LISTS}
ARRIVING = st.one_of(
    some(ev.ParcelReceived, rmas=LISTS, keys=st.just(())),
    some(ev.ParcelLaneAssigned),
    some(ev.ParcelHazardChecked, hazards=LISTS),
    some(ev.ParcelHeld),
    some(ev.ParcelReleased, before=st.sampled_from(["hazard", "a"])),
    some(ev.ParcelReassigned),
    some(ev.ParcelPlateConfirmed, how=st.sampled_from(["scanned", "unlabelled"])),
    some(ev.ParcelOpened, rmas=LISTS),
    some(ev.UnitMissing, line=st.just(1), quantity=st.just(1)),
    some(
        ev.ParcelClosed,
        units=st.just(()),
        discrepancies=st.lists(st.sampled_from(["missing", "unexpected", "swap"]), max_size=2).map(tuple),
    ),
)
GRADING = st.one_of(
    some(ev.UnitIdentified, client=WORDS, category=WORDS, value=st.integers(0, 900), currency=CURRENCIES),
    some(ev.UnitGraded, **GRADES),
    some(ev.UnitSwapSuspected, expected=st.just(())),
    some(ev.TagMismatchFound, expected=st.just(())),
    some(ev.TagMismatchResolved, verdict=st.sampled_from(["swap", "other_item"])),
    some(ev.DepartedTagSeen),
    some(ev.UnitHazardFound, hazards=LISTS),
    some(ev.UnitRecallChecked, recall=WORDS),
    some(ev.UnitRecallAnswered, verdict=st.sampled_from(["affected", "spared", "a"])),
    some(ev.LateRecallFound),
    some(ev.UnitRecalled),
    some(ev.UnitRecallLifted, graded=st.booleans()),
)
DECIDING = st.one_of(
    some(
        ev.DispositionDecided,
        **DECISION,
        approval=ROLES,
        inputs=WORDS.map(lambda reason: (("reason", reason),) if reason else ()),
    ),
    some(ev.UnitPlateConfirmed, how=st.sampled_from(["scanned", "unlabelled"])),
    some(ev.UnitPutAside),
    some(ev.UnitTakenUp, work=st.sampled_from(["rework", "approval"])),
    some(ev.ReworkFinished),
    some(ev.RegradeBegun),
)
SUPERVISING = st.one_of(
    some(ev.DispositionApproved, **DECISION, container_before=st.just("") | PLACES),
    some(ev.DispositionOverridden, **DECISION),
    some(ev.UnitHeld),
    some(ev.UnitReleased, disposition=WAYS),
    some(ev.ContainerReopened),
    st.builds(ev.TroubleSettled, kind=st.sampled_from(TROUBLES), note=WORDS, unit=UNITS),
    st.builds(ev.TroubleSettled, kind=st.sampled_from(TROUBLES), note=WORDS, parcel=PARCELS),
    st.builds(ev.TroubleSettled, kind=st.sampled_from(TROUBLES), note=WORDS, container=PLACES),
)
AGAIN = some(
    ev.SecondLookTaken,
    inspector=st.sampled_from(["ada", "bob"]),
    pairs=st.lists(st.tuples(QUESTIONS, WORDS, WORDS), max_size=2, unique_by=lambda pair: pair[0]).map(tuple),
)
LEAVING = st.one_of(
    some(ev.UnitPresented, known_by=st.sampled_from(["store", "label"]), disposition=WAYS),
    some(ev.UnitSorted, container=TOTES, disposition=WAYS),
    some(ev.UnitSorted, container=PALLETS, disposition=WAYS),
    st.builds(ev.ScanRefused, code=WORDS, unit=st.just("") | UNITS),
    some(ev.ContainerOpened),
    some(ev.ContainerClosed, units=st.just(())),
    some(ev.ContainerCompared, seen=st.just(0), missing=LISTS, extra=LISTS),
    some(ev.ContainersConsolidated, container=PALLETS, contents=st.lists(TOTES, max_size=2, unique=True).map(tuple)),
    some(ev.ContainerShipped),
)
LABELS = st.one_of(
    *(
        st.builds(made, label=st.just(label), **{kind: places})
        for made in (ev.LabelRequested, ev.LabelPrintFailed)
        for label, kind, places in (
            *(("parcel", "parcel", PARCELS), ("unit", "unit", UNITS)),
            *(("container", "container", PLACES), ("manifest", "container", PLACES)),
        )
    )
)
FACTS = st.one_of(ARRIVING, GRADING, DECIDING, SUPERVISING, AGAIN, LEAVING, LABELS)
TAKEN_BACK: st.SearchStrategy[ev.AnyEvent] = st.builds(
    ev.CorrectionDeclared,
    corrects=st.lists(st.integers(0, 50), min_size=1, max_size=6).map(tuple),
    types=st.just(()),
)


class Input(NamedTuple):
    """One input's events, and how long (microseconds) after the one before; clocks are set back, too."""

    after: int
    operator: str
    events: list[ev.AnyEvent]


MINUTE = 60_000_000
PAUSES = st.sampled_from([1, 7, 20, 61, 300, 1440, 6 * 1440, -10]).map(lambda minutes: minutes * MINUTE)
STEPS = st.builds(lambda number, step: parcel_life(number)[step], st.integers(1, 2), st.integers(0, 11))
INPUTS = st.builds(
    Input,
    PAUSES,
    st.sampled_from(["ada", "bob"]),
    st.one_of(STEPS, st.lists(st.one_of(FACTS, FACTS, FACTS, TAKEN_BACK), min_size=1, max_size=4)),
)
HISTORIES = st.lists(INPUTS, min_size=1, max_size=16)
