"""The terminal itself: poor ones, small ones, resized ones, and ones that somebody types and scans into."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest
from courses import DRESS, PHONE, SIGN_IN, Walk, announced, receive
from station_bench import PRIYA, Site, command, running
from terminal import Terminal

pytestmark = pytest.mark.slow

RICH_COLOUR = re.compile(rb"\x1b\[[0-9;]*[34]8[;:][25][;:]")
ALARM_LINE = {
    60: "    Press Enter or scan ACK to go on. Until then every",
    80: "    Press Enter or scan ACK to go on. Until then every other scan is",
    120: "    Press Enter or scan ACK to go on. Until then every other scan is refused.",
}
"""How the last sentence of an alarm is broken at each width."""
ON_BY_DEFAULT = {7, 25}


def test_the_kernel_console_with_16_colours_shows_a_parcel_all_the_way(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running(site, size=(80, 24), term="linux") as station:
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, *DRESS))
        station.wait_for(f"Unit {walk.unit} is in TOTE0001")
        assert not RICH_COLOUR.search(station.terminal.output)
        assert len({cell.bg for row in station.terminal.screen.buffer.values() for cell in row.values()}) > 2


def test_a_resize_at_work_keeps_the_instruction_in_view_and_the_work_going(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running(site) as station:
        station.ready()
        walk = Walk(station)
        walk.go(SIGN_IN)
        sizes = [(120, 40), (60, 15), (80, 24), (60, 15), (120, 40), (80, 24)]
        for number, scan in enumerate(walk.steps(receive("RR976480394DE"))):
            size = sizes[number % len(sizes)]
            station.terminal.resize(*size)
            station.wait_for(_drawn_anew)
            station.wait_for(walk.named(scan.then))
        station.command("UNDO", until="Taken back")
        station.command("UNDO", until="any DANGER?")
        station.command("HEAT", until="STOP")
        for size in sizes:
            station.terminal.resize(*size)
            station.wait_for(lambda terminal: ALARM_LINE[terminal.screen.columns] in terminal.lines)
            station.wait_for(f"DANGER at parcel {walk.parcel}: Heat")
        station.command("ACK", until="then scan PLATE")


def _drawn_anew(terminal: Terminal) -> bool:
    """The head line stands on top, and its clock at the right edge."""
    return re.fullmatch(r" RECEIVE .*[0-9]{2}:[0-9]{2} ", terminal.text.splitlines()[0]) is not None


@pytest.mark.parametrize("term", ["xterm-256color", "linux"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_station_told_to_end_leaves_the_terminal_as_it_found_it(
    tmp_path: Path, term: str, how: signal.Signals
) -> None:
    site = Site(tmp_path)
    with running(site, term=term) as station:
        station.ready()
        Walk(station).go((*SIGN_IN, *PHONE[:2]))
        assert station.terminal.settings_now() != station.terminal.settings
        station.terminal.signal(how)
        assert station.terminal.ended() == 0
        assert station.terminal.settings_now() == station.terminal.settings
        station.wait_for(lambda terminal: terminal.modes_left_on() <= ON_BY_DEFAULT)
    assert site.read() == [PRIYA, command("RECEIVE"), "4361715212"]
    site.assert_intact()


def test_leaving_takes_two_keys_that_no_scan_contains(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running(site) as station:
        station.ready()
        station.sign_in()
        station.terminal.type(b"\x03")
        station.wait_for("Leave the program?")
        station.terminal.type(b"\x1b[21~")
        assert station.terminal.ended() == 0


def test_scans_typed_by_a_wedge_in_one_burst_are_each_read_exactly(tmp_path: Path) -> None:
    site = Site(tmp_path)
    *codes, last = announced()[:61]
    with running(site) as station:
        station.ready()
        station.sign_in()
        station.command("TRACE", until="Scan ANYTHING")
        station.terminal.type("".join(f"{code}\r" for code in codes))
        station.wait_for(f"Scanned: {codes[-1]}")
        station.terminal.type(b"QUIT\x11THIS\x1dNOW\x03PLEASE\r")
        station.wait_for("Scanned: QUIT")
        station.terminal.type(f"{last}\r")
        station.wait_for(f"Scanned: {last}")
    log = [line for line in site.events() if line["source"] and line["source"]["device"] == "wedge"]
    read = [line["source"]["raw"] for line in log if line["seq"] == line["cause"]]
    assert read == [*codes, "QUIT\x11THIS\x1dNOW\x03PLEASE", last]
    assert not any(line["source"]["manual"] for line in log)


def test_a_code_typed_by_hand_counts_and_is_marked_as_typed(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running(site) as station:
        station.ready()
        station.sign_in()
        station.command("RECEIVE", until="Scan a PARCEL")
        station.terminal.type("/")
        station.wait_for("Type the code as printed")
        for typed in range(len("4361715212")):
            station.terminal.type("4361715212"[typed])
            station.wait_for("> " + "4361715212"[: typed + 1])
        station.terminal.type("\r")
        station.wait_for("How does the PARCEL look outside?")
    received = next(line for line in site.events() if line["event"]["type"] == "ParcelReceived")
    assert (received["source"]["raw"], received["source"]["manual"]) == ("4361715212", True)
