"""What the centre says, in its own file: whole copies, changes, deletions, kills, damage."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from known_pages import a_product, a_return, an_operator, gone, known, page, parcel, unit
from pysqlite3 import dbapi2

from rl_station.domain.projections import ContainerRow
from rl_station.domain.sync_wire import Item, Page
from rl_station.store import StoreError, StoreFull
from rl_station.store.database import Database
from rl_station.store.known import FILE, KnownReader, KnownWriter
from rl_station.store.known import writer as writing
from rl_station.store.known.file import KnownState

NOW = 1_795_262_400_000_000
HOUR_US = 3_600_000_000


def writer(folder: Path, *, station: str = "dock-01", shape: str = "") -> KnownWriter:
    return KnownWriter(
        folder, site="main", station=station, tracking_keys=lambda number: (number, number[3:]), shape=shape
    )


@pytest.fixture
def wrote(tmp_path: Path) -> Iterator[KnownWriter]:
    made = writer(tmp_path)
    yield made
    made.close()


@pytest.fixture
def reads(tmp_path: Path) -> Iterator[KnownReader]:
    made = KnownReader(tmp_path)
    yield made
    made.close()


def take(wrote: KnownWriter, *pages: Page, now: int = NOW) -> None:
    for each in pages:
        wrote.take(wrote.cursor(), each, now)


def keys(reads: KnownReader, field: str, code: str) -> list[str]:
    return [each.key for each in reads.led_to(field, code)]


COUNTS = {"item": "SELECT count(*) FROM item", "code": "SELECT count(*) FROM code"}


def rows(folder: Path, table: str) -> int:
    with dbapi2.connect(str(folder / FILE)) as raw:
        found = raw.execute(COUNTS[table]).fetchone()[0]
    raw.close()
    return int(found)


# --- a whole copy -----------------------------------------------------------------------------------------------------


def test_a_station_that_heard_nothing_yet_asks_from_the_beginning(wrote: KnownWriter, reads: KnownReader) -> None:
    assert wrote.cursor() == ""
    reads.refresh()
    assert not reads.there
    assert reads.said("return", "R1") is None
    assert reads.led_to("return.order", "O") == []


def test_a_whole_copy_counts_only_when_it_is_complete(wrote: KnownWriter, reads: KnownReader) -> None:
    take(wrote, page([a_return("R1")], "s1", snapshot=True, more=True))
    reads.refresh()
    assert not reads.there
    assert reads.said("return", "R1") is None
    assert wrote.cursor() == "s1"
    take(wrote, page([a_return("R2")], "c1"))
    reads.refresh()
    assert reads.there
    assert [reads.said("return", rma) is not None for rma in ("R1", "R2")] == [True, True]
    assert wrote.cursor() == "c1"


def test_the_former_copy_stays_in_force_while_another_is_loaded(wrote: KnownWriter, reads: KnownReader) -> None:
    take(wrote, page([a_return("R1"), a_return("R2")], "c1"))
    wrote.start_over()
    assert wrote.cursor() == ""
    take(wrote, page([a_return("R2"), a_return("R3")], "s1", snapshot=True))
    reads.refresh()
    assert [reads.said("return", rma) is not None for rma in ("R1", "R2", "R3")] == [True, True, False]
    take(wrote, page([], "c9"))
    reads.refresh()
    assert [reads.said("return", rma) is not None for rma in ("R1", "R2", "R3")] == [False, True, True]
    assert keys(reads, "return.order", "ORDER-R1") == []


def test_a_reader_that_does_not_look_again_is_never_between_two_copies(wrote: KnownWriter, reads: KnownReader) -> None:
    """Between its look and its questions a new copy may come into force and the old one be cleared away."""
    take(wrote, page([a_return("R1")], "c1"))
    reads.refresh()
    wrote.start_over()
    take(wrote, page([a_return("R1")], "s1", snapshot=True), page([], "c9"))
    while wrote.tidy():
        assert reads.said("return", "R1") is not None
        assert keys(reads, "return.order", "ORDER-R1") == ["R1"]
    assert reads.said("return", "R1") is not None


def test_what_is_no_longer_in_force_is_cleared_away_bit_by_bit(
    tmp_path: Path, wrote: KnownWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "CHUNK", 10)
    take(wrote, page([a_return(f"R{number:04d}") for number in range(35)], "c1"))
    wrote.start_over()
    take(wrote, page([a_return("R1")], "s1", snapshot=True))
    wrote.start_over()
    take(wrote, page([a_return("R2")], "s1", snapshot=True), page([], "c9"))
    before, steps = rows(tmp_path, "item") + rows(tmp_path, "code"), 0
    while wrote.tidy():
        left = rows(tmp_path, "item") + rows(tmp_path, "code")
        assert before - 10 <= left < before
        before, steps = left, steps + 1
    assert steps > 10
    assert rows(tmp_path, "item") == 1
    assert not wrote.tidy()


def test_a_page_of_a_whole_copy_that_is_too_large_is_written_in_chunks(
    tmp_path: Path, wrote: KnownWriter, reads: KnownReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "CHUNK", 10)
    many = [a_return(f"R{number:04d}") for number in range(35)]
    stored: list[tuple[int, str]] = []
    put = writing.put_state

    def noted(database: Database, state: KnownState) -> None:
        put(database, state)
        stored.append((state.loading, state.loading_cursor))

    monkeypatch.setattr(writing, "put_state", noted)
    take(wrote, page(many, "s1", snapshot=True), page([], "c1"))
    assert stored[:4] == [(1, ""), (1, ""), (1, ""), (1, "s1")]
    reads.refresh()
    assert all(reads.said("return", item.key) for item in many)


def test_a_copy_goes_on_where_a_kill_left_it(tmp_path: Path) -> None:
    """At every chunk: what is committed has its cursor, what is not is asked for again. A kill leaves the files as they are."""
    pages = [
        *(
            page([a_return(f"R{number}-{each}") for each in range(5)], f"s{number}", snapshot=True)
            for number in range(6)
        ),
        page([a_return("LAST")], "c1"),
    ]
    by_cursor = dict(zip(["", *(each.cursor for each in pages)], pages, strict=False))
    (tmp_path / "first").mkdir()
    first = writer(tmp_path / "first")
    for done in range(len(pages) + 1):
        killed = shutil.copytree(tmp_path / "first", tmp_path / f"killed-{done}")
        if (killed / f"{FILE}-wal").exists():
            with (killed / f"{FILE}-wal").open("ab") as torn:
                torn.write(b"\x00" * 777)
        second = writer(killed)
        while second.cursor() != "c1":
            second.take(second.cursor(), by_cursor[second.cursor()], NOW)
        second.close()
        reader = KnownReader(killed)
        reader.refresh()
        assert len(reader.every("return")) == 31
        reader.close()
        if done < len(pages):
            assert first.cursor() == ["", *(each.cursor for each in pages)][done]
            first.take(first.cursor(), pages[done], NOW)
    first.close()


# --- changes ----------------------------------------------------------------------------------------------------------


def test_a_change_takes_the_place_of_what_was_said_before(wrote: KnownWriter, reads: KnownReader) -> None:
    take(wrote, page([a_return("R1", "1Z 1")], "c1"))
    take(wrote, page([a_return("R1", "1Z 2")], "c2"))
    reads.refresh()
    assert keys(reads, "return.tracking", "1Z 1") == []
    assert keys(reads, "return.tracking", "1Z 2") == ["R1"]
    assert wrote.cursor() == "c2"


def test_the_last_of_two_changes_in_one_page_counts(wrote: KnownWriter, reads: KnownReader) -> None:
    take(wrote, page([a_return("R1", "OLD"), a_return("R1", "NEW")], "c1"))
    reads.refresh()
    assert (keys(reads, "return.tracking", "OLD"), keys(reads, "return.tracking", "NEW")) == ([], ["R1"])


def test_what_the_centre_deleted_is_known_to_be_gone(wrote: KnownWriter, reads: KnownReader) -> None:
    take(wrote, page([a_return("R1", "1Z1"), unit("U1", serial="SN1")], "c1"))
    take(wrote, page([gone("return", "R1"), gone("unit", "U1")], "c2"))
    reads.refresh()
    found = reads.said("return", "R1")
    assert found is not None
    assert found.value is None
    assert reads.said("unit", "U1") is None
    assert keys(reads, "return.tracking", "1Z1") == []
    assert keys(reads, "unit.serial", "SN1") == []


def test_a_page_that_answers_another_question_changes_nothing(wrote: KnownWriter, reads: KnownReader) -> None:
    take(wrote, page([a_return("R1")], "c1"))
    wrote.take("", page([gone("return", "R1")], "c7"), NOW)
    reads.refresh()
    found = reads.said("return", "R1")
    assert found is not None
    assert found.value is not None
    assert wrote.cursor() == "c1"


def test_everything_is_found_by_every_code_a_scan_can_carry(wrote: KnownWriter, reads: KnownReader) -> None:
    pallet = Item(
        "container", "T1", 1, known(ContainerRow(container="T1", status="consolidated", pallet="PAL", pallet_seq=7))
    )
    take(
        wrote,
        page(
            [
                a_return("R1", "420123", sscc=("340123",)),
                a_product("SKU-1", "04012345678901", "04012345678918"),
                an_operator("ada", "BADGE1"),
                parcel("P1", keys=(("tracking", "1Z1"), ("rma", "R1"), ("tracking", "1Z1")), seq=5),
                unit("U1", parcel="P1", serial="SN1", epc="30AA", container="T1", seq=6, placed_seq=8),
                pallet,
            ],
            "c1",
        ),
    )
    reads.refresh()
    found = {
        (field, code): keys(reads, field, code)
        for field, code in (
            ("return.tracking", "420123"),
            ("return.tracking", "123"),
            ("return.sscc", "340123"),
            ("return.order", "ORDER-R1"),
            ("return.serial", "SN-R1"),
            ("return.epc", "30R1"),
        )
    }
    assert set(map(tuple, found.values())) == {("R1",)}, found
    assert keys(reads, "product.gtin", "04012345678918") == ["acme/SKU-1"]
    assert keys(reads, "operator.badge", "BADGE1") == ["ada"]
    assert keys(reads, "parcel.rma", "R1") == ["P1"]
    assert [
        keys(reads, f"unit.{field}", code) for field, code in (("parcel", "P1"), ("serial", "SN1"), ("epc", "30AA"))
    ] == [["U1"]] * 3
    assert reads.led_to("unit.container", "T1", 8) == [("U1", 8)]
    assert reads.led_to("unit.container", "T1", 9) == []
    assert reads.led_to("container.pallet", "PAL") == [("T1", 7)]


def test_what_this_version_does_not_understand_is_left_out(
    wrote: KnownWriter, reads: KnownReader, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        take(wrote, page([Item("return", "R1", 1, b'{"rma": 7}'), Item("unit", "U1", 2, b"[]"), a_return("R2")], "c1"))
    reads.refresh()
    assert [reads.said("return", "R1"), reads.said("unit", "U1")] == [None, None]
    assert reads.said("return", "R2") is not None
    assert "does not understand" in caplog.text


def test_the_clock_of_a_station_that_is_a_year_ahead_is_not_believed(wrote: KnownWriter, reads: KnownReader) -> None:
    soon, late = (((NOW + ahead) // 1000) << 16 for ahead in (HOUR_US // 2, 366 * 24 * HOUR_US))
    take(wrote, page([unit("U1", hlc=soon), unit("U2", hlc=late)], "c1"))
    reads.refresh()
    assert reads.hlc == soon


def test_the_age_of_what_is_known_is_that_of_the_last_answer(wrote: KnownWriter, reads: KnownReader) -> None:
    take(wrote, page([a_return("R1")], "c1"), now=NOW)
    take(wrote, page([], "c1"), now=NOW + HOUR_US)
    reads.refresh()
    assert reads.contact_at == NOW + HOUR_US


def test_answers_that_bring_nothing_are_not_written_down_each_time(tmp_path: Path, wrote: KnownWriter) -> None:
    take(wrote, page([a_return("R1")], "c1"), now=NOW)
    before = (tmp_path / f"{FILE}-wal").stat().st_size
    for second in range(1, 20):
        take(wrote, page([], "c1"), now=NOW + second * 1_000_000)
    assert (tmp_path / f"{FILE}-wal").stat().st_size == before


# --- trouble ----------------------------------------------------------------------------------------------------------


def damage(folder: Path) -> None:
    path = folder / FILE
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize("content", [b"", b"this is no database", b"SQLite format 3\x00" + bytes(200)])
def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    reader = KnownReader(tmp_path)
    reader.refresh()
    assert not reader.there
    made = writer(tmp_path)
    assert made.cursor() == ""
    take(made, page([a_return("R1")], "c1"))
    made.close()
    reader.refresh()
    assert reader.said("return", "R1") is not None
    reader.close()


def test_a_damaged_file_is_fetched_again_and_nobody_is_bothered(tmp_path: Path) -> None:
    many = [a_return(f"R{number:04d}") for number in range(2000)]
    made = writer(tmp_path)
    take(made, page(many, "c1"))
    made.close()
    damage(tmp_path)
    reader = KnownReader(tmp_path)
    reader.refresh()
    assert reader.said("return", "R1000") is None
    made = writer(tmp_path)
    for _ in range(3):
        take(made, page([*many, a_return("R1000", "NEW")], "c2"))
    assert made.cursor() == "c2"
    made.close()
    reader.refresh()
    assert reader.led_to("return.tracking", "NEW") == [("R1000", 0)]
    assert reader.said("return", "R0500") is not None
    reader.close()


def test_damage_that_only_a_reader_meets_is_mended_by_the_writer(tmp_path: Path) -> None:
    made = writer(tmp_path)
    take(made, page([a_return(f"R{number:04d}") for number in range(2000)], "c1"))
    made.close()
    damage(tmp_path)
    reader = KnownReader(tmp_path)
    reader.refresh()
    reader.said("return", "R1000")
    assert not reader.there
    made = writer(tmp_path)
    assert made.cursor() == ""
    made.close()
    reader.close()


@pytest.mark.parametrize("change", [{"station": "dock-02"}, {"shape": "other carriers"}])
def test_a_file_of_somebody_else_is_set_aside(tmp_path: Path, change: dict[str, str]) -> None:
    made = writer(tmp_path)
    take(made, page([a_return("R1")], "c1"))
    made.close()
    other = writer(tmp_path, **change)
    assert other.cursor() == ""
    other.close()
    reader = KnownReader(tmp_path)
    reader.refresh()
    assert not reader.there
    reader.close()


def test_the_file_is_followed_when_another_takes_its_place(tmp_path: Path, reads: KnownReader) -> None:
    made = writer(tmp_path)
    take(made, page([a_return("R1")], "c1"))
    reads.refresh()
    assert reads.there
    small = reads.small
    made.close()
    other = writer(tmp_path, shape="other")
    take(other, page([a_return("R2")], "c1"))
    other.close()
    reads.refresh()
    assert [reads.said("return", rma) is not None for rma in ("R1", "R2")] == [False, True]
    assert reads.small != small


def test_a_file_that_is_deleted_under_the_reader_is_a_centre_that_says_nothing(
    tmp_path: Path, reads: KnownReader
) -> None:
    made = writer(tmp_path)
    take(made, page([a_return("R1")], "c1"))
    made.close()
    reads.refresh()
    (tmp_path / FILE).unlink()
    reads.refresh()
    assert not reads.there
    assert reads.said("return", "R1") is None


def test_a_whole_copy_leaves_room_for_scans(
    tmp_path: Path, wrote: KnownWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "RESERVE", 1 << 62)
    monkeypatch.setattr(writing, "SHARE", 1)
    with pytest.raises(StoreFull):
        wrote.take("", page([a_return("R1")], "s1", snapshot=True), NOW)
    wrote.take("", page([a_return("R1")], "c1"), NOW)
    assert wrote.cursor() == "c1"


def test_a_folder_that_cannot_be_written_is_an_error_for_the_caller_alone(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        writer(tmp_path / "missing").cursor()
