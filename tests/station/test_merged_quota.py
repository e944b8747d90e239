"""What goes back to a vendor from every station counts against its quota, as far as the centre knows and this one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from several_stations import Bench, Ticking, items

from rl_station.domain import events as ev
from rl_station.domain.events import Recorded

P, U, V, W = "P1", "U1", "U2", "U3"


@pytest.fixture
def dock(tmp_path: Path) -> Iterator[Bench]:
    with closing(Bench(tmp_path / "dock", "dock-01", "D01")) as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with closing(Bench(tmp_path / "bench", "bench-02", "B02")) as made:
        yield made


def identified(unit: str) -> ev.UnitIdentified:
    return ev.UnitIdentified(unit=unit, parcel=P, match="expected", client="acme", sku="S")


def decided(unit: str, disposition: str = "return_to_vendor", vendor: str = "fjell") -> ev.DispositionDecided:
    return ev.DispositionDecided(
        unit=unit,
        parcel=P,
        client="acme",
        disposition=disposition,
        rule="r",
        reason="",
        bin="B1",
        rules_version="v",
        vendor=vendor,
    )


def say(hearer: Bench, *logs: list[Recorded]) -> None:
    """The centre has these logs, and says so."""
    hearer.hear(items(list(logs)), f"c{len(hearer.log)}-{sum(map(len, logs))}")


def went_back(bench: Bench, since: int = 0, besides: str = "") -> int:
    return bench.records.returned_to_vendor("fjell", "acme", since, besides)


def test_what_another_station_sends_back_counts_here(dock: Bench, bench: Bench) -> None:
    dock.do(identified(U), decided(U), identified(V), decided(V, "resell"))
    bench.do(identified(W), decided(W))
    assert went_back(bench) == 1
    say(bench, dock.log)
    assert (went_back(bench), went_back(bench, besides=U), went_back(bench, besides=W)) == (2, 1, 1)
    say(bench, dock.log, bench.log)
    assert went_back(bench) == 2, "a unit of our own that the centre has, too, counts once"


def test_a_unit_that_is_decided_anew_here_counts_as_it_is_now(dock: Bench, bench: Bench) -> None:
    dock.do(identified(U), decided(U), identified(V), decided(V, "resell"))
    say(bench, dock.log)
    bench.do(decided(U, "recycle"))
    assert went_back(bench) == 0
    bench.undo()
    assert went_back(bench) == 1


def test_another_station_s_unit_that_goes_back_from_here_counts_once_the_centre_has_it(
    dock: Bench, bench: Bench
) -> None:
    dock.do(identified(U), decided(U, "resell"))
    say(bench, dock.log)
    bench.do(decided(U))
    say(bench, dock.log, bench.log)
    assert went_back(bench) == 1
    say(dock, dock.log, bench.log)
    assert went_back(dock) == 1


def test_only_this_month_s_count(dock: Bench, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    dock.do(identified(U), decided(U))
    border = dock.log[-1].at + 1_000_000
    monkeypatch.setattr(Ticking, "at", border)
    dock.do(identified(V), decided(V))
    say(bench, dock.log)
    assert went_back(bench) == 2
    assert went_back(bench, since=border) == 1


def test_another_vendor_s_units_do_not_count(dock: Bench, bench: Bench) -> None:
    dock.do(identified(U), decided(U, vendor="tundra"))
    say(bench, dock.log)
    assert went_back(bench) == 0
    assert bench.records.returned_to_vendor("", "acme", 0) == 0
