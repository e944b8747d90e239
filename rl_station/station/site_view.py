"""The whole site as a supervisor at this station sees it: what the centre says, as long as it says it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from rl_station.domain.events import Recorded
from rl_station.domain.kpi import Figures, Selection, Subject
from rl_station.station.figures import Unseen
from rl_station.store.records import history_line
from rl_station.sync.site_figures import Happened, SiteFigures
from rl_station.workflow.knowledge import HistoryLine

_STALE_US = 15_000_000
"""Figures this old, of a centre that does not answer, say nothing of the site now."""
_KEPT = frozenset({"parcel", "unit", "container"})
"""What the centre keeps histories of."""


class SiteView:
    """Implements `figures.Source`. `epoch` is that of this station's log, whose events can be declared wrong here."""

    def __init__(self, centre: SiteFigures, station: str, epoch: Callable[[], str], clock: Callable[[], int]) -> None:
        self._centre = centre
        self._station = station
        self._epoch = epoch
        self._clock = clock
        self._heard_at = 0

    def figures(self) -> Figures:
        """Raises Unseen where the centre has not answered for a while."""
        view = self._centre.look()
        if view.figures is None or self._clock() - view.heard_at > _STALE_US:
            raise Unseen
        self._heard_at = view.heard_at
        return view.figures

    def selected(self, selection: Selection) -> tuple[Subject, ...]:
        found = self._centre.selected(selection)
        if found is None:
            raise Unseen
        return found

    def history(self, subject: Subject) -> tuple[HistoryLine, ...]:
        if subject.kind not in _KEPT:
            return ()
        found = self._centre.history(subject.kind, subject.id)
        if found is None:
            raise Unseen
        epoch = self._epoch()
        return tuple(self._line(each, epoch) for each in found)

    def heard_at(self) -> int:
        return self._heard_at

    def close(self) -> None:
        self._centre.close()

    def _line(self, each: Happened, epoch: str) -> HistoryLine:
        recorded = Recorded(
            station=each.station,
            epoch=each.epoch,
            seq=each.seq,
            at=each.at,
            hlc=0,
            operator=each.operator,
            cause=each.seq,
            event=each.event,
        )
        line = history_line(recorded, corrected=each.corrected)
        ours = (each.station, each.epoch) == (self._station, epoch)
        return line if ours else replace(line, seq=0)
