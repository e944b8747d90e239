"""A scanner that is pulled out at work, and comes back as another device."""

from __future__ import annotations

import os
import pty
from pathlib import Path

import pytest
from courses import PHONE, SIGN_IN, Walk
from station_bench import Scanner, Site, command, running

pytestmark = pytest.mark.slow


def test_an_unplugged_scanner_is_seen_to_be_lost_and_works_again_when_it_is_back(tmp_path: Path) -> None:
    site = Site(tmp_path)
    scanner = Scanner(site.link)
    with running(site, scanner=scanner) as station:
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, *PHONE[:1]))
        scanner.send(b"4361715212\rhalf a sc")
        station.wait_for("How does the PARCEL look outside?")
        scanner.unplug()
        station.wait_for("bench-serial absent (no such device)")
        station.wait_for("How does the PARCEL look outside?")
        station.terminal.type("2")
        station.wait_for("Look, feel, smell: any DANGER?")
        taken = pty.openpty()  # What it was before is somebody else's now: it comes back under another name.
        scanner.plug()
        station.ready()
        walk.go(PHONE[3:5])
        for end in taken:
            os.close(end)
    assert [event["condition"] for event in site.of_type("ParcelConditionNoted")] == ["dented"]
    refused = [(event["code"], event["params"]) for event in site.of_type("ScanRefused")]
    assert refused == [("station.not_whole", [["reason", "no terminator"]])], (
        "half a scan is said, not glued to the next"
    )
    assert site.read() == [*walk.scanned[:2], "4361715212", "half a sc", *walk.scanned[2:]]


def test_a_station_starts_without_its_scanner_and_takes_it_when_it_comes(tmp_path: Path) -> None:
    site = Site(tmp_path)
    scanner = Scanner(site.link)
    scanner.unplug()
    with running(site, scanner=scanner) as station:
        station.wait_for("bench-serial absent (no such device)")
        station.wait_for("Scan your BADGE")
        scanner.plug()
        station.ready()
        station.sign_in()


def test_a_double_read_counts_once_and_the_next_code_at_once(tmp_path: Path) -> None:
    site = Site(tmp_path, debounce_ms=10_000)
    with running(site) as station:
        station.ready()
        station.sign_in()
        receive = command("RECEIVE").encode()
        station.scanner.send(receive + b"\r" + receive + b"\r\n" + b"4361715212\r")
        station.wait_for("How does the PARCEL look outside?")
    assert [event["type"] for event in site.of_type("ScanRefused", "ParcelReceived")] == ["ParcelReceived"]
    assert site.read()[1:] == [receive.decode(), "4361715212"]
