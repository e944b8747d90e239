"""`rl-station db salvage`: a damaged file, with and without a central server that has what it held."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from rl_station.central.clocks import SystemClock
from rl_station.central.database import open_engine
from rl_station.central.front import Front
from rl_station.central.serving import Beside
from rl_station.cli import main
from rl_station.settings.paths import example_site
from rl_station.store import open_reader
from rl_station.store.folder import DATABASE

SITE = ("--config", example_site(), "--station", "demo")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    for variable in ("RL_STATION_CONFIG", "RL_STATION_DATA", "RL_STATION_STATION", "RL_STATION_CENTRAL_DATABASE"):
        monkeypatch.delenv(variable, raising=False)

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture
def data(run: Run, tmp_path: Path) -> Path:
    """The log of three parcels, all of it in the database file itself."""
    folder = tmp_path / "data"
    assert run("demo", "--headless", "--parcels", 3, "--data", folder)[0] == 0
    raw = dbapi2.connect(str(folder / DATABASE))
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    return folder


@pytest.fixture
def enrolled(run: Run, data: Path, tmp_path: Path) -> Iterator[str]:
    """The folder's station is enrolled, and the server has everything."""
    database = f"sqlite:///{tmp_path / 'central.sqlite3'}"
    engine = open_engine(database)
    beside = Beside(Front(engine, SystemClock()))
    beside.start()
    code = json.loads(run("central", "enroll", "demo", "--database", database, "--json")[1])["code"]
    assert run("sync", "enroll", "--central", beside.url, "--code", code, "--data", data, *SITE)[0] == 0
    assert run("sync", "once", "--data", data, *SITE)[0] == 0
    yield beside.url
    beside.stop()
    engine.dispose()


def hashes(folder: Path) -> list[bytes]:
    with open_reader(folder) as reader:
        return [hash_ for _, hash_ in reader.entries()]


def trash(folder: Path, seq: int) -> None:
    """Overwrite the page that event `seq` stands in, but for its place in the file."""
    path = folder / DATABASE
    raw = dbapi2.connect(str(path))
    size = int(raw.execute("PRAGMA page_size").fetchone()[0])
    (body,) = raw.execute("SELECT hash FROM event WHERE seq = ?", (seq,)).fetchone()
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    content = bytearray(path.read_bytes())
    page = content.index(body) // size
    content[page * size : (page + 1) * size] = b"\xa5" * size
    path.write_bytes(bytes(content))


def test_what_was_acknowledged_comes_back_from_the_centre(run: Run, data: Path, enrolled: str) -> None:
    before = hashes(data)
    trash(data, len(before) // 2)
    assert run("db", "check", "--data", data)[0] == 1
    code, said, _ = run("db", "salvage", "--data", data, *SITE, "--json")
    found = json.loads(said)
    assert (code, found["kept"], found["lost"], found["beyond"]) == (0, len(before), 0, 0)
    assert 0 < found["fetched"] < len(before)
    assert hashes(data) == before
    assert run("db", "check", "--data", data)[0] == 0
    assert run("demo", "--headless", "--parcels", 1, "--data", data)[0] == 0
    assert hashes(data)[: len(before)] == before
    assert run("sync", "once", "--data", data, *SITE)[:2] == (0, "the central server has everything\n")


def test_an_event_that_is_not_what_was_written_is_fetched_again(run: Run, data: Path, enrolled: str) -> None:
    before = hashes(data)
    raw = dbapi2.connect(str(data / DATABASE), isolation_level=None)
    raw.execute("UPDATE event SET at = at + 1 WHERE seq = 9")
    raw.close()
    code, said, _ = run("db", "salvage", "--data", data, *SITE, "--json")
    assert (code, json.loads(said)["fetched"]) == (0, 1)
    assert hashes(data) == before
    assert run("db", "check", "--data", data)[0] == 0


@pytest.mark.parametrize("after", [0, 1, 5])
def test_a_station_whose_clone_has_forked_gets_its_own_events_back_and_not_the_clones(
    run: Run, data: Path, enrolled: str, tmp_path: Path, after: int
) -> None:
    common = len(hashes(data))
    twin = tmp_path / "twin"
    shutil.copytree(data, twin)
    for folder in (data, twin):
        assert run("demo", "--headless", "--parcels", 1, "--data", folder)[0] == 0
        assert run("sync", "once", "--data", folder, *SITE)[0] == 0
    with open_reader(twin) as reader:
        assert [epoch.reason for epoch in reader.epochs()][-1] == "forked"
    for folder in (data, twin):
        before = hashes(folder)
        raw = dbapi2.connect(str(folder / DATABASE), isolation_level=None)
        raw.execute("UPDATE event SET at = at + 1 WHERE seq = ?", (common + 1 + after,))
        raw.close()
        code, said, _ = run("db", "salvage", "--data", folder, *SITE, "--json")
        assert (code, json.loads(said)["lost"]) == (0, 0)
        assert hashes(folder) == before
        assert run("db", "check", "--data", folder)[0] == 0


def test_a_clone_that_is_no_database_any_more_is_fetched_by_its_token(
    run: Run, data: Path, enrolled: str, tmp_path: Path
) -> None:
    twin = tmp_path / "twin"
    shutil.copytree(data, twin)
    for folder in (data, twin):
        assert run("demo", "--headless", "--parcels", 1, "--data", folder)[0] == 0
        assert run("sync", "once", "--data", folder, *SITE)[0] == 0
    for folder in (data, twin):
        before = hashes(folder)
        with open_reader(folder) as reader:
            epochs = [(epoch.token, epoch.sends_from) for epoch in reader.epochs()]
        (folder / DATABASE).write_bytes(b"\xa5" * 50_000)
        code, said, _ = run("db", "salvage", "--data", folder, *SITE, "--json")
        assert (code, json.loads(said)["fetched"]) == (0, len(before))
        assert hashes(folder) == before
        with open_reader(folder) as reader:
            assert [(epoch.token, epoch.sends_from) for epoch in reader.epochs()] == epochs


def test_a_file_that_is_no_database_any_more_is_fetched_whole(run: Run, data: Path, enrolled: str) -> None:
    before = hashes(data)
    (data / DATABASE).write_bytes(b"\xa5" * 50_000)
    code, said, err = run("db", "salvage", "--data", data, *SITE, "--json")
    assert (code, json.loads(said)["fetched"], err) == (0, len(before), "")
    assert hashes(data) == before


def test_without_a_centre_the_log_ends_before_what_is_lost_and_goes_on_in_a_new_epoch(run: Run, data: Path) -> None:
    before = hashes(data)
    damaged = len(before) // 2
    trash(data, damaged)
    code, said, _ = run("db", "salvage", "--data", data, *SITE, "--json")
    found = json.loads(said)
    assert code == 1
    assert 0 < found["kept"] < damaged
    assert found["lost"] == found["kept"] + 1
    assert found["fetched"] == 0
    assert found["beyond"] > 0
    assert hashes(data) == before[: found["kept"]]
    assert Path(found["old"]).exists()
    assert run("demo", "--headless", "--parcels", 1, "--data", data)[0] == 0
    with open_reader(data) as reader:
        assert [epoch.reason for epoch in reader.epochs()] == ["new", "behind"]
    assert run("db", "check", "--data", data)[0] == 0


def test_a_sound_database_is_left_alone(run: Run, data: Path) -> None:
    before = (data / DATABASE).read_bytes()
    code, said, _ = run("db", "salvage", "--data", data, *SITE)
    assert (code, said) == (0, "nothing is damaged; nothing was changed\n")
    assert (data / DATABASE).read_bytes() == before


def test_a_centre_that_does_not_answer_changes_nothing_until_it_is_left_out(
    run: Run, data: Path, enrolled: str
) -> None:
    kept = (data / "central.json").read_text()
    (data / "central.json").write_text(kept.replace(enrolled, "http://127.0.0.1:1"))
    trash(data, 20)
    before = (data / DATABASE).read_bytes()
    code, _, err = run("db", "salvage", "--data", data, *SITE)
    assert code == 2
    assert "--alone" in err
    assert (data / DATABASE).read_bytes() == before
    assert run("db", "salvage", "--data", data, *SITE, "--alone")[0] == 1
