"""The server has another past than the station: restored, cloned, forked. All ends with everything at the centre, once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_centre import Centre, Reply, Serve, refuses
from synced_station import Station, number_of

from rl_station.central.calls import Request
from rl_station.domain.events import CodeTraced
from rl_station.domain.sync_wire import Probe, Refused
from rl_station.store.folder import EPOCH
from rl_station.sync.retry import SECOND


@pytest.fixture
def twin(station: Station, tmp_path: Path) -> Iterator[Station]:
    """A copy of the station's whole folder after 20 events at the centre, at work at the same time."""
    station.work(20)
    station.drain()
    station.copy(tmp_path / "twin")
    made = Station(tmp_path / "twin", station.centre)
    yield made
    made.close()


# --- the server was restored ------------------------------------------------------------------------------------------


def test_a_server_restored_from_an_old_image_gets_the_rest_again(station: Station, centre: Centre) -> None:
    station.work(10)
    station.drain()
    image, before = centre.image(), centre.incarnation()
    station.work(10)
    station.drain()
    centre.restore(image)
    station.work(1)
    station.drain()
    station.assert_all_there()
    assert centre.incarnation() != before
    assert "restored" in centre.tasks()
    assert station.state.receipt is not None
    assert station.state.receipt.incarnation == centre.incarnation()


def test_a_restored_server_is_noticed_although_nobody_scans(station: Station, centre: Centre) -> None:
    image = centre.image()
    station.work(10)
    station.drain()
    centre.restore(image)
    station.drain(10)
    station.assert_all_there()


def test_a_server_that_lost_everything_gets_everything_in_all_its_epochs(
    station: Station, centre: Centre, tmp_path: Path
) -> None:
    empty = centre.image()
    station.work(10)
    station.drain()
    (station.folder / EPOCH).unlink()
    station.restart()
    assert station.store.epoch_reason == "no_token"
    station.work(10)
    station.drain()
    centre.restore(empty)
    station.work(1)
    station.drain()
    station.assert_all_there()
    assert len(centre.hashes()) == 2


def test_an_acknowledgement_that_the_server_lost_with_its_image_is_taken_back(station: Station, centre: Centre) -> None:
    image = centre.image()
    station.work(10)
    station.drain()
    centre.restore(image)
    centre.clock.at += 1
    station.step()
    assert station.store.unsynced().waiting == 10


# --- the station was restored -----------------------------------------------------------------------------------------


def test_a_station_restored_from_an_old_image_goes_on_in_a_new_epoch(
    station: Station, centre: Centre, tmp_path: Path
) -> None:
    station.work(10)
    station.store.backup(tmp_path / "image")
    station.drain()
    station.work(10)
    station.drain()
    lost = {link for _, link in station.hashes()[station.store.epoch]}
    station.put_back(tmp_path / "image")
    assert station.store.epoch_reason == "behind"
    station.work(10)
    station.drain()
    stored = centre.hashes()
    assert stored[station.store.epoch] == station.hashes()[station.store.epoch]
    assert lost <= {link for links in stored.values() for _, link in links}


def test_a_station_restored_with_its_token_forks_where_its_new_work_begins(
    station: Station, centre: Centre, tmp_path: Path
) -> None:
    """The image has the epoch's file too, so that only the server can notice."""
    station.work(10)
    station.drain()
    station.copy(tmp_path / "image")
    station.receive()
    station.work(9)
    station.drain()
    before = station.store.epoch
    lost = station.hashes()[before]
    old = Station(tmp_path / "image", centre)
    assert (old.store.epoch, old.store.epoch_reason) == (before, "new")
    old.work(5)
    old.drain()
    assert old.store.epoch_reason == "forked"
    assert number_of(old.receive()) > 10_000
    old.drain()
    stored = centre.hashes()
    assert stored == {before: lost, old.store.epoch: old.hashes()[old.store.epoch]}
    assert [seq for seq, _ in stored[old.store.epoch]] == [*range(11, 17)]
    assert "fork" in centre.tasks()
    old.close()


# --- a clone ----------------------------------------------------------------------------------------------------------


def test_two_copies_of_a_station_at_work_are_both_kept_whole(station: Station, twin: Station, centre: Centre) -> None:
    common = station.store.epoch
    for _ in range(3):
        station.work(5)
        twin.work(7)
        station.drain()
        twin.drain()
    assert (station.store.epoch_reason, twin.store.epoch_reason) == ("new", "forked")
    assert centre.hashes() == {common: station.hashes()[common], twin.store.epoch: twin.hashes()[twin.store.epoch]}
    assert twin.store.check(projections=True).ok
    assert "fork" in centre.tasks()


def test_the_original_forks_where_the_copy_was_faster(station: Station, twin: Station, centre: Centre) -> None:
    twin.work(3)
    twin.drain()
    station.work(30)
    station.drain()
    assert (station.store.epoch_reason, twin.store.epoch_reason) == ("forked", "new")
    assert [seq for seq, _ in centre.hashes()[station.store.epoch]] == [*range(21, 51)]


def test_a_forked_epoch_survives_restarts_and_a_restored_server(
    station: Station, twin: Station, centre: Centre
) -> None:
    image = centre.image()
    station.work(5)
    station.drain()
    twin.work(5)
    twin.drain()
    forked = twin.store.epoch
    twin.restart()
    assert twin.store.epoch == forked
    centre.restore(image)
    twin.work(1)
    twin.drain()
    station.work(1)
    station.drain()
    assert centre.hashes()[forked] == twin.hashes()[forked]
    assert centre.hashes()[station.store.epoch] == station.hashes()[station.store.epoch]


def test_a_copy_of_a_copy_is_told_apart_too(station: Station, twin: Station, centre: Centre, tmp_path: Path) -> None:
    station.work(2)
    station.drain()
    twin.work(2)
    twin.drain()
    twin.copy(tmp_path / "third")
    third = Station(tmp_path / "third", centre)
    for each in (twin, third):
        each.work(4)
        each.drain()
    assert len({station.store.epoch, twin.store.epoch, third.store.epoch}) == 3
    assert third.hashes()[third.store.epoch] == centre.hashes()[third.store.epoch]
    third.close()


# --- a server that says nonsense --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        Refused(code="gap", message="", expected=11),
        Refused(code="gap", message="", expected=0),
        Refused(code="gap", message="", expected=500),
        Refused(code="forked", message="", at=0),
        Refused(code="forked", message="", at=500),
        Refused(code="mismatch", message="", probes=(Probe("x", 10, bytes(32)),)),
        Refused(code="cursor_unknown", message=""),
        Refused(code="nobody knows this", message=""),
    ],
)
def test_a_server_that_contradicts_itself_changes_nothing_for_long(
    station: Station, centre: Centre, said: Refused
) -> None:
    station.work(10)
    station.drain()
    station.work(5)
    epoch = station.store.epoch
    centre.always = refuses(said)
    for _ in range(30):
        station.step()
    assert station.state.link == "down"
    assert station.state.trouble is not None
    assert station.state.trouble.code == "contradicts"
    assert station.store.epoch == epoch
    centre.always = None
    station.drain()
    station.assert_all_there()


def test_a_server_that_always_says_forked_gets_one_new_epoch_and_no_more(station: Station, centre: Centre) -> None:
    station.work(10)
    centre.always = refuses(Refused(code="forked", message="", at=1))
    for _ in range(30):
        station.step()
    assert len(station.outbox.lives()) == 1
    assert station.store.epoch_reason == "forked"
    assert station.state.trouble is not None
    assert station.state.trouble.code == "contradicts"
    centre.always = None
    station.drain()
    station.assert_all_there()


def test_two_servers_behind_one_address_are_not_asked_in_a_frenzy_and_somebody_hears_of_it(
    station: Station, centre: Centre, tmp_path: Path
) -> None:
    """A balancer in front of two databases, neither of which hears of the other's events."""
    station.work(5)
    station.drain()
    other = tmp_path / "other"
    other.mkdir()
    (other / "central.sqlite3").write_bytes(centre.image())
    station.store.append([CodeTraced(kind="tracking", value=str(number)) for number in range(2000)], operator="ada")
    with Centre(other, centre.clock.at) as second:
        turns = itertools.count()

        def balanced(request: Request, serve: Serve) -> Reply:
            return second.front.answer(request) if next(turns) % 2 else serve(request)

        centre.always = balanced
        began = station.clock.now()
        for _ in range(40):
            station.step()
        assert station.clock.now() - began > 60 * SECOND
        assert station.state.trouble is not None
        assert (station.state.trouble.code, station.state.trouble.blocked) == ("contradicts", True)
        centre.always = None
        station.drain()
        station.assert_all_there()
        for _ in range(3):
            station.step()
        assert station.state.trouble is None


def test_the_newest_common_past_is_found_without_sending_everything(station: Station, centre: Centre) -> None:
    """The server was restored, and a copy of the station has filled it up with other events since."""
    station.work(300)
    station.drain()
    image = centre.image()
    station.copy(station.folder.parent / "copy")
    station.work(200)
    station.drain()
    copy = Station(station.folder.parent / "copy", centre)
    centre.restore(image)
    copy.work(500)
    copy.drain()
    before = len(centre.pushes)
    station.work(1)
    station.drain()
    copy.close()
    sent = sum(len(push.events) for push in centre.pushes[before:])
    assert station.store.epoch_reason == "forked"
    assert [seq for seq, _ in centre.hashes()[station.store.epoch]] == [*range(301, 502)]
    assert sent < 3 * 500
