"""What a store says it has to send, and how it follows when the centre turns out to have less, or something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_world import live, open_store, parcel_plate

from rl_station.domain import chain, sync_wire
from rl_station.domain.events import CodeTraced
from rl_station.domain.scan import ScanSource
from rl_station.store import Store, open_reader
from rl_station.store.folder import EPOCH

PLENTY = 10**9


def chained(folder: Path, station: str = "dock-01") -> list[bytes]:
    """Everything as it would be pushed, linked as the server links it; checked against the store's own links."""
    previous, seq = chain.GENESIS, 0
    links: list[bytes] = []
    with open_reader(folder) as reader:
        while batch := reader.batch(seq, 7, PLENTY):
            life = next(life for life in reversed(reader.lives()) if life.starts <= seq + 1)
            for seq, sent in batch:
                previous = sync_wire.link(previous, station, life.epoch, seq, sent)
                assert previous == reader.hash_at(seq)
                links.append(previous)
        assert len(links) == reader.head().seq
    return links


def test_what_is_sent_has_the_hashes_of_the_log(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1, 2)
        store.append([CodeTraced(kind="x", value="é")], operator="ada", source=ScanSource(device="d", raw="\x1d"))
    assert len(chained(tmp_path)) == 35


def test_a_batch_has_at_least_one_event_and_no_more_bytes_than_asked(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
    with open_reader(tmp_path) as reader:
        assert [seq for seq, _ in reader.batch(0, 5, PLENTY)] == [1, 2, 3, 4, 5]
        assert [seq for seq, _ in reader.batch(3, 5, 1)] == [4]
        sizes = [sync_wire.weight(sent) for _, sent in reader.batch(0, 4, PLENTY)]
        assert len(reader.batch(0, PLENTY, sum(sizes))) == 4
        assert len(reader.batch(0, PLENTY, sum(sizes) - 1)) == 3
        assert reader.batch(reader.head().seq, 5, PLENTY) == []


def test_a_batch_never_crosses_into_another_epoch(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
        end = store.head.seq
    (tmp_path / EPOCH).unlink()
    with open_store(tmp_path) as store:
        live(store, 40_000)
    with open_reader(tmp_path) as reader:
        assert [life.starts for life in reader.lives()] == [1, end + 1]
        assert reader.lives()[1].parent == reader.lives()[0].epoch
        assert [seq for seq, _ in reader.batch(0, 1000, PLENTY)] == [*range(1, end + 1)]
        assert reader.batch(end, 1, PLENTY)[0][0] == end + 1
    chained(tmp_path)


def test_a_withdrawn_acknowledgement_waits_again_and_survives_a_restart(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
        store.acknowledge(10)
        store.withdraw(4)
        assert store.unsynced().waiting == store.head.seq - 4
        store.withdraw(9)
        store.withdraw(-1)
    with open_store(tmp_path) as store:
        assert store.unsynced().waiting == store.head.seq - 4


def forked_store(folder: Path) -> Store:
    store = open_store(folder)
    live(store, 1)
    store.acknowledge(12)
    store.fork(6)
    return store


def test_a_fork_sends_again_from_where_the_other_log_begins(tmp_path: Path) -> None:
    with forked_store(tmp_path) as store:
        assert store.epoch_reason == "forked"
        assert store.unsynced().waiting == store.head.seq - 5
    with open_reader(tmp_path) as reader:
        first, second = reader.lives()
        assert (second.starts, second.parent, second.reason) == (6, first.epoch, "forked")
        assert {sent.epoch for _, sent in reader.batch(5, 1000, PLENTY)} == {first.epoch}
        assert len(reader.batch(0, 1000, PLENTY)) == 5
    chained(tmp_path)


def test_a_fork_goes_on_in_its_own_epoch_and_passes_over_plates_of_the_other(tmp_path: Path) -> None:
    with forked_store(tmp_path) as store:
        assert store.identifiers.parcel_plate() == parcel_plate(10_002)
        done = live(store, 20_000)
        token = store.epoch
        assert {recorded.epoch for recorded in done} == {token}
        assert store.check(projections=True).ok
    with open_store(tmp_path) as store:
        assert store.epoch == token
        assert store.check().ok
    chained(tmp_path)


def test_a_fork_asked_for_twice_is_done_once(tmp_path: Path) -> None:
    with forked_store(tmp_path) as store:
        token = store.epoch
        store.fork(6)
        assert store.epoch == token


def test_a_second_fork_before_the_first_takes_over_all_that_was_sent_again(tmp_path: Path) -> None:
    with forked_store(tmp_path) as store:
        live(store, 20_000)
        store.fork(3)
    with open_reader(tmp_path) as reader:
        assert [life.starts for life in reader.lives()] == [1, 3]
        assert len({sent.epoch for _, sent in reader.batch(2, 1000, PLENTY)}) == 2
    chained(tmp_path)


def test_a_power_cut_in_the_middle_of_a_fork_only_opens_another_epoch(tmp_path: Path) -> None:
    """The database knows of the fork, the token's file does not yet."""
    with open_store(tmp_path) as store:
        live(store, 1)
        before = (tmp_path / EPOCH).read_bytes()
        store.fork(6)
        live(store, 20_000)
    (tmp_path / EPOCH).write_bytes(before)
    with open_store(tmp_path) as store:
        assert store.epoch_reason == "other_token"
        assert store.check().ok
    chained(tmp_path)


@pytest.mark.parametrize("at", [0, 1000])
def test_a_log_does_not_fork_where_it_has_no_event(tmp_path: Path, at: int) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
        with pytest.raises(ValueError, match="not in a log"):
            store.fork(at)
        assert store.epoch_reason == "new"
