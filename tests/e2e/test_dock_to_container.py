"""The whole job by a serial scanner alone, on the real program in a real terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from courses import DRESS, PHONE, SIGN_IN, Walk, receive
from station_bench import Event, Scanner, Site, command, running, tote

pytestmark = pytest.mark.slow

NEXT = "RR976480394DE"

_MILESTONES = (
    "SignedIn",
    "ParcelReceived",
    "ParcelConditionNoted",
    "ParcelHazardChecked",
    "ParcelPlateConfirmed",
    "ParcelLaneAssigned",
    "ParcelOpened",
    "UnitIdentified",
    "UnitRecallChecked",
    "UnitGraded",
    "DispositionDecided",
    "UnitPlateConfirmed",
    "ParcelClosed",
    "UnitPresented",
    "ContainerOpened",
    "UnitSorted",
)


def test_a_parcel_goes_from_dock_to_container_by_serial_scanner_alone(tmp_path: Path) -> None:
    site = Site(tmp_path)
    scanner = Scanner(site.link)
    with running(site, scanner=scanner) as station:
        station.wait_for("Scan your BADGE")
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, *DRESS))
        station.wait_for(f"Unit {walk.unit} is in TOTE0001")
        dress = walk.unit
        _a_wrong_tote_stops_the_worker(walk)
        walk.go(receive(NEXT)[:3])
        station.terminal.kill()

    log = _as_told_by_the_command_line(site)
    types = [line["event"]["type"] for line in log]
    assert [kind for kind in types if kind in _MILESTONES][: len(_MILESTONES)] == list(_MILESTONES)
    assert site.read() == walk.scanned, "every scan is in the log once, in order"
    assert {line["source"]["device"] for line in log if line["source"]} == {"bench-serial"}
    assert not any(line["source"]["manual"] for line in log if line["source"])
    assert [line["seq"] for line in log] == list(range(1, len(log) + 1))
    checked = site.run("db", "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    _its_history_is_known(site, dress)
    assert list((site.data / "labels").iterdir()), "plate and unit label came out of the printer"

    with running(site, scanner=scanner) as station:
        station.wait_for("Look, feel, smell: any DANGER?")
        station.wait_for("Priya Nair")
    assert site.events()[: len(log)] == log


def _a_wrong_tote_stops_the_worker(walk: Walk) -> None:
    """The phone of the next parcel in the dress's tote: nothing but ACK is taken, then the right tote."""
    station = walk.station
    walk.go(PHONE[:-1])
    for code, then in (
        (tote("TOTE0001"), "WRONG TOTE: TOTE0001 is for"),
        (tote("TOTE0002"), "Scanned: " + tote("TOTE0002")),
        (command("ACK"), "Scan the TOTE"),
        (tote("TOTE0002"), f"Unit {walk.unit} is in TOTE0002"),
    ):
        station.scan(code, until=then)
        walk.scanned.append(code)


def _as_told_by_the_command_line(site: Site) -> list[Event]:
    answer = site.run("events", "--json")
    assert (answer.returncode, answer.stderr) == (0, "")
    log = [json.loads(line) for line in answer.stdout.splitlines()]
    assert log == site.events()
    return log


def _its_history_is_known(site: Site, dress: str) -> None:
    assert {"ParcelReceived", "UnitIdentified", "ParcelClosed"} <= _history(site, "1ZR82A459151022556")
    assert {"UnitGraded", "DispositionDecided", "UnitSorted"} <= _history(site, dress)
    assert site.run("trace", "1ZR40A471048030988").returncode == 1, "announced, but never seen here"


def _history(site: Site, code: str) -> set[str]:
    traced = site.run("trace", code, "--json")
    assert traced.returncode == 0, traced.stderr
    return {line["type"] for line in json.loads(traced.stdout)["events"]}
