"""A second look from the bench to the bin, through the real program without its screen."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from station_bench import EXAMPLE, PROGRAM, command, tote, without_settings

pytestmark = pytest.mark.slow

FIRST = ("no", "no", "yes", "none", "no", "none", "both")
SECOND = ("no", "no", "yes", "none", "no", "washable", "both")
"""The answers of the two to the questions of the example site about apparel: only the stains differ."""
TOMASZ, PRIYA = "100302", "100301"
DRESS = "9522345000091"
Line = dict[str, Any]

_EVERY_UNIT = """
[second_look]
per_thousand = 1000
bin = "LOOKSHELF"
"""

_SHELF = """
[LOOKSHELF]
name = "Shelf of the second look"
"""


class Bench:
    """The demo station of a site that looks at every unit again, its log in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.config, self.data = folder / "config", folder / "data"
        self._script = folder / "script.jsonl"
        shutil.copytree(EXAMPLE, self.config)
        (self.config / "supervision.toml").write_text(_EVERY_UNIT)
        with (self.config / "lanes.toml").open("a") as lanes:
            lanes.write(_SHELF)

    def play(self, *steps: Line) -> list[Line]:
        """What each step led to."""
        self._script.write_text("".join(json.dumps(step) + "\n" for step in steps))
        return [json.loads(line) for line in self.run("replay", str(self._script), "--json").splitlines()]

    def run(self, *arguments: str) -> str:
        where = ["--config", str(self.config), "--data", str(self.data), "--station", "demo"]
        found = subprocess.run(
            [PROGRAM, *arguments, *where],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=without_settings(),
            check=False,
        )
        assert found.returncode == 0, found.stderr
        return found.stdout

    def standing(self, unit: str) -> tuple[str, ...]:
        """Grade, disposition and bin of the unit by its last events."""
        events = [json.loads(line)["event"] for line in self.run("events", "--json").splitlines()]
        graded = [each for each in events if each["type"] == "UnitGraded" and each["unit"] == unit][-1]
        decided = [each for each in events if each["type"] == "DispositionDecided" and each["unit"] == unit][-1]
        return graded["functional"], graded["cosmetic"], decided["disposition"], decided["bin"]


def answers(*keys: str) -> list[Line]:
    return [{"answer": key} for key in keys]


def events_of(lines: list[Line]) -> list[Line]:
    return [recorded["event"] for line in lines for recorded in line["events"]]


def one(lines: list[Line], kind: str) -> Line:
    (found,) = [event for event in events_of(lines) if event["type"] == kind]
    return found


@pytest.fixture
def graded(tmp_path: Path) -> tuple[Bench, str, list[Line]]:
    """A dress that Tomasz took from the dock to its label; its plate, and what the last step said."""
    bench = Bench(tmp_path)
    arrived = ({"sign_in": TOMASZ}, {"task": "receive"}, {"data": "1ZR82A459151022556"})
    parcel = one(bench.play(*arrived, *answers("intact", "none")), "ParcelReceived")["parcel"]
    unit = one(bench.play({"data": parcel}, {"task": "inspect"}, {"data": parcel}, {"data": DRESS}), "UnitIdentified")[
        "unit"
    ]
    return bench, unit, bench.play(*answers(*FIRST), {"command": "OK"}, {"data": unit}, {"command": "DONE"})


def test_a_dress_is_graded_again_by_somebody_else_and_goes_where_it_was_decided_to_go(
    graded: tuple[Bench, str, list[Line]],
) -> None:
    bench, unit, done = graded
    asked = one(done, "SecondLookAsked")
    assert (asked["unit"], asked["bin"]) == (unit, "LOOKSHELF")
    before = bench.standing(unit)

    own = bench.play({"data": command("SECONDLOOK")}, {"data": unit})
    assert own[-1]["refusal"]["code"] == "second_look.own"
    begun = bench.play({"sign_in": PRIYA}, {"data": unit}, *answers(*SECOND[:3]))
    assert one(begun, "SecondLookBegun")["inspector"] == "tomasz"
    shown = json.dumps([line["prompt"] for line in begun[1:]])
    assert not any(word in shown for word in ("Tomasz", "tomasz", "grade.", "disposition.", before[3]))

    put_down = bench.play({"command": "CANCEL"}, {"data": unit}, *answers(*SECOND[3:]))
    taken = one(put_down, "SecondLookTaken")
    assert taken["inspector"] == "tomasz"
    assert ["apparel.stains", "none", "washable"] in taken["pairs"]
    assert ["apparel.damage", "none", "none"] in taken["pairs"]
    assert ["cosmetic", before[1], taken["cosmetic"]] in taken["pairs"]
    assert before[1] != taken["cosmetic"]
    assert put_down[-1]["prompt"]["step"] == "place"
    assert before[3] in json.dumps(put_down[-1]["prompt"]["destination"])
    assert bench.standing(unit) == before


def test_what_was_looked_at_is_sorted_as_ever_and_the_store_is_what_the_log_says(
    graded: tuple[Bench, str, list[Line]],
) -> None:
    bench, unit, _ = graded
    bench.play({"sign_in": PRIYA}, {"task": "second_look"}, {"data": unit}, *answers(*SECOND))
    sorted_ = bench.play(
        {"task": "sort"}, {"data": unit}, {"data": tote("TOTE0001")}, {"task": "second_look"}, {"data": unit}
    )
    assert one(sorted_, "UnitSorted")["container"] == "TOTE0001"
    assert sorted_[-1]["refusal"]["code"] == "second_look.sorted"
    assert json.loads(bench.run("db", "check", "--json"))["ok"] is True
    history = json.loads(bench.run("trace", unit, "--json"))["events"]
    assert {"SecondLookAsked", "SecondLookTaken"} <= {event["type"] for event in history}
