"""The supervisor's screen of the real program in a real terminal: whom it opens for, what it shows, what is done at it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from courses import DRESS, SIGN_IN, Walk, receive
from station_bench import PRIYA, Scanner, Site, Station, command, running
from terminal import Terminal

from rl_station.domain import site_codes

pytestmark = pytest.mark.slow

INGRID = site_codes.make("B", "100901")
"""The badge of the supervisor, and the PIN that the example says she has."""
PIN = "271828"
PHONE = "4361715212"

F1, F6, F11, DOWN = "\x1b[11~", "\x1b[17~", "\x1b[23~", "\x1b[B"
ENTER, ESCAPE, TAB = "\r", "\x1b", "\t"


def figures(terminal: Terminal) -> bool:
    return "THROUGHPUT" in terminal.text or "Reading the figures" in terminal.text


def path(*titles: str) -> Callable[[Terminal], bool]:
    """The second line says where one is."""
    return lambda terminal: terminal.lines[1].startswith(" " + " > ".join(("This station", *titles)))


def recorded(site: Site, raw: str, _: Terminal) -> bool:
    return raw in site.read()


def dots(number: int) -> Callable[[Terminal], bool]:
    return lambda terminal: re.search("•+", terminal.text + " ") is not None and terminal.text.count("•") == number


def type_pin(station: Station, pin: str) -> None:
    """As a person does: one digit after the other."""
    for typed, digit in enumerate(pin, 1):
        station.terminal.type(digit)
        station.wait_for(dots(typed))
    station.terminal.type(ENTER)


def type_note(station: Station, note: str) -> None:
    """Letter by letter: what comes faster than anybody types is a scan."""
    for end, letter in enumerate(note, 1):
        station.terminal.type(letter)
        station.wait_for(f"> {note[:end]}".rstrip())


def open_figures(station: Station, pin: str = PIN) -> None:
    station.terminal.type(F11)
    station.wait_for(asks_for_a_pin)
    type_pin(station, pin)


def asks_for_a_pin(terminal: Terminal) -> bool:
    return "0-9" in terminal.lines[-1] and "PIN" in terminal.lines[-1]


def test_an_operator_reaches_it_by_no_key_and_no_scan(tmp_path: Path) -> None:
    site = Site(tmp_path)
    scanner = Scanner(site.link)
    tries = (F11, *PIN, ENTER, "v", TAB, DOWN, "8", "9", ENTER, "o", "s", "w", F6, ESCAPE, ESCAPE, F1, ESCAPE)
    with running(site, scanner=scanner) as station:
        station.wait_for("Scan your BADGE")
        station.ready()
        for state in ("nobody", "menu", "work"):
            if state == "menu":
                station.sign_in()
            if state == "work":
                # What the keys began at the menu is put down first.
                for code in (command("ACK"), command("CANCEL")):
                    scanner.scan(code)
                station.command("TRACE", until="Scan ANYTHING")
            for key in tries:
                station.terminal.type(key)
                station.terminal.wait_for(lambda terminal: not figures(terminal))
            if state == "nobody":
                station.terminal.type(ESCAPE)
            for code in (command("SUPERVISE"), PIN, command("ANSWER8")):
                scanner.scan(code)
            # Once the log has the last scan, all before it has been answered. The screen may say something newer: of a lone
            # Escape the terminal is sure only after a while.
            scanner.scan(f"NOTHING-OF-OURS-{state}")
            station.wait_for(partial(recorded, site, f"NOTHING-OF-OURS-{state}"))
            assert not figures(station.terminal)
            assert not asks_for_a_pin(station.terminal)
        station.terminal.kill()
    told = {line["event"]["type"] for line in site.events()}
    assert "SupervisionBegun" not in told
    assert "PinRefused" not in told, "nobody was asked for a PIN"
    refused = [event["code"] for event in site.of_type("ScanRefused")]
    assert "task.not_allowed" in refused


def test_a_supervisor_sees_what_is_stuck_goes_down_to_it_and_sends_it_elsewhere(tmp_path: Path) -> None:
    site = Site(tmp_path)
    scanner = Scanner(site.link)
    with running(site, scanner=scanner) as station:
        station.wait_for("Scan your BADGE")
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, *receive(PHONE)))
        parcel = walk.parcel
        station.command("MENU", until="Choose a TASK")
        station.scan(INGRID, until="Ingrid Halvorsen")
        open_figures(station, "314159")
        station.wait_for("NO")
        type_pin(station, PIN)
        station.wait_for(lambda terminal: re.search(r"to open +1 ", terminal.text) is not None)
        assert re.search(r"received +\d+ +1 +1 ", station.terminal.text)

        for _ in range(8):
            station.terminal.type(DOWN)
        station.terminal.type(ENTER)
        station.wait_for(path("to open"))
        station.wait_for(parcel)
        station.terminal.type(ENTER)
        station.wait_for(path("to open", parcel))
        station.wait_for("Another lane")
        station.terminal.type("l")
        station.wait_for("What shall it be?")
        lane = re.search(r"1\s+(LANE\d|MIXED)", station.terminal.text)
        assert lane is not None
        station.terminal.type("1")
        station.wait_for("Say why, in words")
        type_note(station, "no room")
        station.terminal.type(ENTER)
        station.wait_for(lane[1])
        station.wait_for(lambda terminal: "Another lane" in terminal.lines[-1] and "Say why" not in terminal.text)

        for titles in (("to open",), ()):
            station.terminal.type(ESCAPE)
            station.wait_for(path(*titles))
        station.scan(PRIYA, until=lambda terminal: "Priya Nair" in terminal.text and not figures(terminal))
        station.terminal.kill()

    [moved] = site.of_type("ParcelReassigned")
    assert (moved["parcel"], moved["lane"], moved["note"]) == (parcel, lane[1], "no room")
    by = [line["operator"] for line in site.events() if line["event"]["type"] == "ParcelReassigned"]
    assert by == ["ingrid"]
    assert [event["failures"] for event in site.of_type("PinRefused")] == [1]
    assert len(site.of_type("SupervisionBegun")) == len(site.of_type("SupervisionEnded")) == 1
    for file in filter(Path.is_file, site.data.rglob("*")):
        kept = file.read_bytes()
        assert PIN.encode() not in kept, f"the PIN stands in {file.name}"
        assert b"314159" not in kept, f"a PIN that was tried stands in {file.name}"
    site.assert_intact()


def test_a_scan_at_the_figures_shows_what_it_is_and_how_it_came_there(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running(site, scanner=Scanner(site.link)) as station:
        station.wait_for("Scan your BADGE")
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, *DRESS))
        station.scan(INGRID, until="Ingrid Halvorsen")
        open_figures(station)
        station.wait_for(lambda terminal: re.search(r"sorted +\d+ +1 +1 ", terminal.text) is not None)
        station.scan(walk.unit, until="Sorted into a container")
        station.wait_for("Override")
        station.terminal.type("h")
        station.wait_for("Why?")
        station.terminal.type("1")
        station.wait_for("A note, if there is more to say.")
        station.terminal.type(ENTER)
        station.wait_for("Release")
        station.terminal.type(ESCAPE)
        station.wait_for(lambda terminal: re.search(r"on hold +1 ", terminal.text) is not None)
        station.terminal.kill()
    [held] = site.of_type("UnitHeld")
    assert (held["unit"], held["container_before"]) == (walk.unit, "TOTE0001")
    site.assert_intact()
