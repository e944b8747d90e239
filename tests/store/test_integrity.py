"""A log that is not what was written is found out, and the first bad event is named."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from store_world import live, open_store

from rl_station.domain.scan import ScanSource
from rl_station.store import Report, StoreError, check_folder
from rl_station.store.folder import DATABASE


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A folder with three parcels' events, nobody working in it."""
    with open_store(tmp_path) as store:
        live(store, 1, 2, 3)
    return tmp_path


def tampered(folder: Path, *statements: str) -> Report:
    raw = dbapi2.connect(str(folder / DATABASE), isolation_level=None)
    for statement in statements:
        raw.execute(statement)
    raw.close()
    return check_folder(folder)


def test_an_untouched_log_is_clean(day: Path) -> None:
    report = check_folder(day, projections=True)
    assert report.ok
    assert report.events == 51


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE event SET body = replace(body, 'acme', 'evil') WHERE seq = 8", "hash"),
        ("UPDATE event SET at = at + 1 WHERE seq = 8", "hash"),
        ("UPDATE event SET operator = 'eve' WHERE seq = 8", "hash"),
        ("UPDATE event SET source = '{}' WHERE seq = 8", "hash"),
        ("UPDATE event SET schema = 2 WHERE seq = 8", "hash"),
        ("UPDATE event SET hash = zeroblob(32) WHERE seq = 8", "hash"),
        ("UPDATE event SET type = 'ParcelClosed' WHERE seq = 8", "content"),
        ("UPDATE event SET cause = 1000 WHERE seq = 8", "hash"),
        ("DELETE FROM event WHERE seq = 8", "gap"),
        ("DELETE FROM event WHERE seq BETWEEN 8 AND 10", "gap"),
    ],
)
def test_a_changed_or_missing_event_is_named(day: Path, statement: str, code: str) -> None:
    report = tampered(day, statement)
    assert report.first_bad == 8
    assert report.problems[0].code == code


def test_two_events_that_changed_places_are_named(day: Path) -> None:
    report = tampered(
        day,
        "UPDATE event SET seq = -1 WHERE seq = 20",
        "UPDATE event SET seq = 20 WHERE seq = 21",
        "UPDATE event SET seq = 21 WHERE seq = -1",
    )
    assert report.first_bad == 20


def test_the_end_cut_off_is_noticed_by_the_file_outside_the_database(day: Path) -> None:
    report = tampered(day, "DELETE FROM event WHERE seq > 48")
    assert report.first_bad == 49
    assert report.problems[0].code == "tail"
    assert "49 to 51" in report.problems[0].message


def test_an_event_of_another_epoch_is_named(day: Path) -> None:
    report = tampered(
        day,
        "INSERT INTO epoch VALUES (2, 'other', 'dock-01', 52, 0, 'no_token', 52)",
        "UPDATE event SET epoch = 2 WHERE seq = 30",
    )
    assert report.first_bad == 30
    assert {"hash", "epoch"} <= {problem.code for problem in report.problems}


def test_an_event_that_lost_its_epoch_is_named(day: Path) -> None:
    assert tampered(day, "UPDATE event SET epoch = 9 WHERE seq = 30").first_bad == 30


def test_flipped_bytes_of_stored_events_are_found(day: Path) -> None:
    """Any one byte of any event's content."""
    chance = random.Random(7)  # noqa: S311  # no secret, only variety
    raw = dbapi2.connect(str(day / DATABASE), isolation_level=None)
    for _ in range(40):
        seq = chance.randint(1, 51)
        ((body,),) = raw.execute("SELECT body FROM event WHERE seq = ?", (seq,)).fetchall()
        place = chance.randrange(len(body))
        flipped = body[:place] + bytes([body[place] ^ 1 << chance.randrange(8)]) + body[place + 1 :]
        raw.execute("UPDATE event SET body = ? WHERE seq = ?", (flipped, seq))
        assert check_folder(day).first_bad == seq
        raw.execute("UPDATE event SET body = ? WHERE seq = ?", (body, seq))
    raw.close()
    assert check_folder(day).ok


def test_trashed_pages_of_the_file_are_reported_and_do_not_crash_the_check(day: Path) -> None:
    path = day / DATABASE
    content = bytearray(path.read_bytes())
    for page in range(8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 2000] = bytes(2000)
    path.write_bytes(content)
    report = check_folder(day)
    assert not report.ok


def test_a_folder_without_a_database_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        check_folder(tmp_path)
    assert refused.value.code == "no_store"


def test_the_chain_can_be_verified_with_nothing_but_json_and_sha256(tmp_path: Path) -> None:
    source = ScanSource(device="bench", raw='\x00\x1d"\\/\x7f\x85é\n', symbology="]d2")
    with open_store(tmp_path) as store:
        live(store, 1)
        store.append([next(store.log()).event], operator="Zoë", source=source)
    raw = dbapi2.connect(str(tmp_path / DATABASE))
    previous = bytes(32)
    rows = raw.execute(
        "SELECT seq, token, station, at, hlc, cause, operator, schema, body, source, hash"
        " FROM event JOIN epoch ON epoch.number = event.epoch ORDER BY seq"
    ).fetchall()
    raw.close()
    assert len(rows) == 18
    for seq, epoch, station, at, hlc, cause, operator, schema, body, scan, stored in rows:
        envelope = {
            "seq": seq,
            "epoch": epoch,
            "station": station,
            "at": at,
            "hlc": hlc,
            "cause": cause,
            "operator": operator,
            "schema": schema,
            "event": json.loads(body),
            "source": None if scan is None else json.loads(scan),
        }
        text = json.dumps(envelope, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(previous + text.encode()).digest()
        assert previous == stored
