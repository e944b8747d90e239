"""A configuration, a folder or a database that cannot be used: a clear message, exit code 2, and nothing touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from station_bench import PREFIX, PROGRAM, STATION, Scanner, Site, running
from terminal import Terminal

from rl_station.domain.events import SignedOut
from rl_station.station.clocks import SystemClock
from rl_station.store import Store

pytestmark = pytest.mark.slow


def refused(site: Site) -> str:
    """What `run` says on its terminal before it ends with exit code 2."""
    with Terminal([PROGRAM, "run", *site.options], size=(200, 24)) as terminal:
        assert terminal.ended() == 2, terminal.text
        terminal.wait_for("rl-station:")
        return " ".join(terminal.text.split())


@pytest.mark.parametrize(
    ("file", "right", "wrong", "nearest"),
    [
        ("stations.toml", 'default_lane = "MIXED"', 'defualt_lane = "MIXED"', "default_lane"),
        ("stations.toml", '"bench-serial"', '"bench-seriel"', "bench-serial"),
        ("devices.toml", 'driver = "serial"', 'driver = "serail"', "serial"),
    ],
)
def test_a_typo_is_named_with_file_line_key_and_the_nearest_name(
    tmp_path: Path, file: str, right: str, wrong: str, nearest: str
) -> None:
    site = Site(tmp_path)
    place = site.config / file
    at = place.read_text().rindex("\n" + right) + 1 if right.startswith("d") else place.read_text().rindex(right)
    text = place.read_text()
    place.write_text(text[:at] + wrong + text[at + len(right) :])
    line = text.count("\n", 0, at) + 1
    checked = site.run("config", "check")
    said = refused(site)
    assert checked.returncode == 2
    for told in (checked.stdout, said):
        assert f"{file}:{line}: " in told
        assert wrong.partition(" = ")[0].strip('"') in told or wrong.partition(" = ")[2].strip('"') in told
        assert f"'{nearest}'" in told
    assert not site.data.exists()


@pytest.fixture
def write_protected(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Makes a folder one that nobody can write to: for the superuser that takes a file system mounted so."""
    protected: list[Path] = []

    def protect(folder: Path) -> None:
        if os.geteuid():
            folder.chmod(0o555)
            return
        bound = subprocess.run(["mount", "--bind", str(folder), str(folder)], capture_output=True, check=False)
        if bound.returncode:
            pytest.skip("write protection against the superuser needs the right to mount")
        protected.append(folder)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)

    yield protect
    for folder in protected:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_write_protected_data_folder_is_refused_before_the_first_scan(
    tmp_path: Path, write_protected: Callable[[Path], None]
) -> None:
    site = Site(tmp_path)
    site.data.mkdir()
    write_protected(site.data)
    said = refused(site)
    assert f"The data folder {site.data} cannot be written" in said
    assert "--data" in said


def test_a_station_whose_database_became_write_protected_says_so_and_loses_nothing(
    tmp_path: Path, write_protected: Callable[[Path], None]
) -> None:
    site = Site(tmp_path)
    stored(site)
    before = contents(site.data)
    write_protected(site.data)
    assert f"The data folder {site.data} cannot be written" in refused(site)
    for command in (["events"], ["db", "check"], ["report", "throughput"]):
        assert site.run(*command).returncode == 0, "what is there can still be read"
    assert contents(site.data) == before


def test_a_database_of_a_newer_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    site = Site(tmp_path)
    stored(site)
    with dbapi2.connect(str(site.data / "station.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    before = contents(site.data)
    said = refused(site)
    assert "written by a newer version (its revision is 9999" in said
    assert "nothing was changed" in said
    for command in (["events"], ["db", "check"], ["db", "rebuild"]):
        answer = site.run(*command)
        assert answer.returncode == 2, (command, answer.stdout)
        assert "newer version" in answer.stderr
    after = contents(site.data)
    assert {name: after[name] for name in before if name != "lock"} == {
        name: before[name] for name in before if name != "lock"
    }


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.data.write_text("something of somebody's")
    assert f"{site.data} is not a folder" in refused(site)
    assert site.data.read_text() == "something of somebody's"


def test_a_second_station_on_the_same_folder_is_refused_and_names_the_first(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running(site, scanner=Scanner(site.link)) as station:
        station.wait_for("Scan your BADGE")
        assert f"Another station process (pid {station.terminal.process.pid}) is using" in refused(site)
        station.ready()
        station.sign_in()


@pytest.mark.parametrize("command", ["run", "demo"])
def test_without_a_terminal_it_says_so_and_ends(tmp_path: Path, command: str) -> None:
    site = Site(tmp_path)
    answer = site.run(command)
    assert answer.returncode == 2
    assert f"`{command}` needs a terminal" in answer.stderr
    assert answer.stdout == ""
    assert not site.data.exists()


def stored(site: Site) -> None:
    """A data folder with a log of one event."""
    with Store.open(site.data, station=STATION, prefix=PREFIX, clock=SystemClock(), purpose="live", ballast=0) as store:
        store.append([SignedOut(operator="priya")], operator="priya")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
