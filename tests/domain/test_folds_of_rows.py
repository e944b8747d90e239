"""Where a parcel or unit waits, what is wrong with it and how it counts, by its events alone."""

from __future__ import annotations

from itertools import count
from typing import Any, get_args

import msgspec
import pytest

from rl_station.domain import events as ev
from rl_station.domain.kpi import SLOT_US, TROUBLES, Decided, Looked
from rl_station.domain.projections import (
    CONTAINER_EVENTS,
    PARCEL_EVENTS,
    UNIT_EVENTS,
    ContainerRow,
    ParcelRow,
    UnitRow,
    fold_container,
    fold_parcel,
    fold_unit,
    looked,
    tally,
    work_done,
)

NOON = 1_795_262_400_000_000
P, U, BOX = "RLPD010000001", "RLUD010000001", "TOTE0001"
PLACE: dict[str, Any] = {"unit": U, "parcel": P}


class Days:
    """Events one after the other, each a minute and one tick of the clock after the last."""

    def __init__(self) -> None:
        self._ticks = count(1)

    def __call__(self, event: ev.AnyEvent, *, operator: str = "ada", station: str = "bench-01") -> ev.Recorded:
        tick = next(self._ticks)
        return ev.Recorded(
            station=station,
            epoch="e",
            seq=tick,
            at=NOON + tick * 60_000_000,
            hlc=tick,
            operator=operator,
            cause=tick,
            event=event,
        )


def unit(*events: ev.AnyEvent) -> UnitRow:
    row: UnitRow | None = None
    recorded = Days()
    for event in events:
        row = fold_unit(row, U, recorded(event))
    assert row is not None
    return row


def parcel(*events: ev.AnyEvent) -> ParcelRow:
    row: ParcelRow | None = None
    recorded = Days()
    for event in events:
        row = fold_parcel(row, P, recorded(event))
    assert row is not None
    return row


def container(*events: ev.AnyEvent) -> ContainerRow:
    row: ContainerRow | None = None
    recorded = Days()
    for event in events:
        row = fold_container(row, BOX, recorded(event))
    assert row is not None
    return row


def kinds(row: UnitRow | ParcelRow | ContainerRow) -> list[str]:
    return [each.kind for each in row.troubles]


IDENTIFIED = ev.UnitIdentified(**PLACE, match="expected", client="acme", name="Phone", category="phones", value=900)
GRADED = ev.UnitGraded(**PLACE, functional="F4", cosmetic="C3", packaging="complete")
LABELLED = ev.UnitPlateConfirmed(**PLACE, how="scanned")
SORTED = ev.UnitSorted(unit=U, container=BOX, disposition="resell", client="acme")
RECEIVED = ev.ParcelReceived(parcel=P, outcome="matched", client="acme", rmas=("R1",))


def decided(disposition: str = "resell", **more: Any) -> ev.DispositionDecided:
    what: dict[str, Any] = {"rule": "r", "reason": "Good.", "bin": "A1", "rules_version": "v", **more}
    return ev.DispositionDecided(**PLACE, client="acme", disposition=disposition, **what)


def overridden(**more: Any) -> ev.DispositionOverridden:
    what: dict[str, Any] = {"outcome_before": "resell", "outcome": "donate", "bin": "D1", "why": "market", **more}
    return ev.DispositionOverridden(**PLACE, client="acme", before="resell", disposition="donate", **what)


# --- queues -----------------------------------------------------------------------------------------------------------

HELD = ev.UnitHeld(**PLACE, before="resell", bin="H1", why="safety")
WAITS: dict[str, tuple[tuple[ev.AnyEvent, ...], str, int]] = {
    "to be graded": ((IDENTIFIED,), "to_grade", 1),
    "to be decided": ((IDENTIFIED, GRADED), "to_decide", 2),
    "for a word": ((IDENTIFIED, GRADED, decided(approval="supervisor")), "to_approve", 3),
    "for a word in the hold bin": (
        (IDENTIFIED, GRADED, decided(approval="supervisor"), ev.UnitPutAside(**PLACE, approval="supervisor", bin="H")),
        "to_approve",
        3,
    ),
    "to be sorted since it was decided": ((IDENTIFIED, GRADED, decided(), LABELLED), "to_sort", 3),
    "nowhere once sorted": ((IDENTIFIED, GRADED, decided(), LABELLED, SORTED), "", 0),
    "for work, in its tote too": ((IDENTIFIED, decided("refurbish", steps=("clean",)), SORTED), "to_rework", 2),
    "for work that was begun": (
        (IDENTIFIED, decided(steps=("clean",)), SORTED, ev.UnitTakenUp(**PLACE, work="rework", previous=BOX)),
        "to_rework",
        2,
    ),
    "on hold by the rules": ((IDENTIFIED, decided("hold"), LABELLED), "on_hold", 2),
    "on hold by a supervisor": ((IDENTIFIED, GRADED, decided(), SORTED, HELD), "on_hold", 5),
    "on hold before it was graded": ((IDENTIFIED, HELD, GRADED), "on_hold", 2),
    "to be sorted once released": (
        (IDENTIFIED, decided(), SORTED, HELD, ev.UnitReleased(**PLACE, disposition="resell", bin="A1")),
        "to_sort",
        5,
    ),
    "to be sorted anew once overridden": ((IDENTIFIED, decided(), SORTED, overridden()), "to_sort", 4),
    "at a desk that knows its label alone": (
        (ev.UnitPresented(unit=U, disposition="resell", client="acme", bin="A1", known_by="label"),),
        "to_sort",
        1,
    ),
}


@pytest.mark.parametrize(("events", "queue", "since"), WAITS.values(), ids=WAITS)
def test_a_unit_waits(events: tuple[ev.AnyEvent, ...], queue: str, since: int) -> None:
    row = unit(*events)
    assert (row.queue, row.since) == (queue, since)
    assert row.since_at == ("bench-01" if queue else "")


def test_a_unit_that_is_held_or_overridden_lies_in_no_container() -> None:
    released = ev.UnitReleased(**PLACE, disposition="resell", bin="A1")
    for story in ((SORTED, HELD), (SORTED, overridden()), (HELD, SORTED, released)):
        row = unit(IDENTIFIED, decided(), *story)
        assert (row.container, row.placed_seq) == ("", 0)
        assert row.status != "sorted"


def test_a_release_gives_back_what_the_first_hold_took_and_changes_nothing_that_nobody_holds() -> None:
    released = ev.UnitReleased(**PLACE, disposition="resell", bin="A1")
    twice = unit(IDENTIFIED, decided(), HELD, HELD)
    assert (twice.held_from, twice.bin) == (("resell", unit(IDENTIFIED, decided()).bin), "H1")
    assert unit(IDENTIFIED, decided(), HELD, released).held_from == ()
    for word in (overridden(), decided("donate"), ev.UnitReleased(**PLACE, disposition="resell", bin="A1")):
        ended = unit(IDENTIFIED, decided(), HELD, word)
        assert unit(IDENTIFIED, decided(), HELD, word, released) == ended
        assert ended.held_from == ()


def test_a_unit_that_is_graded_again_has_no_grade_until_it_gets_one_whatever_ends_that() -> None:
    """A danger or a recall ends the questions without a grade; the row, and a label printed again, kept the one before."""
    begun = (IDENTIFIED, GRADED, decided(), ev.UnitTakenUp(**PLACE, work="rework"), ev.RegradeBegun(**PLACE))
    for ended in (
        unit(*begun),
        unit(*begun, ev.UnitHazardFound(**PLACE, hazards=("battery",)), decided("quarantine")),
        unit(*begun, RECALLED, decided("quarantine")),
    ):
        assert (ended.functional, ended.cosmetic, ended.packaging, ended.graded_by) == ("", "", "", "")
    assert unit(*begun, GRADED).functional == unit(IDENTIFIED, GRADED).functional != ""


def test_a_parcel_waits_from_its_arrival_until_it_is_opened() -> None:
    lane = ev.ParcelLaneAssigned(parcel=P, lane="L1")
    assert (parcel(RECEIVED, lane).queue, parcel(RECEIVED, lane).since) == ("to_open", 1)
    assert parcel(RECEIVED, lane, ev.ParcelOpened(parcel=P)).queue == ""
    held = parcel(RECEIVED, ev.ParcelHeld(parcel=P, reason="hazard"), lane)
    assert (held.queue, held.since) == ("on_hold", 2)


def test_a_released_parcel_may_be_opened_and_a_reassigned_one_stands_elsewhere() -> None:
    held = (RECEIVED, ev.ParcelHeld(parcel=P, reason="cancelled"), ev.ParcelLaneAssigned(parcel=P, lane="L1"))
    released = parcel(*held, ev.ParcelReleased(parcel=P, before="cancelled"))
    assert (released.status, released.held, released.queue, released.since) == ("received", "", "to_open", 4)
    assert parcel(*held, ev.ParcelReassigned(parcel=P, before="L1", lane="L2")).lane == "L2"


def test_a_reopened_container_takes_units_of_the_same_filling_and_a_shipped_one_stays_away() -> None:
    opened = ev.ContainerOpened(container=BOX, disposition="resell", client="acme")
    closed = ev.ContainerClosed(container=BOX, units=(U,))
    again = container(opened, SORTED, closed, ev.ContainerReopened(container=BOX))
    assert (again.status, again.opened_seq) == ("open", 1)
    gone = (opened, closed, ev.ContainerShipped(container=BOX), ev.ContainerReopened(container=BOX))
    assert container(*gone).status == "shipped"


# --- troubles ---------------------------------------------------------------------------------------------------------


def settled(kind: str, **of: str) -> ev.TroubleSettled:
    return ev.TroubleSettled(kind=kind, note="looked at", **of)


def refused(place: str = BOX, of: str = U) -> ev.ScanRefused:
    return ev.ScanRefused(code="sort.wrong_client", params=(("container", place),), blocking=True, unit=of)


def second_look(*pairs: tuple[str, str, str], hazards: tuple[str, ...] = ()) -> ev.SecondLookTaken:
    grades = {"functional": "F4", "cosmetic": "C3", "packaging": "complete"}
    return ev.SecondLookTaken(**PLACE, inspector="ada", **grades, pairs=pairs, hazards=hazards)


MISMATCH = ev.TagMismatchFound(**PLACE, expected=("30A",), found="30B")
RECALLED = ev.UnitRecallChecked(**PLACE, recall="CPSC-1")
NOT_PRINTED = ev.LabelPrintFailed(label="unit", **PLACE, reason="no paper")
OPENED: dict[str, tuple[ev.AnyEvent, str, str]] = {
    "swap": (ev.UnitSwapSuspected(**PLACE, expected=("S1",), found="S2"), "swap", "S2"),
    "mismatch": (MISMATCH, "tag_mismatch", "30B"),
    "departed": (ev.DepartedTagSeen(unit=U, epc="30B", status="destroyed"), "departed_tag", "destroyed"),
    "hazard": (ev.UnitHazardFound(**PLACE, hazards=("battery", "leak")), "hazard", "battery leak"),
    "hazard of the second look": (second_look(hazards=("leak",)), "hazard", "leak"),
    "recall": (RECALLED, "recall", "CPSC-1"),
    "late recall": (ev.LateRecallFound(**PLACE, recall="CPSC-2", how="gtin", status="sorted"), "recall", "CPSC-2"),
    "set aside for a recall": (ev.UnitRecalled(**PLACE, recall="CPSC-2", how="gtin"), "recall", "CPSC-2"),
    "wrong tote": (refused(), "wrong_tote", BOX),
    "label": (NOT_PRINTED, "label", "no paper"),
    "disagreement": (
        second_look(("phones.screen", "no", "yes"), ("cosmetic", "C3", "C3")),
        "disagreement",
        "phones.screen",
    ),
}


@pytest.mark.parametrize(("event", "kind", "detail"), OPENED.values(), ids=OPENED)
def test_a_trouble_of_a_unit_stands_until_a_supervisor_has_looked_at_it(
    event: ev.AnyEvent, kind: str, detail: str
) -> None:
    assert kind in TROUBLES
    (open_,) = unit(IDENTIFIED, event).troubles
    assert (open_.kind, open_.detail, open_.since) == (kind, detail, 2)
    assert (open_.station, open_.operator) == ("bench-01", "ada")
    assert kinds(unit(IDENTIFIED, event, settled("missing", unit=U))) == [kind]
    assert kinds(unit(IDENTIFIED, event, settled(kind, unit=U))) == []


MENDED: dict[str, tuple[ev.AnyEvent, ...]] = {
    "the unit is put where it belongs": (refused(), SORTED),
    "the tag turns out to be another item's": (
        MISMATCH,
        ev.TagMismatchResolved(**PLACE, found="30B", verdict="other_item"),
    ),
    "the recall is reversed": (RECALLED, ev.UnitRecallLifted(**PLACE, recall="CPSC-1", reason="reversed", graded=True)),
    "the notice spares it": (
        RECALLED,
        ev.UnitRecallAnswered(**PLACE, recall="CPSC-1", asked="lot", answer="no", verdict="spared"),
    ),
    "the label is asked for again": (NOT_PRINTED, ev.LabelRequested(label="unit", **PLACE, reprint=True)),
    "the label was there after all": (NOT_PRINTED, LABELLED),
    "the supervisor decides": (second_look(("cosmetic", "C3", "C5")), overridden()),
    "they agree the next time": (second_look(("cosmetic", "C3", "C5")), second_look(("cosmetic", "C5", "C5"))),
}


@pytest.mark.parametrize("events", MENDED.values(), ids=MENDED)
def test_a_trouble_of_a_unit_is_over_once(events: tuple[ev.AnyEvent, ...]) -> None:
    *before, mending = events
    assert unit(IDENTIFIED, *before).troubles
    assert unit(IDENTIFIED, *before, mending).troubles == ()


def test_what_mends_one_trouble_leaves_the_others() -> None:
    row = unit(IDENTIFIED, MISMATCH, refused(), NOT_PRINTED, ev.LabelRequested(label="unit", **PLACE))
    assert kinds(row) == ["tag_mismatch", "wrong_tote"]
    swapped = unit(IDENTIFIED, MISMATCH, ev.TagMismatchResolved(**PLACE, found="30B", verdict="swap"))
    assert kinds(swapped) == ["swap"]
    spared = ev.UnitRecallAnswered(**PLACE, recall="CPSC-9", asked="lot", answer="no", verdict="spared")
    assert kinds(unit(IDENTIFIED, RECALLED, spared)) == ["recall"]


def test_a_trouble_that_is_found_again_is_as_old_as_it_was() -> None:
    (again,) = unit(IDENTIFIED, refused("TOTE0002"), refused("TOTE0003")).troubles
    assert (again.since, again.detail) == (2, "TOTE0003")


def test_another_label_or_another_refusal_is_none_of_the_units_troubles() -> None:
    other = ev.LabelPrintFailed(label="parcel", **PLACE, reason="no paper")
    assert unit(IDENTIFIED, other, refused(of="")).troubles == ()
    assert kinds(parcel(RECEIVED, other)) == ["label"]


def test_a_parcel_misses_pieces_until_it_is_counted_anew() -> None:
    missing = [
        ev.UnitMissing(parcel=P, rma="R1", line=line, sku=sku, quantity=line) for line, sku in ((1, "A"), (2, "B"))
    ]
    closed = ev.ParcelClosed(parcel=P, units=(), discrepancies=("missing", "unexpected", "swap"))
    row = parcel(RECEIVED, *missing, closed)
    assert [(each.kind, each.detail, each.since) for each in row.troubles] == [
        ("missing", "1 A, 2 B", 2),
        ("unexpected", "", 4),
    ]
    assert kinds(parcel(RECEIVED, *missing, closed, ev.ParcelOpened(parcel=P))) == []
    assert kinds(parcel(RECEIVED, *missing, closed, settled("missing", parcel=P))) == ["unexpected"]


def test_a_hazard_of_a_parcel_is_over_when_it_is_released_for_it() -> None:
    leaks = (RECEIVED, ev.ParcelHazardChecked(parcel=P, hazards=("leak",)), ev.ParcelHeld(parcel=P, reason="hazard"))
    assert kinds(parcel(*leaks)) == ["hazard"]
    assert kinds(parcel(*leaks, ev.ParcelReleased(parcel=P, before="cancelled"))) == ["hazard"]
    assert kinds(parcel(*leaks, ev.ParcelReleased(parcel=P, before="hazard"))) == []


def test_a_container_has_the_troubles_of_its_last_comparison() -> None:
    opened = ev.ContainerOpened(container=BOX, disposition="resell", client="acme")
    wrong = ev.ContainerCompared(container=BOX, seen=1, missing=(U,), extra=("30C",))
    right = ev.ContainerCompared(container=BOX, seen=2)
    assert [(each.kind, each.detail) for each in container(opened, wrong).troubles] == [
        ("missing", U),
        ("unexpected", "30C"),
    ]
    assert container(opened, wrong, right).troubles == ()
    shipped = (opened, wrong, ev.ContainerShipped(container=BOX), opened)
    assert container(*shipped).troubles == (), "a new filling begins without them"


# --- what counts ------------------------------------------------------------------------------------------------------


def test_a_unit_counts_as_it_is_decided_now_by_the_hour_and_hands_of_its_last_decision() -> None:
    told = decided(expected=600, inputs=(("category", "phones"), ("reason", "PS")))
    found = tally(unit(IDENTIFIED, GRADED, told))
    assert found == Decided(
        hour=(NOON + 180_000_000) // 3_600_000_000,
        station="bench-01",
        operator="ada",
        client="acme",
        category="phones",
        functional="F4",
        cosmetic="C3",
        disposition="resell",
        reason="PS",
        units=1,
        value=900,
        valued=900,
        expected=600,
        known=1,
    )
    otherwise = tally(unit(IDENTIFIED, GRADED, told, overridden(expected=None)))
    assert otherwise is not None
    assert found is not None
    assert (otherwise.disposition, otherwise.known, otherwise.valued, otherwise.expected) == ("donate", 0, 0, 0)
    assert (otherwise.hour, otherwise.operator, otherwise.value) == (found.hour, found.operator, 900)


def test_what_waits_for_a_word_or_was_decided_elsewhere_does_not_count() -> None:
    waits = (IDENTIFIED, GRADED, decided(approval="supervisor"))
    assert tally(unit(*waits)) is None
    approved = ev.DispositionApproved(
        **PLACE,
        client="acme",
        approver="sue",
        before="resell",
        disposition="resell",
        outcome_before="",
        outcome="",
        bin="A1",
    )
    assert tally(unit(*waits, approved)) is not None
    by_label = ev.UnitPresented(unit=U, disposition="resell", client="acme", bin="A1", known_by="label")
    assert tally(unit(by_label, SORTED)) is None
    assert tally(None) is None


def test_finished_work_counts_in_its_slot_and_for_its_station() -> None:
    recorded = Days()(SORTED, operator="bob", station="sort-02")
    assert work_done(recorded) == (recorded.at // SLOT_US, "sorted", "sort-02", "bob")
    assert work_done(Days()(GRADED)) is None


def test_a_second_look_counts_every_pair_of_answers_for_the_inspector() -> None:
    recorded = Days()(second_look(("cosmetic", "C3", "C5"), ("functional", "F4", "F4")), operator="eve")
    day = recorded.at // 86_400_000_000
    assert looked(recorded) == (
        Looked(day, "ada", "cosmetic", "C3", "C5", 1),
        Looked(day, "ada", "functional", "F4", "F4", 1),
    )


# --- which events matter ----------------------------------------------------------------------------------------------

SUBJECTS = {"parcel": P, "unit": U, "container": BOX}
OPEN = ev.ContainerOpened(container=BOX, disposition="resell", client="acme")
TROUBLED: dict[str, list[UnitRow | ParcelRow | ContainerRow | None]] = {
    "parcel": [
        parcel(RECEIVED, ev.ParcelHeld(parcel=P, reason="hazard")),
        parcel(RECEIVED, ev.LabelPrintFailed(label="parcel", parcel=P, reason="no paper")),
    ],
    "unit": [
        None,
        unit(IDENTIFIED, MISMATCH, RECALLED, NOT_PRINTED, GRADED, decided(approval="supervisor"), SORTED, refused()),
        unit(IDENTIFIED),
        unit(IDENTIFIED, decided(), HELD),
    ],
    "container": [
        None,
        container(OPEN, ev.LabelPrintFailed(label="container", container=BOX, reason="no paper")),
        container(OPEN, ev.ContainerClosed(container=BOX, units=())),
    ],
}
FOLDS: dict[str, Any] = {"parcel": fold_parcel, "unit": fold_unit, "container": fold_container}
CHANGING: dict[str, tuple[type, ...]] = {"parcel": PARCEL_EVENTS, "unit": UNIT_EVENTS, "container": CONTAINER_EVENTS}
WORDS = {
    "verdict": ("swap", "affected", "spared"),
    "label": ("parcel", "unit", "container"),
    "kind": TROUBLES,
    "work": ("rework",),
    "how": ("scanned",),
    "known_by": ("store", "label"),
    "before": ("hazard",),
}


def some(kind: Any, name: str, which: int) -> Any:
    """A value of a field that says something."""
    if name in SUBJECTS:
        return SUBJECTS[name]
    if name in WORDS:
        return WORDS[name][which % len(WORDS[name])]
    values: tuple[Any, ...] = ((BOX,), ("a",), (("a", "b"),), (("a", "b", "c"),), (("a", 1),), "a", 1, True, ())
    preferred: dict[str, Any] = {"discrepancies": ("missing",)}
    return next(value for value in (preferred.get(name), *values) if value is not None and is_one(value, kind))


def is_one(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", FOLDS)
def test_just_the_events_that_are_said_to_change_a_row_do(kind: str) -> None:
    recorded = Days()
    changed: set[str] = set()
    for of in get_args(ev.AnyEvent):
        for which in range(len(TROUBLES)):
            event = of(**{each.name: some(each.type, each.name, which) for each in msgspec.structs.fields(of)})
            if any(FOLDS[kind](row, SUBJECTS[kind], recorded(event)) != row for row in TROUBLED[kind]):
                changed.add(of.__name__)
    assert changed == {each.__name__ for each in CHANGING[kind]}
