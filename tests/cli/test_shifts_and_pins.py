"""`rl-station shifts` and `rl-station operators pin`, as they are called."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import msgspec
import pytest
from device_commands import COMMAND

from rl_station.cli import main
from rl_station.domain import site_codes
from rl_station.domain.scan import ScanSource
from rl_station.settings import load_site
from rl_station.settings.paths import example_site
from rl_station.station.clocks import ReplayClock
from rl_station.station.engine import Engine
from rl_station.station.pins import matches
from rl_station.store import Store, open_reader
from rl_station.workflow import Command, Commanded
from rl_station.workflow.inputs import NoteTyped

SITE = load_site(example_site(), station="dock-1", environ={})
HOUR = 3_600_000_000
MONDAY = 1_795_392_000_000_000
"""2026-11-23, midnight UTC."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A day at the dock: Mara with a break and a note, then Jonas."""
    clock = ReplayClock()
    store = Store.open(tmp_path, station="dock-1", prefix="D01", clock=clock, purpose="live", ballast=0)
    engine = Engine(SITE, store)

    def badge(hour: float, number: str) -> None:
        clock.set(MONDAY + int(hour * HOUR))
        engine.scan(ScanSource(device="test", raw=site_codes.make("B", number)))

    def command(hour: float, said: Command) -> None:
        clock.set(MONDAY + int(hour * HOUR))
        engine.handle(Commanded(said))

    badge(7, "100201")
    command(9, Command.BREAK)
    command(9.25, Command.BREAK)
    clock.set(MONDAY + 11 * HOUR)
    engine.handle(NoteTyped("The dock door sticks"))
    badge(15, "100202")
    engine.close()
    return tmp_path


def test_the_shift_log_tells_who_was_here_and_what_was_left_to_say(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["shifts", "--config", str(example_site()), "--data", str(data), "--since", "2026-11-23"]
    assert main(call) == 0
    lines = capsys.readouterr().out.splitlines()
    told = "\n".join(lines)
    assert "mara" in told
    assert "jonas" in told
    assert "note: The dock door sticks" in told
    assert main([*call, "--json"]) == 0
    document = msgspec.json.decode(capsys.readouterr().out)
    assert document["station"] == "dock-1"
    stays = [stay for shift in document["shifts"] for stay in shift["stays"]]
    assert [(stay["operator"], stay["begins"][11:16], stay["ends"] and stay["ends"][11:16]) for stay in stays] == [
        ("mara", "07:00", "15:00"),
        ("jonas", "15:00", None),
    ]
    assert [each["begins"][11:16] for each in stays[0]["breaks"]] == ["09:00"]
    assert [note["text"] for shift in document["shifts"] for note in shift["notes"]] == ["The dock door sticks"]


def test_what_lies_before_the_day_is_not_read(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["shifts", "--config", str(example_site()), "--data", str(data), "--since", "2026-11-24", "--json"]
    assert main(call) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["shifts"] == []


@pytest.mark.parametrize("hour", [0, 6.999, 7, 7.001, 9.1, 12, 15, 15.5])
def test_halving_the_log_finds_the_very_events_from_a_moment_on(data: Path, hour: float) -> None:
    since = MONDAY + int(hour * HOUR)
    with open_reader(data) as reader:
        found = [line.seq for line in reader.shift_log(since)]
        assert found == [line.seq for line in reader.log() if line.at >= since and type(line.event).__name__ in SHOWN]


SHOWN = {"SignedIn", "SignedOut", "BreakBegun", "BreakEnded", "ShiftNoteWritten"}


def pin_of(line: str) -> str:
    name, _, value = line.partition(" = ")
    assert name == "pin"
    return str(msgspec.json.decode(value))


def test_a_pin_is_read_twice_without_showing_it_and_printed_as_a_line_to_paste() -> None:
    """At a real terminal: what was typed does not come back."""
    ours, theirs = pty.openpty()
    command = [*COMMAND, "operators", "pin", "ingrid", "--config", str(example_site())]
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        seen = b""
        for asked in (b"not shown): ", b"Once more: "):
            while asked not in seen:
                seen += os.read(ours, 1024)
            os.write(ours, b"314159265358\n")
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0, seen
    assert b"314159" not in seen + out
    assert matches("ingrid", "314159265358", pin_of(out.decode().strip()), SITE.pin_pepper)
    os.close(ours)


def run(typed: str, *more: str) -> tuple[int, str, str]:
    process = subprocess.run(
        [*COMMAND, "operators", "pin", *more, "--config", str(example_site())],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    return process.returncode, process.stdout, process.stderr


@pytest.mark.parametrize(
    ("typed", "who", "told"),
    [
        ("123456\n", "ingrid", "among the first"),
        ("98\n", "ingrid", "6 to 12 digits"),
        ("314159\n", "ingird", "did you mean 'ingrid'"),
    ],
)
def test_what_cannot_be_a_pin_is_said_and_nothing_printed(typed: str, who: str, told: str) -> None:
    code, out, error = run(typed, who)
    assert (code, out) == (2, "")
    assert told in error
    assert typed.strip() not in error


def test_another_program_gets_it_as_json_and_is_told_where_nobody_asks_for_it() -> None:
    code, out, error = run("314159\n", "mara")
    assert code == 0
    assert "no supervisor" in error
    code, out, error = run("314159\n", "ingrid", "--json")
    assert matches("ingrid", "314159", msgspec.json.decode(out)["pin"], SITE.pin_pepper)
    assert error == ""
