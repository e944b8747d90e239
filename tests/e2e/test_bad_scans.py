"""Whatever a scanner reads, the station says why it does not want it, writes it down, and stays up."""

from __future__ import annotations

from pathlib import Path

import pytest
from station_bench import PRIYA, Site, Station, running

pytestmark = pytest.mark.slow

GARBAGE = bytes(code for code in range(256) if code not in b"\r\n") + b"\x1b[2J\x1b]0;gone\x07\x9b"


def test_bad_scans_are_refused_with_a_reason_and_kept_and_the_station_stays_up(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running(site) as station:
        station.ready()
        station.scan("RR976480394DE", until="Scan your BADGE")
        station.wait_for("NO That is a TRACKING NUMBER: RR976480394DE. Scan a BADGE.")
        station.scan(PRIYA, until="Choose a TASK")
        station.command("SORT", until="Scan a UNIT")
        bad = [b"NOBODY KNOWS ME 4711", GARBAGE, b"\xff\xfe\x00\x01", b"A" * 8192, b"\x1d" * 40]
        for code in bad:
            _refused(station, code)
        station.scanner.send(b"B" * 20_000 + b"\r")
        station.wait_for("That code is too long to be one")
        _still_at_work(station)
        station.scanner.send(b"half of a co")
        station.wait_for("NO That code did not come whole. Scan it again Scanned: half of a co")
        _still_at_work(station)
    log = site.events()
    refused = [line["source"]["raw"].encode("latin-1") for line in log if line["event"]["type"] == "ScanRefused"]
    assert [raw for raw in refused if raw in bad] == bad, "each as it came, byte for byte"
    assert b"half of a co" in refused
    assert any(raw and set(raw) == {ord("B")} for raw in refused)
    site.assert_intact()


def _refused(station: Station, code: bytes) -> None:
    """A red answer, the same instruction, and on goes the work."""
    station.scanner.send(code + b"\r")
    station.wait_for(lambda terminal: "NO  " in terminal.text)
    station.wait_for("Scan a UNIT")
    _still_at_work(station)


def _still_at_work(station: Station) -> None:
    """The next good scans are taken, and the screen is whole."""
    station.command("TRACE", until="Scan ANYTHING")
    station.command("SORT", until="Scan a UNIT")
    station.wait_for(lambda terminal: "Bench E" in terminal.text.splitlines()[0])
