"""A database that is not the one written last goes on in a new epoch, and no plate is given twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from store_world import live, open_store, parcel_plate, received

from rl_station.domain import site_codes
from rl_station.store import Store
from rl_station.store.folder import DATABASE, EPOCH


def number(plate: str) -> int:
    code = site_codes.parse(plate)
    assert code is not None
    return int(code.body[3:])


def assert_sound(store: Store) -> None:
    report = store.check(projections=True)
    assert report.ok, report


def test_a_clean_restart_stays_in_its_epoch(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
        first = store.epoch
    with open_store(tmp_path) as store:
        live(store, 2)
        assert (store.epoch, store.epoch_reason) == (first, "new")
        assert_sound(store)


def test_an_old_image_of_the_database_starts_a_new_epoch_and_passes_over_lost_plates(tmp_path: Path) -> None:
    image = tmp_path / "image.db"
    data = tmp_path / "data"
    with open_store(data) as store:
        live(store, 1)
        store.backup(image)
        old = store.head.seq
        live(store, 2, 3)
        lost, first = store.head.seq - old, store.epoch
    shutil.copy(image, data / DATABASE)
    with open_store(data) as store:
        assert store.epoch_reason == "behind"
        assert store.epoch != first
        assert number(store.identifiers.parcel_plate()) == 1 + lost + 1
        assert number(store.identifiers.unit_plate()) == 1 + lost + 1
        done = live(store, 40)
        assert done[0].seq == old + 1
        assert done[0].epoch == store.epoch
        assert_sound(store)
        store.rebuild()
        assert number(store.identifiers.parcel_plate()) == 41
    with open_store(data) as store:
        assert store.epoch_reason == "behind"
        assert {each.epoch for each in store.log()} == {first, store.epoch}
        assert_sound(store)


def test_an_image_of_this_very_moment_goes_on_where_it_was(tmp_path: Path) -> None:
    with open_store(tmp_path / "data") as store:
        live(store, 1)
        store.backup(tmp_path / "image.db")
        first = store.epoch
    shutil.copy(tmp_path / "image.db", tmp_path / "data" / DATABASE)
    with open_store(tmp_path / "data") as store:
        assert store.epoch == first


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"0123456789abcdef\n"])
def test_a_missing_or_damaged_token_starts_a_new_epoch(tmp_path: Path, content: bytes | None) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
        first = store.epoch
    (tmp_path / EPOCH).unlink()
    if content is not None:
        (tmp_path / EPOCH).write_bytes(content)
    with open_store(tmp_path) as store:
        assert (store.epoch_reason, store.epoch == first) == ("no_token", False)
        assert number(store.identifiers.parcel_plate()) == 10_002
        live(store, 20_000)
        assert_sound(store)


def test_a_database_copied_to_another_machine_is_another_epoch(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with open_store(tmp_path / name) as store:
            live(store, 1)
    shutil.copy(tmp_path / "one" / DATABASE, tmp_path / "two" / DATABASE)
    with open_store(tmp_path / "two") as store:
        assert store.epoch_reason == "other_token"
        assert_sound(store)


def test_a_lost_database_starts_another_epoch_without_giving_its_plates_again(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1, 2)
        first = store.epoch
    (tmp_path / DATABASE).unlink()
    with open_store(tmp_path, epoch="wanted") as store:
        assert (store.epoch_reason, store.epoch == first) == ("lost", False)
        assert number(store.identifiers.parcel_plate()) > 10_000
        live(store, 20_000)
        assert_sound(store)


def test_a_given_epoch_names_a_new_store_only(tmp_path: Path) -> None:
    with open_store(tmp_path, epoch="first") as store:
        assert store.epoch == "first"
    with open_store(tmp_path, epoch="second") as store:
        assert store.epoch == "first"
    (tmp_path / EPOCH).unlink()
    with open_store(tmp_path, epoch="first") as store:
        assert store.epoch not in ("first", "second")


def test_another_prefix_counts_from_one(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
    with open_store(tmp_path, prefix="D02") as store:
        assert store.identifiers.parcel_plate() == site_codes.plate("P", "D02", 1)
    with open_store(tmp_path) as store:
        assert store.identifiers.parcel_plate() == parcel_plate(2)


def test_a_database_lost_time_and_again_never_gives_a_plate_twice(tmp_path: Path) -> None:
    given: set[str] = set()
    for _ in range(3):
        with open_store(tmp_path) as store:
            for _ in range(3):
                plate = store.identifiers.parcel_plate()
                assert plate not in given
                given.add(plate)
                store.append([received(plate)], operator="ada")
        (tmp_path / DATABASE).unlink()


def test_an_old_image_put_back_again_and_again_never_gives_a_plate_twice(tmp_path: Path) -> None:
    image, data = tmp_path / "image.db", tmp_path / "data"
    given: set[str] = set()
    with open_store(data) as store:
        live(store, 1)
        store.backup(image)
        live(store, 2)
    for _ in range(3):
        shutil.copy(image, data / DATABASE)
        with open_store(data) as store:
            plate = store.identifiers.parcel_plate()
            assert plate not in given
            given.add(plate)
            store.append([received(plate)], operator="ada")


def test_a_token_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
        first = store.epoch
    token, seq, _ = (tmp_path / EPOCH).read_text().split()
    (tmp_path / EPOCH).write_text(f"{token}\n{seq}\n")
    with open_store(tmp_path) as store:
        assert store.epoch == first
