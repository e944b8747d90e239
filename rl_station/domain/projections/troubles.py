"""What a supervisor has to look at on a parcel, unit or container: opened by one event, taken away by what mends it.

`TroubleSettled` takes every trouble of its kind away. There is one of a kind on a subject, which stays as old as it began.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import msgspec

from rl_station.domain import events
from rl_station.domain.events import Recorded


class OpenTrouble(msgspec.Struct, frozen=True, array_like=True):
    """`kind` as in `kpi.TROUBLES`; `since` a hybrid clock; where and with whom it began.

    `detail` is data, not words: what is missing, the tags or hazards found, the notice, the container, the questions.
    """

    kind: str
    since: int
    station: str
    operator: str
    detail: str = ""


Troubles: TypeAlias = tuple[OpenTrouble, ...]


class _Said(NamedTuple):
    """What an event says: the kinds it mends (with a detail: only where that is the trouble's), then those it opens."""

    mended: tuple[tuple[str, str], ...]
    opened: tuple[tuple[str, str], ...]


def _said(*mended: str, only: str = "", **opened: str) -> _Said:
    return _Said(tuple((kind, only) for kind in mended), tuple(opened.items()))


_Sayings: TypeAlias = Mapping[type, Callable[[Any], _Said]]


def _counted(event: events.ParcelClosed) -> _Said:
    """A count that differs is looked at once the parcel is closed, and counted anew when it is opened again."""
    found = ("missing", "unexpected", "other_client")
    return _said(**dict.fromkeys((kind for kind in found if kind in event.discrepancies), ""))


def _hazards(event: events.ParcelHazardChecked) -> _Said:
    return _said(hazard=" ".join(event.hazards)) if event.hazards else _said("hazard")


def _doubt_resolved(event: events.TagMismatchResolved) -> _Said:
    return _said("tag_mismatch", swap=event.found) if event.verdict == "swap" else _said("tag_mismatch")


def _misplaced(event: events.ScanRefused) -> _Said:
    params = dict(event.params)
    return _said(wrong_tote=str(params.get("container", params.get("bin", "")))) if event.unit else _said()


def _looked_again(event: events.SecondLookTaken) -> _Said:
    otherwise = [question for question, first, second in event.pairs if first != second]
    found = {"disagreement": " ".join(otherwise), "hazard": " ".join(event.hazards)}
    return _said("disagreement", **{kind: detail for kind, detail in found.items() if detail})


def _recall_checked(event: events.UnitRecallChecked) -> _Said:
    return _said(recall=event.recall) if event.recall else _said("recall")


def _recall_answered(event: events.UnitRecallAnswered) -> _Said:
    """A notice that spares the unit takes only its own trouble away."""
    if event.verdict == "affected":
        return _said(recall=event.recall)
    return _said("recall", only=event.recall) if event.verdict == "spared" else _said()


def _compared(event: events.ContainerCompared) -> _Said:
    """Each comparison counts for itself."""
    found = {"missing": " ".join(event.missing), "unexpected": " ".join(event.extra)}
    return _said("missing", "unexpected", **{kind: detail for kind, detail in found.items() if detail})


def _labels(*labels: str) -> _Sayings:
    """A label that was not printed, until it is asked for again."""
    return {
        events.LabelPrintFailed: lambda event: _said(label=event.reason) if event.label in labels else _said(),
        events.LabelRequested: lambda event: _said("label") if event.label in labels else _said(),
    }


def _applied(event: events.ParcelPlateConfirmed | events.UnitPlateConfirmed) -> _Said:
    return _said("label") if event.how == "scanned" else _said()


_SETTLED: _Sayings = {events.TroubleSettled: lambda event: _said(event.kind)}
_PARCEL: _Sayings = {
    **_SETTLED,
    **_labels("parcel"),
    events.ParcelOpened: lambda _: _said("missing", "unexpected", "other_client"),
    events.UnitMissing: lambda event: _said(missing=f"{event.quantity} {event.sku}"),
    events.ParcelClosed: _counted,
    events.ParcelHazardChecked: _hazards,
    events.ParcelReleased: lambda event: _said("hazard") if event.before == "hazard" else _said(),
    events.ParcelPlateConfirmed: _applied,
}
_UNIT: _Sayings = {
    **_SETTLED,
    **_labels("unit"),
    events.UnitSwapSuspected: lambda event: _said(swap=event.found),
    events.TagMismatchFound: lambda event: _said(tag_mismatch=event.found),
    events.TagMismatchResolved: _doubt_resolved,
    events.DepartedTagSeen: lambda event: _said(departed_tag=event.status),
    events.UnitHazardFound: lambda event: _said(hazard=" ".join(event.hazards)),
    events.ScanRefused: _misplaced,
    events.UnitSorted: lambda _: _said("wrong_tote"),
    events.SecondLookTaken: _looked_again,
    events.DispositionOverridden: lambda _: _said("disagreement"),
    events.UnitPlateConfirmed: _applied,
    events.UnitRecallChecked: _recall_checked,
    events.UnitRecallAnswered: _recall_answered,
    events.LateRecallFound: lambda event: _said(recall=event.recall),
    events.UnitRecalled: lambda event: _said(recall=event.recall),
    events.UnitRecallLifted: lambda _: _said("recall"),
}
_CONTAINER: _Sayings = {**_SETTLED, **_labels("container", "manifest"), events.ContainerCompared: _compared}
_ADDED = frozenset({"missing"})
"""Kinds whose details stand one after the other: a parcel misses several articles."""


def parcel_troubles(now: Troubles, recorded: Recorded) -> Troubles:
    return _after(now, recorded, _PARCEL)


def unit_troubles(now: Troubles, recorded: Recorded) -> Troubles:
    return _after(now, recorded, _UNIT)


def container_troubles(now: Troubles, recorded: Recorded) -> Troubles:
    return _after(now, recorded, _CONTAINER)


def _after(now: Troubles, recorded: Recorded, sayings: _Sayings) -> Troubles:
    says = sayings.get(type(recorded.event))
    if says is None:
        return now
    said = says(recorded.event)
    for kind, only in said.mended if now else ():
        now = tuple(each for each in now if each.kind != kind or (only and each.detail != only))
    for kind, detail in said.opened:
        now = _opened(now, kind, detail, recorded)
    return now


def _opened(now: Troubles, kind: str, detail: str, recorded: Recorded) -> Troubles:
    """The newest detail counts; one that says nothing leaves what is known."""
    for place, each in enumerate(now):
        if each.kind == kind:
            both = f"{each.detail}, {detail}" if kind in _ADDED and each.detail and detail else detail
            changed = msgspec.structs.replace(each, detail=both or each.detail)
            return (*now[:place], changed, *now[place + 1 :])
    return (*now, OpenTrouble(kind, recorded.seq, recorded.station, recorded.operator, detail))
