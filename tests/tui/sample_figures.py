"""Figures made by hand: a busy early shift with something of everything, and the empty ones of a station that has just begun."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from msgspec.structs import replace as replace_figures
from sample_views import HOUR, NOON, READY

from rl_station.domain.kpi import (
    STAGES,
    Agreement,
    Figures,
    Point,
    Queue,
    Rate,
    Recovery,
    Selection,
    Share,
    Shift,
    Subject,
    Trouble,
)
from rl_station.domain.messages import content
from rl_station.domain.scan import ScanKind
from rl_station.tui.contract import Doable, PastEvent, Result, ResultTone, Sight, View, Wanted
from rl_station.workflow.actions import Declare, Hold, Override, Settle
from rl_station.workflow.prompt import Choice, Fact, Prompt

MINUTE = 60_000_000
DAY = 24 * HOUR
EARLY = Shift("Early", NOON - 6 * HOUR, NOON + 2 * HOUR)
AT = NOON + 17 * MINUTE
SEVEN, EIGHT = NOON - 5 * HOUR, NOON - 4 * HOUR
BEGINS, ENDS = NOON - 6 * HOUR, NOON + 2 * HOUR

_COUNTS = {
    "received": (44, 58, 61, 40, 52, 55, 13),
    "unpacked": (30, 41, 39, 44, 42, 31, 9),
    "decided": (28, 37, 40, 41, 36, 33, 8),
    "reworked": (3, 5, 4, 2, 6, 4, 1),
    "sorted": (20, 31, 35, 38, 30, 29, 7),
    "packed": (2, 3, 3, 4, 2, 3, 0),
    "shipped": (0, 0, 0, 12, 0, 0, 0),
}
_TARGETS = {"received": 55, "unpacked": 40, "decided": 40, "sorted": 30}


def _rate(stage: str, station: str = "", operator: str = "", part: float = 1.0) -> Rate:
    counts = _COUNTS[stage]
    return Rate(
        stage=stage,
        station=station,
        operator=operator,
        now=float(round(counts[-1] / 0.25 * part)),
        hour=round(counts[-1] * part),
        shift=round(sum(counts) * part),
        target=_TARGETS.get(stage, 0),
    )


_SHARED = (("received", "dock-1", "mara"), ("unpacked", "bench-1", "priya"), ("decided", "bench-1", "priya"))
_ALSO = (("sorted", "sort-1", "jonas"), ("unpacked", "bench-2", "tomasz"), ("decided", "bench-2", "tomasz"))

TROUBLES = (
    Trouble(kind="hazard", subject_kind="parcel", subject="RLPD010000041X", since=AT - 3 * HOUR, client="nordwerk"),
    Trouble(kind="recall", subject_kind="unit", subject="RLUB01000007Q", since=AT - 71 * MINUTE, detail="CPSC 26-114"),
    Trouble(kind="swap", subject_kind="unit", subject="RLUB01000012F", since=AT - 34 * MINUTE, operator="priya"),
    Trouble(kind="missing", subject_kind="parcel", subject="RLPD010000044R", since=AT - 26 * MINUTE, detail="1 of 3"),
    Trouble(kind="conflict", subject_kind="unit", subject="RLUB01000020K", since=AT - 12 * MINUTE, station="bench-2"),
    Trouble(kind="wrong_tote", subject_kind="container", subject="RLCTOTE0009F", since=AT - 4 * MINUTE),
    Trouble(kind="printer", subject_kind="device", subject="labels", since=AT - 2 * MINUTE, detail="out of paper"),
)

BUSY = Figures(
    scope="station",
    site="halden",
    station="bench-1",
    at=AT,
    hour=NOON,
    shift=EARLY,
    rates=(
        *(_rate(stage) for stage in STAGES),
        *(_rate(stage, station) for stage, station, _ in (*_SHARED, *_ALSO)),
        *(_rate(stage, "", operator, 0.6) for stage, _, operator in (*_SHARED, *_ALSO)),
    ),
    chart=tuple(
        Point(EARLY.begins + hour * HOUR, stage, _COUNTS[stage][hour]) for hour, stage in product(range(7), STAGES)
    ),
    queues=(
        Queue(queue="to_open", waiting=42, oldest_since=AT - 26 * HOUR, late=2, soon=5),
        Queue(queue="to_grade", waiting=7, oldest_since=AT - 48 * MINUTE, soon=1),
        Queue(queue="to_decide", waiting=1, oldest_since=AT - 3 * MINUTE),
        Queue(queue="to_approve", waiting=3, oldest_since=AT - 5 * HOUR, late=1),
        Queue(queue="to_rework", waiting=12, oldest_since=AT - 3 * DAY, late=4, soon=2),
        Queue(queue="to_sort", waiting=18, oldest_since=AT - 31 * MINUTE),
        Queue(queue="on_hold", waiting=5, oldest_since=AT - 9 * DAY, late=5),
    ),
    functional=(Share("F4", 122, 0.55), Share("F6", 61, 0.27), Share("F3", 30, 0.13), Share("F0", 10, 0.05)),
    cosmetic=(Share("C6", 99, 0.44), Share("C4", 72, 0.32), Share("C3", 40, 0.18), Share("C1", 12, 0.06)),
    dispositions=(
        Share("resell", 131, 0.59),
        Share("refurbish", 48, 0.22),
        Share("liquidate", 22, 0.1),
        Share("recycle", 15, 0.06),
        Share("hold", 7, 0.03),
    ),
    reasons=(
        Share("DR", 88, 0.39),
        Share("PF", 52, 0.23),
        Share("NA", 41, 0.18),
        Share("CO", 30, 0.13),
        Share("", 12, 0.05),
    ),
    recovery=(Recovery(currency="EUR", units=201, value=4_281_900, expected=2_651_300, rate=0.619),),
    agreement=(
        Agreement(inspector="priya", looks=24, agreed=0.92, kappa=0.84, before=0.81),
        Agreement(inspector="tomasz", looks=19, agreed=0.71, kappa=0.48, before=0.63),
        Agreement(inspector="tomasz", question="phone.display", looks=9, agreed=1.0),
    ),
    troubles=TROUBLES,
    waiting_to_sync=14,
    devices=(
        ("bench-scanner", "ready", ""),
        ("labels", "lost", "out of paper"),
        ("portal", "ready", ""),
    ),
)
EMPTY = Figures(scope="station", site="halden", station="bench-1", at=AT, hour=NOON, queues=BUSY.queues[:0])

SUBJECTS = tuple(
    Subject("unit", f"RLUB0100{n:04}K", AT - n * 7 * MINUTE, f"Nordlicht X2 128 GB graphite F4 C{n % 7} refurbish")
    for n in range(1, 61)
)

# --- what the station shows around them -------------------------------------------------------------------------------

_STATUS = replace(READY, operator="Ingrid Halvorsen", clock=AT + 1_000_000)
PIN = View(
    Prompt(
        workflow="supervise",
        step="pin",
        instruction=content("Type your PIN"),
        detail=content("Ten wrong ones lock it."),
    ),
    _STATUS,
)
OVERVIEW = View(
    Prompt(
        workflow="supervise",
        step="overview",
        instruction=content("What is stuck?"),
        accepts=(ScanKind.TEXT, ScanKind.UNIT_PLATE),
    ),
    _STATUS,
)
UNIT = SUBJECTS[0]
SCANNED = View(
    Prompt(
        workflow="supervise", step="subject", instruction=content(f"History of {UNIT.id}"), accepts=(ScanKind.TEXT,)
    ),
    _STATUS,
    Result(ResultTone.GOOD, content("3 events."), UNIT.id, 40),
)
_TELLS = "Event %d of it, in as many words as it takes"
_EARLIER = tuple(
    PastEvent(Fact(content(f"2026-11-21 09:{n:02} priya bench-1"), content(_TELLS % n)), seq=4000 + n)
    for n in range(12)
)
_ELSEWHERE = PastEvent(Fact(content("2026-11-21 10:00 mara dock-1"), content("Told by another station")))
HISTORY = (*_EARLIER, _ELSEWHERE)

_WHY = tuple(Choice(why, str(n), content(why)) for n, why in enumerate(("condition", "client", "other"), 1))
_OUTCOMES = tuple(Choice(name, str(n), content(name)) for n, name in enumerate(("resell", "recycle"), 1))
DOABLES = (
    Doable(Override(unit=UNIT.id, outcome="", why=""), picks="outcome", choices=_OUTCOMES, reasons=_WHY),
    Doable(Hold(unit=UNIT.id, why=""), reasons=_WHY),
    Doable(Settle(trouble=TROUBLES[2], note="")),
    Doable(Declare(seqs=(), reason="", note=""), picks="reason", choices=_OUTCOMES, marked=True),
)
TO_SORT = Selection(of="queue", name="to_sort")
SIGHTS = (
    Sight(Wanted(), BUSY, heard_at=AT),
    Sight(Wanted(selection=TO_SORT), BUSY, SUBJECTS, heard_at=AT),
    Sight(Wanted(subject=UNIT), BUSY, subject=UNIT, history=HISTORY, doables=DOABLES, heard_at=AT),
    Sight(Wanted(scanned=True), BUSY, subject=UNIT, history=HISTORY, doables=DOABLES, heard_at=AT),
    Sight(Wanted(site=True), replace_figures(BUSY, scope="site", station=""), heard_at=AT),
    Sight(Wanted(), BUSY, heard_at=AT),
)
