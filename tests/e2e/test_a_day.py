"""A day of a thousand parcels, played, replayed and accounted for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from station_bench import EXAMPLE, PROGRAM, Event, without_settings

from rl_station.store import open_reader

pytestmark = pytest.mark.slow

PARCELS = 1000
_AGES_S = 300.0
OPTIONS = ["--config", str(EXAMPLE), "--station", "demo"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: a day of durable commits would measure the disk, not the station."""
    memory = Path("/dev/shm")  # noqa: S108 - a fresh folder of our own in it
    place = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    yield place
    shutil.rmtree(place)


def test_a_day_of_a_thousand_parcels_is_replayed_exactly_and_every_parcel_accounted_for(folder: Path) -> None:
    script = folder / "day.jsonl"
    played = _station(
        "demo", "--headless", "--parcels", str(PARCELS), "--record", str(script), "--data", folder / "demo"
    )
    assert played.splitlines()[-1].startswith(f"{PARCELS} parcels received")
    _note_the_time(script)
    replays = [_start("replay", script, "--data", folder / name) for name in ("one", "two")]
    for replay in replays:
        told, _ = replay.communicate(timeout=_AGES_S)
        assert replay.returncode == 0, told
        assert told.splitlines()[-1].endswith(" 0 refused")

    one, two = (_station("events", "--json", "--data", folder / name) for name in ("one", "two"))
    assert one == two, "the same script with the same clock gives the same bytes, hashes and all"
    log = [json.loads(line) for line in one.splitlines()]
    by_demo = [json.loads(line) for line in _station("events", "--json", "--data", folder / "demo").splitlines()]
    assert list(map(_happened, log)) == list(map(_happened, by_demo)), "and it is what happened the first time"

    checked = json.loads(_station("db", "check", "--json", "--data", folder / "one"))
    assert checked == {"ok": True, "events": len(log), "first_bad": None, "problems": []}
    _every_parcel_is_accounted_for(log)
    _every_unit_is_in_one_container(log, folder / "one")
    totals = json.loads(_station("report", "throughput", "--json", "--data", folder / "one"))["totals"]
    assert totals["received"] == PARCELS


def _happened(line: dict[str, Any]) -> dict[str, Any]:
    """The event but for the clock: tags say when they were seen, rework how long it took, a recall list how old it is."""
    event = {name: value for name, value in line["event"].items() if name not in ("at", "seconds", "age")}
    if "tags" in event:
        event["tags"] = [epc for epc, _ in event["tags"]]
    return event


def _note_the_time(script: Path) -> None:
    """One input a second from six in the morning on: what a recorder with a clock would have written."""
    lines = []
    for second, line in enumerate(script.read_text().splitlines()):
        minutes, seconds = divmod(second, 60)
        hours, minutes = divmod(minutes, 60)
        lines.append(json.dumps({**json.loads(line), "at": f"2026-11-02T{6 + hours:02}:{minutes:02}:{seconds:02}Z"}))
    script.write_text("\n".join(lines) + "\n")


def _every_parcel_is_accounted_for(log: list[Event]) -> None:
    taken_back = {seq for event in _events(log, "CorrectionDeclared") for seq in event["corrects"]}
    lasting = [line for line in log if line["seq"] not in taken_back]
    received = [event["parcel"] for event in _events(lasting, "ParcelReceived")]
    assert len(received) == len(set(received)) == PARCELS
    closed = [event["parcel"] for event in _events(lasting, "ParcelClosed")]
    held = {event["parcel"] for event in _events(lasting, "ParcelHeld")}
    lanes = {event["parcel"] for event in _events(lasting, "ParcelLaneAssigned")}
    assert len(closed) == len(set(closed))
    assert set(received) == held | lanes, "each has a place"
    assert not held & lanes
    assert set(closed) <= lanes
    assert lanes <= set(closed), "nothing that went to a lane was forgotten there"


def _every_unit_is_in_one_container(log: list[Event], data: Path) -> None:
    finished = [event["unit"] for event in _events(log, "UnitPlateConfirmed")]
    where = {event["unit"]: event["container"] for event in _events(log, "UnitSorted")}
    again = [event["unit"] for event in _events(log, "ReworkFinished") if event["relabelled"]]
    assert again, "the day has work on units in it"
    assert Counter(finished) == Counter([*set(finished), *again]), (
        "one label each, and another after work that changed it"
    )
    assert len(set(finished)) > PARCELS / 10
    assert set(where) == set(finished)
    with open_reader(data) as reader:
        containers = {name: reader.records.container(name) for name in set(where.values())}
    inside = Counter(unit for record in containers.values() if record for unit in record.units)
    assert set(inside.values()) == {1}
    assert {unit: name for name, record in containers.items() if record for unit in record.units} == where


def _events(log: list[Event], kind: str) -> list[Event]:
    return [line["event"] for line in log if line["event"]["type"] == kind]


def _start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROGRAM, *map(str, arguments), *OPTIONS],
        stdout=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
        env=without_settings(),
    )


def _station(*arguments: str | Path) -> str:
    """What a command prints; it has to end well."""
    with _start(*arguments) as process:
        told, _ = process.communicate(timeout=_AGES_S)
    assert process.returncode == 0, (arguments, told[-1000:])
    return told
