"""What waits at a station and what is wrong there, when other stations went on with it and the centre has said so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from several_stations import Bench, items

from rl_station.domain import events as ev
from rl_station.domain import kpi
from rl_station.domain.kpi import Selection
from rl_station.station.elsewhere import Elsewhere
from rl_station.store import StoreFigures, open_reader

P, U, T = "P1", "U1", "T1"


@pytest.fixture
def dock(tmp_path: Path) -> Iterator[Bench]:
    with closing(Bench(tmp_path / "dock", "dock-01", "D01")) as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with closing(Bench(tmp_path / "bench", "bench-02", "B02")) as made:
        yield made


class Seen:
    """The figures of one station, read beside it as its supervisor's screen does."""

    def __init__(self, bench: Bench) -> None:
        self._reader = open_reader(bench.store.folder)
        self._elsewhere = Elsewhere(bench.store.folder, self._reader)

    @property
    def figures(self) -> StoreFigures:
        return self._elsewhere.figures()

    def waiting(self) -> dict[str, int]:
        counted = Counter(each.queue for each in self.figures.waiting())
        for queue, count in counted.items():
            behind = self.figures.selected(Selection(of="queue", name=queue))
            assert len(behind) == count, "what is behind a number is what it counts"
        return dict(counted)

    def troubles(self) -> list[str]:
        found = [each.kind for each in self.figures.troubles()]
        for kind in kpi.TROUBLES:
            assert len(self.figures.selected(Selection(of="trouble", name=kind))) == found.count(kind)
        return found

    def close(self) -> None:
        self._elsewhere.close()
        self._reader.close()


def received() -> ev.ParcelReceived:
    return ev.ParcelReceived(parcel=P, outcome="matched", client="acme", rmas=("R1",))


def opened() -> ev.ParcelOpened:
    return ev.ParcelOpened(parcel=P, client="acme", received_here=True)


def unpacked() -> tuple[ev.Event, ...]:
    """A unit that waits to be sorted."""
    decided = ev.DispositionDecided(
        unit=U, parcel=P, client="acme", disposition="resell", rule="r", reason="", bin="A1", rules_version="v"
    )
    return ev.UnitIdentified(unit=U, parcel=P, match="expected", client="acme"), decided


def sorted_in() -> ev.UnitSorted:
    return ev.UnitSorted(unit=U, container=T, disposition="resell", client="acme")


def tell(station: Bench, *others: Bench) -> None:
    """The centre has all logs, and says so to one station."""
    station.hear(items([station.log, *(other.log for other in others)]), f"c{station.store.head.seq}{len(others)}")


def test_a_parcel_that_another_station_opened_waits_no_more(dock: Bench, bench: Bench) -> None:
    with closing(Seen(dock)) as seen:
        dock.do(received())
        assert seen.waiting() == {"to_open": 1}
        tell(bench, dock)
        bench.do(opened())
        assert seen.waiting() == {"to_open": 1}, "nobody has said so yet"
        tell(dock, bench)
        assert seen.waiting() == {}


def test_a_unit_that_another_station_sorted_waits_no_more(dock: Bench, bench: Bench) -> None:
    with closing(Seen(bench)) as seen:
        bench.do(received(), opened(), *unpacked())
        tell(dock, bench)
        dock.do(sorted_in())
        tell(bench, dock)
        assert seen.waiting() == {}


def test_what_came_into_its_queue_at_another_station_waits_there(dock: Bench, bench: Bench) -> None:
    """Held by a supervisor at the dock: it waits on hold, and not at the bench any more."""
    bench.do(received(), opened(), *unpacked())
    tell(dock, bench)
    dock.do(ev.UnitHeld(unit=U, parcel=P, before="resell", bin="H1", why="safety"))
    tell(bench, dock)
    with closing(Seen(bench)) as seen:
        assert seen.waiting() == {}


def test_what_another_station_only_looked_at_still_waits_here(dock: Bench, bench: Bench) -> None:
    bench.do(received(), opened(), *unpacked())
    tell(dock, bench)
    dock.do(ev.LabelRequested(label="unit", unit=U))
    tell(bench, dock)
    with closing(Seen(bench)) as seen:
        assert seen.waiting() == {"to_sort": 1}


def test_what_we_took_back_waits_again_whatever_the_others_did_before(dock: Bench, bench: Bench) -> None:
    bench.do(received(), opened(), *unpacked())
    tell(dock, bench)
    dock.do(ev.LabelRequested(label="unit", unit=U))
    bench.do(sorted_in())
    tell(bench, dock)
    with closing(Seen(bench)) as seen:
        assert seen.waiting() == {}
        bench.undo()
        assert seen.waiting() == {"to_sort": 1}


def test_what_lies_on_hold_in_a_container_left_with_it_wherever_that_was_shipped(dock: Bench, bench: Bench) -> None:
    bench.do(received(), opened(), *unpacked(), ev.UnitHeld(unit=U, parcel=P, before="resell", bin="H1", why="safety"))
    bench.do(ev.UnitSorted(unit=U, container=T, disposition="hold", client="acme"))
    with closing(Seen(bench)) as seen:
        assert seen.waiting() == {"on_hold": 1}
        tell(dock, bench)
        dock.do(ev.ContainerShipped(container=T))
        tell(bench, dock)
        assert seen.waiting() == {}


def test_a_trouble_that_was_settled_at_another_station_is_settled_here(dock: Bench, bench: Bench) -> None:
    bench.do(received(), opened(), ev.UnitMissing(parcel=P, rma="R1", line=1, sku="S", quantity=1))
    bench.do(ev.LabelPrintFailed(label="parcel", parcel=P, reason="out of paper"))
    with closing(Seen(bench)) as seen:
        assert seen.troubles() == ["missing", "label"]
        tell(dock, bench)
        dock.do(ev.TroubleSettled(kind="missing", parcel=P, note="credited"))
        tell(bench, dock)
        assert seen.troubles() == ["label"]


def test_without_a_centre_it_is_what_the_own_log_says(dock: Bench) -> None:
    dock.do(received())
    with closing(Seen(dock)) as seen:
        assert seen.waiting() == {"to_open": 1}
        assert seen.troubles() == []
