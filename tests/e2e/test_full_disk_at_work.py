"""The disk runs full, or fails, under a station at work: nothing is called good that is not stored, and nothing is lost."""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from courses import DRESS, SIGN_IN, Walk
from station_bench import Site, Station, running

pytestmark = pytest.mark.slow

HAZARD = "Look, feel, smell: any DANGER?"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB, really."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk needs the right to mount one")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_scan_on_a_full_disk_is_refused_and_counts_once_there_is_room(tmp_path: Path, small_disk: Path) -> None:
    site = Site(tmp_path)
    site.data = small_disk / "data"
    with running(site) as station:
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, *DRESS[:3]))
        kept = site.events()
        filler = _fill(small_disk)
        lost = _scan_until_refused(station, "the disk is full")
        assert small_disk.joinpath("data", "station.db").exists()
        filler.unlink()
        walk.go(DRESS[3:])
        station.wait_for("is in TOTE0001")
    assert site.events()[: len(kept)] == kept
    _counts_what_was_green(site, walk, lost)


def test_a_scan_that_the_disk_does_not_take_is_refused_and_counts_once_it_does(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running(site) as station:
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, *DRESS[:3]))
        pid = station.terminal.process.pid
        limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_written(site), limits[1]))
        lost = _scan_until_refused(station, "the disk reports errors")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
        walk.go(DRESS[3:])
        station.wait_for("is in TOTE0001")
    _counts_what_was_green(site, walk, lost)


def _fill(place: Path) -> Path:
    """Take every free byte."""
    filler = place / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    assert shutil.disk_usage(place).free == 0
    return filler


def _written(site: Site) -> int:
    """The size no file may grow beyond from now on."""
    return (site.data / "station.db-wal").stat().st_size


def _scan_until_refused(station: Station, reason: str) -> list[str]:
    """Scan parcels at the hazard question, each of which is refused anyway, until even that cannot be written down.

    Gives the scans whose refusal was written down.
    """
    noted: list[str] = []
    while "NOT STORED" not in station.terminal.text:
        assert len(noted) < 100, "a disk without room takes everything"
        code = f"1Z FULL {len(noted)}"
        station.scanner.scan(code)
        station.wait_for(f"Scanned: {code}")
        noted.append(code)
    noted.pop()
    station.wait_for(f"NO NOT STORED: {reason}. This scan does not count; call IT, then scan it again")
    station.wait_for(HAZARD)
    station.command("SAFE", until=lambda terminal: "NOT STORED" in terminal.text and "RLKSAFE" in terminal.text)
    station.wait_for(HAZARD)
    return noted


def _counts_what_was_green(site: Site, walk: Walk, noted: list[str]) -> None:
    before, after = walk.scanned[:4], walk.scanned[4:]
    assert site.read() == [*before, *noted, *after]
    site.assert_intact()
