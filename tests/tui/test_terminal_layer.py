"""The terminal below the widgets, on a real PTY: every scan exact, hostile bytes harmless, the terminal sane afterwards."""

from __future__ import annotations

import json
import signal
import termios
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pty_terminal import Terminal, program

pytestmark = pytest.mark.slow

START = "Any label on it will do."
ALTERNATE_SCREEN_OFF = b"\x1b[?1049l"
CURSOR_ON = b"\x1b[?25h"

Start = Callable[..., Terminal]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "given.jsonl"


@pytest.fixture
def start(record: Path) -> Iterator[Start]:
    """Starts the station on a terminal and waits for its first prompt."""
    opened: list[Terminal] = []

    def begin(
        *options: str, size: tuple[int, int] = (80, 24), errors: Path | None = None, **environment: str
    ) -> Terminal:
        arguments = [program("pty_station.py"), str(record), *options]
        terminal = Terminal(arguments, size=size, environment=environment, errors=errors)
        opened.append(terminal)
        terminal.until_shown(START)
        return terminal

    yield begin
    for terminal in opened:
        terminal.close()


def given(record: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in record.read_text().splitlines()]


def scans(record: Path) -> list[str]:
    return [str(line["scan"]) for line in given(record) if "scan" in line]


def differs(terminal: Terminal, before: str) -> bool:
    return terminal.text != before


def test_200_scans_of_60_characters_back_to_back_are_read_exactly(start: Start, record: Path) -> None:
    wanted = [f"RL{n:04}" + "".join(chr(48 + (n * 7 + k) % 75) for k in range(54)) for n in range(200)]
    terminal = start()
    terminal.type("".join(f"{scan}\r" for scan in wanted).encode())
    terminal.until_shown("Input 200 taken.")
    assert scans(record) == wanted
    assert given(record) == [{"scan": scan, "device": "wedge", "manual": False} for scan in wanted]


def test_no_focus_is_needed_for_a_scan_whatever_is_open_on_the_screen(start: Start, record: Path) -> None:
    """The field for a code by hand, the help, the devices, the question whether to leave."""
    wanted = [f"1Z999AA1012345678{number}" for number in range(1, 5)]
    terminal = start()

    def pulled_again(code: str) -> bool:
        # Right behind a key the assembler may refuse a scan it cannot be sure of; the worker pulls the trigger again.
        terminal.type(code.encode() + b"\r")
        terminal.read()
        return code in scans(record)

    for key, shown, code in zip(
        (b"/", b"\x1bOP", b"\x1b[17~", b"\x03"), ("Type the code", "Keys", "DEVICES", "Leave"), wanted, strict=True
    ):
        terminal.type(key)
        terminal.until_shown(shown)
        terminal.until(partial(pulled_again, code))
        terminal.until(lambda: f"Input {len(given(record))} taken." in terminal.text)
    assert list(dict.fromkeys(scans(record))) == wanted
    assert [line for line in given(record) if "input" in line] == [], "none of it was typing"


def test_hostile_bytes_in_scans_neither_end_the_program_nor_press_keys(start: Start, record: Path) -> None:
    hostile = [
        b"CODE128\x11WITH-CTRL-Q",
        b"CTRL\x03C-INSIDE",
        b"0109521234543213\x1d17261231\x1d10ABC",
        b"[)>\x1e06\x1dP1234\x1e\x04",
        b"NOT\xff\xfeUTF8\x80",
        b"NUL\x00\x00INSIDE",
        "grün-ñ".encode(),
    ]
    terminal = start()
    for number, scan in enumerate(hostile, 1):
        terminal.type(scan + b"\r")
        terminal.until_shown(f"Input {number} taken.")
    assert scans(record) == [scan.decode("latin-1") for scan in hostile]
    assert [line for line in given(record) if "input" in line] == []


def test_hostile_bytes_typed_slowly_do_not_end_the_program(start: Start, record: Path) -> None:
    terminal = start("--no-wedge")
    terminal.type(b"\xff\x80\x11\x10\x1d\x00\x1c\x1b[200~an unterminated paste")
    terminal.type(b"\x1b[20~")
    terminal.until_shown("Input 1 taken.")
    assert given(record) == [{"input": "Commanded(command=<Command.UNDO: 'UNDO'>)"}]


def test_an_unterminated_paste_does_not_swallow_what_follows(start: Start, record: Path) -> None:
    terminal = start()
    terminal.type(b"\x1b[200~PASTED-HALF")

    def pulled_again() -> bool:
        # Right behind a paste the assembler may refuse a scan it cannot be sure of; the worker pulls the trigger again.
        terminal.type(b"1Z999AA10123456784\r")
        terminal.read()
        return "1Z999AA10123456784" in scans(record)

    terminal.until(pulled_again)
    # Several pulls may be on their way: only when the newest is shown has everything typed been taken.
    terminal.until(lambda: f"Input {len(given(record))} taken." in terminal.text)
    terminal.type(b"\x1b[20~")
    terminal.until(lambda: "UNDO" in str(given(record)[-1]))


def test_function_keys_arrows_and_escape_still_are_keys(start: Start, record: Path) -> None:
    terminal = start()
    for number, (key, command) in enumerate(
        [(b"\x1b[20~", "UNDO"), (b"\x1bOQ", "RECEIVE"), (b"\x1b[24~", "MENU"), (b"\r", "OK"), (b"\x1b", "CANCEL")], 1
    ):
        terminal.type(key)
        terminal.until_shown(f"Input {number} taken.")
        assert command in str(given(record)[-1]["input"])


def test_typing_a_code_by_hand_through_the_terminal(start: Start, record: Path) -> None:
    terminal = start()
    terminal.type(b"/")
    terminal.until_shown("Type the code as printed")
    for char in b"a1\x7fB":
        before = terminal.text
        terminal.type(bytes([char]))
        terminal.until(partial(differs, terminal, before))
    terminal.type(b"\r")
    terminal.until_shown("Input 1 taken.")
    assert given(record) == [{"scan": "aB", "device": "keyboard", "manual": True}]


def test_a_resize_redraws_everything(start: Start) -> None:
    # The sizes in the environment are those of the start; the terminal knows better.
    terminal = start(COLUMNS="80", LINES="24")
    terminal.resize(120, 40)
    terminal.until(lambda: "F1" in terminal.screen.display[39])
    terminal.resize(80, 24)
    terminal.until(lambda: "F1" in terminal.screen.display[23])
    terminal.until_shown(START)


def test_a_resize_there_and_back_redraws_what_the_terminal_cropped(start: Start) -> None:
    terminal = start()
    before = terminal.text
    # Held still, it hears of both at once, as between two frames.
    terminal.process.send_signal(signal.SIGSTOP)
    terminal.resize(40, 10)
    assert terminal.text != before
    terminal.resize(80, 24)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.until(lambda: "F1" in terminal.screen.display[23])
    terminal.until_shown(START)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_cleanly_and_leaves_the_terminal_sane(start: Start, number: signal.Signals) -> None:
    terminal = start()
    assert not termios.tcgetattr(terminal.slave)[3] & termios.ECHO
    terminal.process.send_signal(number)
    assert terminal.ended() == 0
    assert termios.tcgetattr(terminal.slave) == terminal.settings
    assert terminal.output.rindex(ALTERNATE_SCREEN_OFF) > terminal.output.rindex(START.encode())
    assert terminal.output.rindex(CURSOR_ON) > terminal.output.rindex(b"\x1b[?25l")


def test_a_terminal_that_goes_away_ends_the_program(start: Start) -> None:
    terminal = start()
    terminal.hang_up()
    terminal.process.wait(timeout=60)
    # 120 is the interpreter's own: it could not write out what nobody reads any more.
    assert terminal.process.returncode in {0, 1, 120}


def test_the_linux_console_gets_sixteen_colours_and_no_questions(start: Start) -> None:
    terminal = start(TERM="linux")
    assert b"38;2;" not in terminal.output
    assert b"38;5;" not in terminal.output
    assert b"\x1b[?2026$p" not in terminal.output
    grounds = {cell.bg for row in terminal.screen.buffer.values() for cell in row.values()}
    assert {"blue", "green"} <= grounds


def test_a_latin1_terminal_gets_ascii(start: Start) -> None:
    terminal = start(LANG="C", LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="latin-1")
    assert terminal.output.isascii()


def test_a_station_whose_standard_error_is_a_file_draws_on_the_terminal(start: Start, tmp_path: Path) -> None:
    errors = tmp_path / "errors.txt"
    terminal = start("--stray", errors=errors)
    terminal.type(b"1Z999AA10123456784\r")
    terminal.until_shown("Input 1 taken.")
    terminal.resize(120, 40)
    terminal.until(lambda: "F1" in terminal.screen.display[39])
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() == 0
    assert termios.tcgetattr(terminal.slave) == terminal.settings
    assert terminal.output.rindex(ALTERNATE_SCREEN_OFF) > terminal.output.rindex(START.encode())
    assert b"\x1b" not in errors.read_bytes()


def test_stray_lines_of_libraries_do_not_spoil_the_screen(start: Start, tmp_path: Path) -> None:
    terminal = start("--stray")
    terminal.type(b"1Z999AA10123456784\r")
    terminal.until_shown("Input 1 taken.")
    assert b"STRAY" not in terminal.output


def test_a_character_the_terminal_lacks_does_not_end_the_drawing(start: Start) -> None:
    # Told to be UTF-8 and not so: the borders are not to be had in Latin-1.
    terminal = start(PYTHONIOENCODING="latin-1")
    terminal.type(b"1Z999AA10123456784\r")
    terminal.until_shown("Input 1 taken.")
    assert b"\\u25" in terminal.output
