"""The parts the figures stand on: large logs that are real logs, and an eye that reads large letters."""

from __future__ import annotations

from pathlib import Path

from benchmarks import bulk
from benchmarks.bench_site import STATION, load, make_site
from benchmarks.screen_reader import ScreenReader

from rl_station.domain.events import UnitSorted
from rl_station.station.clocks import SystemClock
from rl_station.station.engine import Engine
from rl_station.store import Store, check_folder
from rl_station.tui.big_text import largest

EVENTS = 3000


def test_a_large_log_is_what_a_station_would_have_written(tmp_path: Path) -> None:
    bulk.build(tmp_path / "data", load(make_site(tmp_path)), EVENTS, batch=400)
    report = check_folder(tmp_path / "data", projections=True)
    assert report.problems == ()
    assert EVENTS <= report.events < EVENTS + 100


def test_a_station_goes_on_in_a_large_log_from_where_it_ended(tmp_path: Path) -> None:
    site = load(make_site(tmp_path))
    built = bulk.build(tmp_path / "data", site, EVENTS)
    with Store.open(
        tmp_path / "data", station=STATION, prefix=site.station.prefix, clock=SystemClock(), purpose="live", ballast=0
    ) as store:
        assert store.epoch_reason == "new"
        engine = Engine(site, store)
        assert engine.session.state.worker is not None
        assert engine.prompt().workflow == "sort"
        for given in next(bulk.parcels(site.station.prefix, built.parcels + 1)):
            store.append(given.events, operator=bulk.OPERATOR)
    assert check_folder(tmp_path / "data", projections=True).ok


def test_no_two_parcels_of_a_large_log_share_a_unit() -> None:
    lives = bulk.parcels("Q01")
    units = [
        event.unit
        for _ in range(60)
        for given in next(lives)
        for event in given.events
        if isinstance(event, UnitSorted)
    ]
    assert len(units) == 90
    assert len(set(units)) == 90


def test_a_sentence_is_read_plain_and_large_and_not_where_another_stands() -> None:
    reader = ScreenReader(100, 30)
    reader.feed(b"\x1b[2J\x1b[3;3HScan a PARCEL")
    assert reader.shows("Scan a PARCEL")
    large = largest("Scan a UNIT out of the parcel", 96, 12)
    assert large is not None
    reader.feed(b"\x1b[2J" + b"".join(b"\x1b[%d;3H%s" % (row, text.encode()) for row, text in enumerate(large, 4)))
    assert reader.shows("Scan a UNIT out of the parcel")
    assert not reader.shows("Scan a PARCEL")
    assert not reader.shows("Scan a UNIT out of the barrel")


def test_the_working_area_leaves_out_what_changes_by_itself() -> None:
    reader = ScreenReader(100, 30)
    before = reader.working_area()
    reader.feed(b"\x1b[1;90H09:11\x1b[28;3H3 devices ready\x1b[30;3HF1 help")
    assert reader.working_area() == before
    reader.feed(b"\x1b[12;3HIntact")
    assert reader.working_area() != before
