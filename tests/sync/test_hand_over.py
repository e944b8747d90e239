"""Events that travel by file: nothing is lost or doubled, whatever came by network before or comes after."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from faulty_centre import SITE, Centre, cannot_take
from synced_station import STATION, Station

from rl_station.central.hand_over import Handed, sites_of, take_file
from rl_station.domain.hand_over import MAGIC, Cover, HandOverError
from rl_station.sync import hand_over


def export(station: Station, target: Path, after: int = 0) -> Path:
    cover = Cover(station=station.name, after=after, through=station.store.head.seq, at=station.clock.now())
    hand_over.write(station.outbox, cover, target)
    return target


def taken(centre: Centre, path: Path) -> Handed:
    with path.open("rb") as file:
        return take_file(centre.front.context, SITE, file)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "events"


def test_a_file_brings_everything_and_again_nothing(station: Station, centre: Centre, target: Path) -> None:
    station.work(50)
    export(station, target)
    first, again = taken(centre, target), taken(centre, target)
    station.assert_all_there()
    assert (first.stored, first.known, first.through) == (50, 0, 50)
    assert (again.stored, again.known, again.through) == (0, 50, 50)
    assert (first.station, first.refused, first.damaged) == (STATION, "", "")


def test_what_came_by_file_is_acknowledged_when_the_network_is_back(
    station: Station, centre: Centre, target: Path
) -> None:
    station.work(10)
    station.drain()
    station.work(30)
    taken(centre, export(station, target, after=10))
    assert station.store.unsynced().waiting == 30
    station.work(5)
    station.drain()
    station.assert_all_there()


def test_a_file_that_comes_after_the_network_changes_nothing(station: Station, centre: Centre, target: Path) -> None:
    station.work(10)
    export(station, target)
    station.work(10)
    station.drain()
    assert taken(centre, target).known == 10
    station.assert_all_there()


def test_a_large_log_goes_in_several_pieces(station: Station, centre: Centre, target: Path) -> None:
    station.store.append(tuple(recorded.event for recorded in station.work(1)) * 5000, operator="ada")
    assert taken(centre, export(station, target)).stored == 5001
    station.assert_all_there()


def test_all_epochs_go_into_the_file(station: Station, centre: Centre, target: Path, tmp_path: Path) -> None:
    station.work(10)
    station.copy(tmp_path / "twin")
    twin = Station(tmp_path / "twin", centre)
    twin.receive()
    twin.drain()
    station.work(5)
    station.drain()
    assert station.store.epoch_reason == "forked"
    with Centre(make(tmp_path / "new centre"), centre.clock.at) as other:
        assert taken(other, export(station, target)).stored == 15
        assert other.hashes() == station.hashes()
    twin.close()


def test_a_file_that_begins_after_a_gap_says_so(station: Station, centre: Centre, target: Path) -> None:
    station.work(20)
    found = taken(centre, export(station, target, after=10))
    assert (found.stored, found.through) == (0, 0)
    assert "goes on at 1" in found.refused
    assert centre.hashes() == {}


def test_an_event_that_was_withheld_arrives_by_file_in_full(station: Station, centre: Centre, target: Path) -> None:
    centre.always = cannot_take(5, form="sealed")
    station.work(10)
    station.drain()
    assert centre.quarantined() == [(5, "withheld")]
    taken(centre, export(station, target))
    assert centre.quarantined() == []
    station.assert_all_there()


def test_a_bad_event_in_a_file_holds_up_no_other(station: Station, centre: Centre, target: Path) -> None:
    station.work(5)
    station.work(1, operator="x" * 300)
    station.work(5)
    found = taken(centre, export(station, target))
    assert (found.stored, found.closed, found.refused) == (11, 1, "")
    assert centre.quarantined() == [(6, "withheld")]
    station.assert_all_there()


@pytest.mark.parametrize("cut", [0.999, 0.5, 0.01])
def test_a_file_that_was_cut_off_is_taken_as_far_as_it_goes(
    station: Station, centre: Centre, target: Path, cut: float
) -> None:
    station.store.append(tuple(recorded.event for recorded in station.work(1)) * 5000, operator="ada")
    content = export(station, target).read_bytes()
    file = io.BytesIO(content[: max(len(MAGIC) + 120, int(len(content) * cut))])
    found = take_file(centre.front.context, SITE, file)
    assert "ends too early" in found.damaged
    assert found.stored == found.through
    station.drain()
    station.assert_all_there()


def test_a_flipped_bit_is_noticed_wherever_it_is(station: Station, centre: Centre, target: Path) -> None:
    station.work(20)
    content = export(station, target).read_bytes()
    for place in range(0, len(content), 17):
        broken = bytearray(content)
        broken[place] ^= 0x10
        try:
            found = take_file(centre.front.context, SITE, io.BytesIO(bytes(broken)))
        except HandOverError:
            continue
        assert found.damaged or found.refused
    assert centre.hashes() in ({}, station.hashes())


def test_the_file_is_written_whole_or_not_at_all(station: Station, target: Path) -> None:
    station.work(5)
    target.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        export(station, target)
    assert target.read_bytes() == b"mine"
    assert [path.name for path in target.parent.iterdir() if "events" in path.name] == ["events"]


def test_the_site_of_a_station_is_found(station: Station, centre: Centre) -> None:
    assert sites_of(centre.front.context, STATION) == (SITE,)
    assert sites_of(centre.front.context, "nobody") == ()


def make(folder: Path) -> Path:
    folder.mkdir()
    return folder
