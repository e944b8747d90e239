"""`sync status`, `sync once`, `sync enroll`, `db export` and `central import-events`, as programs and people use them."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rl_station.central.clocks import SystemClock
from rl_station.central.database import open_engine
from rl_station.central.front import Front
from rl_station.central.serving import Beside
from rl_station.cli import main
from rl_station.settings.paths import example_site

Run = Callable[..., tuple[int, str, str]]
STATION = "demo"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    for variable in ("RL_STATION_CONFIG", "RL_STATION_DATA", "RL_STATION_STATION", "RL_STATION_CENTRAL_DATABASE"):
        monkeypatch.delenv(variable, raising=False)

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'central.sqlite3'}"


@pytest.fixture
def server(database: str) -> Iterator[str]:
    """The address of a central server over `database`."""
    engine = open_engine(database)
    beside = Beside(Front(engine, SystemClock()))
    beside.start()
    yield beside.url
    beside.stop()
    engine.dispose()


@pytest.fixture
def data(run: Run, tmp_path: Path) -> Path:
    """What a station did in a folder where it was played without a screen."""
    folder = tmp_path / "data"
    code, _, err = run("demo", "--headless", "--parcels", 1, "--data", folder)
    assert (code, err) == (0, "")
    return folder


@pytest.fixture
def enrolled(run: Run, data: Path, database: str, server: str) -> Path:
    """The same folder, of an enrolled station."""
    code, out, _ = run("central", "enroll", STATION, "--database", database, "--json")
    assert code == 0
    where = ("--config", example_site(), "--station", STATION, "--data", data)
    done = run("sync", "enroll", "--central", server, "--code", json.loads(out)["code"], *where)
    assert done == (
        0,
        f"station {STATION} belongs to site main at {server} now; a running station begins to sync at once\n",
        "",
    )
    return data


def once(run: Run, data: Path, *more: str) -> tuple[int, str, str]:
    return run("sync", "once", "--config", example_site(), "--station", STATION, "--data", data, *more)


def status(run: Run, data: Path) -> tuple[int, dict[str, object]]:
    code, out, err = run("sync", "status", "--data", data, "--json")
    assert err == ""
    return code, json.loads(out)


def test_a_station_that_is_not_enrolled_says_so_and_how_much_it_keeps(run: Run, data: Path) -> None:
    code, found = status(run, data)
    assert code == 0
    assert (found["enrolled"], found["link"], found["error"]) == (False, "none", None)
    assert found["waiting"] == found["last_seq"] != 0
    assert isinstance(found["oldest_age_s"], int)
    assert "not enrolled" in run("sync", "status", "--data", data)[1]


def test_a_folder_without_a_store_is_a_wrong_folder(run: Run, tmp_path: Path) -> None:
    for command in ("status", "once"):
        code, out, err = run("sync", command, "--data", tmp_path / "none")
        assert (code, out) == (2, "")
        assert "rl-station" in err


def test_an_enrolled_station_that_was_never_started_is_told_what_to_do(
    run: Run, tmp_path: Path, database: str, server: str
) -> None:
    folder = tmp_path / "new"
    code = json.loads(run("central", "enroll", STATION, "--database", database, "--json")[1])["code"]
    where = ("--config", example_site(), "--station", STATION, "--data", folder)
    assert run("sync", "enroll", "--central", server, "--code", code, *where)[0] == 0
    for more in ((), ("--json",)):
        code, out, err = run("sync", "status", "--data", folder, *more)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert f"station {STATION} is enrolled with {server}" in err
        assert "rl-station run" in err


def test_once_sends_everything_and_status_tells_all_of_it(run: Run, enrolled: Path, server: str) -> None:
    assert once(run, enrolled) == (0, "the central server has everything\n", "")
    code, found = status(run, enrolled)
    assert code == 0
    assert set(found) >= {"waiting", "oldest_at", "link", "server", "epochs", "quarantined", "skew_s", "error"}
    assert (found["enrolled"], found["server"], found["site"], found["station"]) == (True, server, "main", STATION)
    assert (found["waiting"], found["oldest_at"], found["acknowledged"]) == (0, None, found["last_seq"])
    assert (found["running"], found["link"]) == (False, "unknown")
    last = found["last_acknowledgement"]
    assert isinstance(last, dict)
    assert last["through"] == found["last_seq"]
    assert len(last["receipt"]) == 128
    assert isinstance(found["skew_s"], float)
    assert abs(found["skew_s"]) < 60
    assert json.loads(once(run, enrolled, "--json")[1]) == {"waiting": 0, "link": "up", "error": None}
    assert f"acknowledged  {found['last_seq']} of {found['last_seq']}" in run("sync", "status", "--data", enrolled)[1]


def test_a_folder_that_is_not_enrolled_cannot_be_sent(run: Run, data: Path) -> None:
    code, _, err = once(run, data)
    assert code == 2
    assert "sync enroll" in err


def test_a_code_is_good_once(run: Run, data: Path, database: str, server: str) -> None:
    _, out, _ = run("central", "enroll", STATION, "--database", database, "--json")
    arguments = ("sync", "enroll", "--central", server, "--code", json.loads(out)["code"])
    where = ("--config", example_site(), "--station", STATION, "--data", data)
    assert run(*arguments, *where)[0] == 0
    code, _, err = run(*arguments, *where)
    assert code == 2
    assert "was not enrolled: The code" in err


def test_the_token_is_kept_from_others(run: Run, enrolled: Path) -> None:
    assert stat.S_IMODE((enrolled / "central.json").stat().st_mode) == 0o600
    document = json.loads((enrolled / "central.json").read_text())
    assert document["token"]
    assert document["token"] not in run("sync", "status", "--data", enrolled, "--json")[1]


def test_a_server_that_is_not_there_is_named(run: Run, data: Path) -> None:
    where = ("--config", example_site(), "--station", STATION, "--data", data)
    code, _, err = run("sync", "enroll", "--central", "http://127.0.0.1:9", "--code", "x", *where)
    assert code == 2
    assert "was not enrolled" in err
    assert run("sync", "enroll", "--central", "127.0.0.1", "--code", "x", *where)[0] == 2


def test_once_gives_up_in_time_and_says_what_to_do(run: Run, enrolled: Path) -> None:
    document = json.loads((enrolled / "central.json").read_text())
    (enrolled / "central.json").write_text(json.dumps({**document, "url": "http://127.0.0.1:9"}))
    code, out, err = once(run, enrolled, "--seconds", "0")
    assert (code, out) == (1, "")
    assert "cannot be reached" in err
    assert "Check the network" in err
    _, found = status(run, enrolled)
    error = found["error"]
    assert isinstance(error, dict)
    assert (error["code"], error["blocked"]) == ("unreachable", False)


def test_a_revoked_station_is_blocked_and_says_how_to_go_on(run: Run, enrolled: Path, database: str) -> None:
    assert run("central", "enroll", "--revoke", STATION, "--database", database)[0] == 0
    assert once(run, enrolled)[0] == 1
    code, found = status(run, enrolled)
    assert code == 1
    error = found["error"]
    assert isinstance(error, dict)
    assert (error["code"], error["blocked"]) == ("unauthorized", True)
    assert "sync enroll" in str(error["fix"])
    assert "sync enroll" in run("sync", "status", "--data", enrolled)[1]


def test_a_damaged_enrolment_is_an_error_with_what_to_do(run: Run, data: Path) -> None:
    (data / "central.json").write_text("{")
    code, found = status(run, data)
    assert (code, found["link"]) == (1, "down")
    assert "sync enroll" in run("sync", "status", "--data", data)[1]


def test_events_go_by_file_and_later_the_network_has_nothing_new(
    run: Run, enrolled: Path, database: str, tmp_path: Path
) -> None:
    target = tmp_path / "events"
    code, out, _ = run("db", "export", target, "--data", enrolled, "--json")
    exported = json.loads(out)
    _, before = status(run, enrolled)
    assert (code, exported["events"]) == (0, before["waiting"])
    code, out, _ = run("central", "import-events", target, "--database", database, "--json")
    assert code == 0
    assert json.loads(out)["stored"] == exported["events"]
    assert json.loads(run("central", "import-events", target, "--database", database, "--json")[1])["stored"] == 0
    assert once(run, enrolled)[0] == 0
    assert run("db", "export", tmp_path / "more", "--data", enrolled)[1].endswith("more: 0 events\n")
    everything = json.loads(run("db", "export", tmp_path / "all", "--all", "--data", enrolled, "--json")[1])
    assert everything["events"] == exported["events"]
    assert json.loads(run("central", "import-events", tmp_path / "all", "--database", database, "--json")[1]) == {
        **{"file": str(tmp_path / "all"), "site": "main", "station": STATION, "through": before["last_seq"]},
        **{"stored": 0, "known": before["last_seq"], "closed": 0, "refused": "", "damaged": ""},
    }


def test_a_file_of_an_unknown_station_needs_a_site(run: Run, data: Path, database: str, tmp_path: Path) -> None:
    run("db", "export", tmp_path / "events", "--data", data)
    code, _, err = run("central", "import-events", tmp_path / "events", "--database", database)
    assert code == 2
    assert "--site" in err
    code, out, _ = run("central", "import-events", tmp_path / "events", "--site", "main", "--database", database)
    assert (code, "events stored" in out) == (0, True)


def test_what_is_no_file_of_events_is_refused(run: Run, database: str, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"PK\x03\x04")
    for path in (tmp_path / "other", tmp_path / "missing", tmp_path):
        code, _, err = run("central", "import-events", path, "--site", "main", "--database", database)
        assert code == 2
        assert str(path) in err


def test_an_export_never_overwrites(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "events").write_bytes(b"mine")
    assert run("db", "export", tmp_path / "events", "--data", data)[0] == 2
    assert (tmp_path / "events").read_bytes() == b"mine"
    assert run("db", "export", tmp_path / "none" / "events", "--data", data)[0] == 2


def doctor(run: Run, data: Path) -> dict[str, dict[str, object]]:
    _, out, _ = run("doctor", "--json", "--config", example_site(), "--station", STATION, "--data", data)
    return {finding["check"]: finding for finding in json.loads(out)["findings"]}


@pytest.mark.slow
def test_the_doctor_looks_at_the_way_to_the_centre(run: Run, enrolled: Path, database: str) -> None:
    once(run, enrolled)
    found = doctor(run, enrolled)
    assert [found[check]["level"] for check in ("centre", "centre answers", "skew")] == ["ok", "ok", "ok"]
    run("central", "enroll", "--revoke", STATION, "--database", database)
    once(run, enrolled)
    found = doctor(run, enrolled)
    assert found["centre"]["level"] == "fail"
    assert "sync enroll" in str(found["centre"]["fix"])


@pytest.mark.slow
def test_the_doctor_says_that_a_server_does_not_answer(run: Run, enrolled: Path) -> None:
    document = json.loads((enrolled / "central.json").read_text())
    (enrolled / "central.json").write_text(json.dumps({**document, "url": "http://127.0.0.1:9"}))
    assert doctor(run, enrolled)["centre answers"]["level"] == "warn"
