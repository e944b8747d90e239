"""What `append` promises: all or nothing, in order, for ever, and never a clock that runs backwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_world import HOUR, NOON, SetClock, live, open_store, parcel_plate, received

from rl_station.domain import events as ev
from rl_station.domain.scan import ScanSource
from rl_station.store import StoreError


def test_what_was_appended_reads_back_equal_after_a_restart(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        done = live(store, 1, 2)
    with open_store(tmp_path) as store:
        assert list(store.log()) == done
        assert [each.seq for each in store.log(since=5)] == [each.seq for each in done[5:]]


def test_the_events_of_one_input_share_their_cause_and_their_time(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append([ev.SignedOut(operator="ada")], operator="ada")
        both = store.append([received(parcel_plate(1)), ev.TaskChosen(task="receive")], operator="ada")
    assert [each.seq for each in both] == [2, 3]
    assert {each.cause for each in both} == {2}
    assert both[0].at == both[1].at
    assert both[0].hlc < both[1].hlc


def test_every_byte_of_a_scan_is_kept(tmp_path: Path) -> None:
    source = ScanSource(device="bench", raw=bytes(range(256)).decode("latin-1"), symbology="]C1")
    with open_store(tmp_path) as store:
        store.append([ev.ScanRefused(code="scan.unknown")], operator="ada", source=source)
    with open_store(tmp_path) as store:
        (found,) = store.log()
        assert store.check().ok
    assert found.source == source
    assert found.source is not None
    assert found.source.data == bytes(range(256))


def test_a_clock_set_back_a_year_never_turns_the_logical_clock_back(tmp_path: Path) -> None:
    clock = SetClock()
    with open_store(tmp_path, clock) as store:
        live(store, 1)
        clock.at = NOON - 365 * 24 * HOUR
        (early,) = store.append([ev.TaskChosen(task="sort")], operator="ada")
    clock.at = NOON - 2 * 365 * 24 * HOUR
    with open_store(tmp_path, clock) as store:
        store.append([ev.TaskChosen(task="trace")], operator="ada")
        logical = [each.hlc for each in store.log()]
        assert store.check().ok
    assert logical == sorted(set(logical))
    assert early.at < NOON


def test_no_events_change_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.append([], operator="ada", checkpoint=b"state") == ()
        assert store.checkpoint() is None
        assert store.head.seq == 0


def test_the_checkpoint_goes_with_its_events_and_survives_a_restart(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
        (last,) = store.append([ev.TaskChosen(task="sort")], operator="ada", checkpoint=b"state")
        store.append([ev.TaskChosen(task="trace")], operator="ada")
    with open_store(tmp_path) as store:
        assert store.checkpoint() == (last.seq, b"state")


def test_an_event_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        before = store.head
        with pytest.raises(StoreError) as refused:
            store.append([received(parcel_plate(1)), ev.TaskChosen(task="\ud800")], operator="ada")
        assert refused.value.code == "unstorable"
        assert store.head == before
        assert store.records.parcel(parcel_plate(1)) is None
        (next_one,) = store.append([ev.TaskChosen(task="sort")], operator="ada")
        assert next_one.seq == before.seq + 1
        assert store.check(projections=True).ok


def test_unsynced_counts_what_the_centre_has_not_acknowledged(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.unsynced() == (0, None)
        done = live(store, 1)
        assert store.unsynced() == (len(done), done[0].at)
        store.acknowledge(3)
        store.acknowledge(2)
        assert store.unsynced() == (len(done) - 3, done[3].at)
        with pytest.raises(ValueError, match="not in a log"):
            store.acknowledge(len(done) + 1)
    with open_store(tmp_path) as store:
        assert store.unsynced().waiting == len(done) - 3


def test_the_same_input_gives_the_same_hashes_when_the_epoch_is_given(tmp_path: Path) -> None:
    heads = []
    for name in ("one", "two"):
        with open_store(tmp_path / name, purpose="replay", epoch="replay-1") as store:
            live(store, 1, 2, 3)
            heads.append(store.head)
            assert store.epoch == "replay-1"
    assert heads[0] == heads[1]


def test_plates_follow_the_events_that_use_them(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.identifiers.parcel_plate() == store.identifiers.parcel_plate() == parcel_plate(1)
        assert store.identifiers.parcel_plate(2) == parcel_plate(3)
        store.append([received(parcel_plate(1))], operator="ada")
        store.append([received(parcel_plate(3), preprinted=True)], operator="ada")
        assert store.identifiers.parcel_plate() == parcel_plate(2)
        assert store.identifiers.parcel_plate(1) == parcel_plate(4)


def test_a_plate_is_never_given_again_after_its_event_is_taken_back(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        (taken,) = store.append([received(parcel_plate(1))], operator="ada")
        store.append(
            [ev.CorrectionDeclared(corrects=(taken.seq,), types=("ParcelReceived",), parcels=(parcel_plate(1),))],
            operator="ada",
        )
        assert store.records.parcel(parcel_plate(1)) is None
        assert store.identifiers.parcel_plate() == parcel_plate(2)
        store.rebuild()
        assert store.identifiers.parcel_plate() == parcel_plate(2)
