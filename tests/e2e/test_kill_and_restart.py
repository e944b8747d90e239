"""kill -9 in the middle of the work: the worker finds the station where it was, and nothing that was green is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from courses import PHONE, SIGN_IN, Walk, announced
from station_bench import Scanner, Site, running

pytestmark = pytest.mark.slow

MOMENTS = {
    "a parcel just received": "How does the PARCEL look outside?",
    "the hazard question": "Look, feel, smell: any DANGER?",
    "the plate to be confirmed": "Stick on the label, then scan PLATE {parcel}",
    "the middle of the inspection": "What does the first screen show?",
    "a unit presented for sorting": "Scan the TOTE",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_after_a_kill_the_worker_is_where_they_were_and_can_still_undo(tmp_path: Path, moment: str) -> None:
    site = Site(tmp_path)
    scanner = Scanner(site.link)
    at = next(number for number, scan in enumerate(PHONE) if scan.then == MOMENTS[moment])
    before, last, following = PHONE[at - 1], PHONE[at], PHONE[at + 1 :]
    with running(site, scanner=scanner) as station:
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, *PHONE[: at + 1]))
        station.terminal.kill()
    log = site.events()
    assert site.read() == walk.scanned
    site.assert_intact()

    with running(site, scanner=scanner) as station:
        walk.station = station
        station.ready()
        station.wait_for(walk.named(last.then))
        station.wait_for("Priya Nair")
        station.command("UNDO", until="Taken back")
        station.wait_for(walk.named(before.then))
        walk.go((last, *following))
        station.wait_for(f"Unit {walk.unit} is in TOTE0002")
    after = site.events()
    assert after[: len(log)] == log
    assert after[len(log)]["event"]["type"] == "CorrectionDeclared"
    site.assert_intact()


def test_nothing_shown_green_is_lost_when_the_kill_comes_in_a_burst_of_scans(tmp_path: Path) -> None:
    site = Site(tmp_path)
    scanner = Scanner(site.link)
    codes = announced()[:120]
    with running(site, scanner=scanner) as station:
        station.ready()
        station.sign_in()
        station.command("TRACE", until="Scan ANYTHING")
        for code in codes:
            scanner.scan(code)
        station.wait_for(lambda terminal: any(f"Scanned: {code}" in terminal.text for code in codes[20:]))
        station.terminal.kill()
        shown = re.search(r"OK\s+History of (\S+)", station.terminal.text)
    assert shown is not None
    stored = [line["event"]["value"] for line in site.events() if line["event"]["type"] == "CodeTraced"]
    assert stored == codes[: len(stored)], "in order, each once"
    assert codes.index(shown[1]) < len(stored)
    site.assert_intact()
    with running(site, scanner=scanner) as station:
        station.wait_for("Priya Nair")
        station.ready()
        station.command("RECEIVE", until="Scan a PARCEL")
