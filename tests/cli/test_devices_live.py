"""`devices monitor`, `record`, `replay` and `test` with real ports, sockets and terminals."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zxingcpp
from device_commands import PtyScanner, started
from PIL import Image

from rl_station.cli import barcode_text, main
from rl_station.settings.paths import example_site
from rl_station.station.clocks import SystemClock
from rl_station.store import Store

Run = Callable[..., tuple[int, str, str]]

GUN = """
[scanners.gun]
driver = "serial"
port = "{port}"
symbology_id = true

[scanners.by-silence]
driver = "serial"
port = "/dev/nothing"
idle_gap_ms = 30
"""


@pytest.fixture
def gun(tmp_path: Path) -> Iterator[PtyScanner]:
    scanner = PtyScanner(tmp_path / "gun")
    yield scanner
    scanner.close()


@pytest.fixture
def config(tmp_path: Path, gun: PtyScanner) -> Path:
    folder = Path(shutil.copytree(example_site(), tmp_path / "config"))
    with (folder / "devices.toml").open("a") as file:
        file.write(GUN.format(port=gun.path))
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path) -> Run:
    def command(*arguments: str | Path) -> tuple[int, str, str]:
        given = [str(argument) for argument in arguments]
        code = main([*given, "--config", str(config), "--data", str(tmp_path / "data")])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture
def folders(config: Path, tmp_path: Path) -> tuple[str | Path, ...]:
    return ("--config", config, "--data", tmp_path / "data")


# --- monitor ----------------------------------------------------------------------------------------------------------


def test_monitor_shows_raw_bytes_reads_and_what_they_may_mean(
    gun: PtyScanner, folders: tuple[str | Path, ...], tmp_path: Path
) -> None:
    with started("devices", "monitor", "gun", "--count", "2", "--json", *folders) as command:
        command.wait_said('"ready"')
        gun.send(b"]C1010950600013435210AB\x1d2199\r")
        command.wait_said('"meanings"')
        gun.send(b"SECOND\r\n")
        assert command.ended() == 0
        told = command.documents
    assert {step["device"] for step in told} == {"gun"}
    pieces = [step for step in told if step["what"] == "bytes"]
    assert "".join(str(step["raw"]) for step in pieces).startswith("]C1010950600013435210AB\x1d2199\r")
    (first, second) = [step for step in told if step["what"] == "read"]
    assert (first["data"], first["symbology"]) == ("]C1010950600013435210AB\x1d2199", "]C1")
    assert second["data"] == "SECOND"
    meanings = next(step["meanings"] for step in told if step["what"] == "meanings")
    assert isinstance(meanings, list)
    assert "gtin" in [meaning["kind"] for meaning in meanings]
    assert not (tmp_path / "data").exists()


def test_monitor_names_control_characters_and_writes_none_to_the_terminal(
    gun: PtyScanner, folders: tuple[str | Path, ...]
) -> None:
    with started("devices", "monitor", "gun", "--count", "1", *folders) as command:
        command.wait_said("ready")
        gun.send(b"A\x1dB\x1b[31m\x07\xff\r")
        assert command.ended() == 0
        printed = "\n".join(command.lines)
    assert "A<GS>B<ESC>[31m<BEL>" in printed
    assert "<CR>" in printed
    assert "\x1b" not in printed
    assert "\x07" not in printed


def test_monitor_tells_double_reads_and_what_could_not_be_a_code(
    gun: PtyScanner, folders: tuple[str | Path, ...]
) -> None:
    with started("devices", "monitor", "gun", "--json", *folders) as command:
        command.wait_said('"ready"')
        gun.send(b"TWICE\rTWICE\r" + b"x" * 9000 + b"\r")
        command.wait_said('"duplicate"')
        command.wait_said('"refused"')
        command.process.send_signal(signal.SIGINT)
        assert command.ended() == 0


def test_monitor_says_that_the_port_is_busy_and_ends_with_1_when_nothing_was_read(
    gun: PtyScanner, folders: tuple[str | Path, ...], tmp_path: Path
) -> None:
    fcntl.flock(gun.device, fcntl.LOCK_EX)
    with (
        Store.open(tmp_path / "data", station="demo", prefix="X01", clock=SystemClock(), purpose="live"),
        started("devices", "monitor", "gun", "--count", "1", "--seconds", "0.5", *folders) as command,
    ):
        assert command.ended() == 1
        assert f"the station is running (process {os.getpid()})" in command.complaints[0]
    assert any("busy" in line for line in command.lines)


def test_monitor_reads_a_scanner_that_types_into_this_terminal(folders: tuple[str | Path, ...]) -> None:
    controller, terminal = os.openpty()
    before = termios.tcgetattr(terminal)
    try:
        with started("devices", "monitor", "wedge", "--count", "1", "--json", *folders, stdin=terminal) as command:
            command.wait_said('"ready"')
            os.write(controller, b"WEDGE12345\r")
            assert command.ended() == 0
            assert [step["data"] for step in command.documents if step["what"] == "read"] == ["WEDGE12345"]
            assert [step["raw"] for step in command.documents if step["what"] == "bytes"] == ["WEDGE12345\r"]
        assert termios.tcgetattr(terminal) == before
    finally:
        os.close(controller)
        os.close(terminal)


@pytest.mark.parametrize("arguments", [("monitor", "gnu"), ("test", "gnu"), ("monitor", "labels")])
def test_a_wrong_name_ends_with_2(run: Run, arguments: tuple[str, str]) -> None:
    code, out, err = run("devices", *arguments)
    assert (code, out) == (2, "")
    assert "did you mean 'gun'?" in err or "is a printer" in err


# --- record and replay ------------------------------------------------------------------------------------------------


def recording(path: Path, *pieces: tuple[int, str], device: str = "gun") -> Path:
    """A recording with these bytes at these milliseconds."""
    lines = [json.dumps({"t_ns": at * 1_000_000, "device": device, "raw": raw}) + "\n" for at, raw in pieces]
    path.write_text("".join(lines))
    return path


def test_what_is_recorded_reads_the_same_when_it_is_replayed(
    gun: PtyScanner, folders: tuple[str | Path, ...], run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "day.jsonl"
    with started("devices", "record", file, "gun", "--count", "2", *folders) as command:
        command.wait_said("ready")
        gun.send(b"A\x1d\xff1\r")
        command.wait_said("A<GS>")
        gun.send(b"SECOND\r")
        assert command.ended() == 0
    raw = "".join(json.loads(line)["raw"] for line in file.read_text().splitlines())
    assert raw == "A\x1d\xff1\rSECOND\r"
    code, out, _ = run("devices", "replay", file, "--through", "gun", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["same"] is True
    assert [frame["data"] for frame in found["before"]] == ["A\x1d\xff1", "SECOND"]


def test_a_recording_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    file = recording(tmp_path / "day.jsonl", (0, "A\r"))
    before = file.read_text()
    code, _, err = run("devices", "record", file, "gun", "--seconds", "0.1")
    assert code == 2
    assert "left alone" in err
    assert file.read_text() == before


def test_settings_that_read_the_same_bytes_otherwise_are_shown_as_a_diff(run: Run, tmp_path: Path) -> None:
    file = recording(tmp_path / "day.jsonl", (0, "PLAIN\r"), (500, "TWO\rLINES\r"), (1000, "LAST\r"))
    code, out, _ = run("devices", "replay", file, "--through", "by-silence")
    assert code == 1
    assert [line for line in out.splitlines() if line[0] in "-+"] == ["- TWO", "- LINES", "+ TWO<CR>LINES"]
    code, out, _ = run("devices", "replay", file, "--through", "by-silence", "--json")
    (difference,) = json.loads(out)["differences"]
    assert code == 1
    assert difference["at"] == 2
    assert [frame["data"] for frame in difference["after"]] == ["TWO\rLINES"]


def test_packets_of_a_zebra_are_reread_as_packets(run: Run, config: Path, tmp_path: Path) -> None:
    with (config / "devices.toml").open("a") as file:
        file.write('\n[scanners.packets]\ndriver = "ssi"\nport = "/dev/nothing"\n')
    body = bytes([5 + 5, 0xF3, 0, 0, 3]) + b"12345"
    packet = body + (-sum(body) & 0xFFFF).to_bytes(2, "big")
    day = recording(tmp_path / "day.jsonl", (0, packet.decode("latin-1")))
    code, out, _ = run("devices", "replay", day, "--through", "packets", "--json")
    assert code == 1
    assert [str(frame["data"])[-5:] for frame in json.loads(out)["after"]] == ["12345"]


def test_a_recording_that_is_none_is_named_with_its_line(run: Run, tmp_path: Path) -> None:
    file = recording(tmp_path / "day.jsonl", (0, "A\r"))
    file.write_text(file.read_text() + "rubbish\n")
    code, _, err = run("devices", "replay", file, "--through", "gun")
    assert code == 2
    assert f"{file}, line 2" in err


def test_bytes_of_a_scanner_that_is_gone_need_one_to_compare_with(run: Run, tmp_path: Path) -> None:
    file = recording(tmp_path / "day.jsonl", (0, "A\r"), device="sold")
    code, _, err = run("devices", "replay", file, "--through", "gun")
    assert code == 2
    assert "--against" in err
    assert run("devices", "replay", file, "--through", "gun", "--against", "by-silence")[0] == 0


# --- test -------------------------------------------------------------------------------------------------------------


def test_a_scanner_has_to_read_the_code_that_is_shown(gun: PtyScanner, folders: tuple[str | Path, ...]) -> None:
    with started("devices", "test", "gun", *folders) as command:
        code = command.wait_said("Scan this code").split()[-1]
        gun.send(b"]C1" + code.encode() + b"\r")
        assert command.ended() == 0
    assert [line.split()[:2] for line in command.lines] == [["ok", "opened"], ["ok", "external"], ["ok", "interactive"]]


def test_a_scanner_that_reads_something_else_has_not_passed(gun: PtyScanner, folders: tuple[str | Path, ...]) -> None:
    with started("devices", "test", "gun", "--seconds", "4", "--json", *folders) as command:
        command.wait_said("Scan this code")
        gun.send(b"OLD LABEL\r")
        assert command.ended() == 1
        (found,) = command.documents
    assert found["ok"] is False
    assert isinstance(found["checks"], list)
    assert "OLD LABEL" in found["checks"][-1]["report"]


def test_a_scanner_that_is_not_there_fails_with_what_to_do(run: Run) -> None:
    code, out, _ = run("devices", "test", "by-silence")
    assert code == 1
    assert "no such device" in out
    assert "devices list" in out


def test_a_printer_is_asked_and_prints_a_label(run: Run, config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with (config / "devices.toml").open("a") as file:
            url = f"tcp://127.0.0.1:{server.getsockname()[1]}"
            file.write(f'\n[printers.zebra]\ndriver = "zpl"\nurl = "{url}"\nanswers = false\n')
        printed = bytearray()

        def peer() -> None:
            server.settimeout(20)
            while b"^XZ" not in printed:
                connection, _ = server.accept()
                with connection:
                    while data := connection.recv(4096):
                        printed.extend(data)

        thread = threading.Thread(target=peer, daemon=True)
        thread.start()
        code, out, _ = run("devices", "test", "zebra", "--json")
        thread.join(20)
    assert (code, json.loads(out)["ok"]) == (0, True)
    assert b"TEST" in printed


def test_a_printer_that_is_not_there_fails(run: Run, config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with (config / "devices.toml").open("a") as file:
            file.write(f'\n[printers.zebra]\ndriver = "zpl"\nurl = "tcp://127.0.0.1:{taken.getsockname()[1]}"\n')
        code, out, _ = run("devices", "test", "zebra")
    assert code == 1
    assert "refused" in out


# --- the code on the screen -------------------------------------------------------------------------------------------

_DARK = {" ": "....", "█": "####", "▀": "##..", "▄": "..##", "▌": "#.#.", "▐": ".#.#"}


def photographed(lines: list[str], dot: int = 4) -> Image.Image:
    """What a camera sees: four dots to a character, upper left, upper right, lower left, lower right."""
    image = Image.new("L", (len(lines[0]) * 2, len(lines) * 2), 255)
    for y, line in enumerate(lines):
        for x, char in enumerate(line):
            for at, mark in enumerate(_DARK[char]):
                if mark == "#":
                    image.putpixel((x * 2 + at % 2, y * 2 + at // 2), 0)
    return image.resize((image.width * dot, image.height * dot), Image.Resampling.NEAREST)


@pytest.mark.parametrize("draw", [barcode_text.code128_lines, barcode_text.qr_lines])
def test_the_code_on_the_screen_can_be_read_from_it(draw: Callable[[str], list[str]]) -> None:
    lines = draw("TEST042137")
    assert max(map(len, lines)) <= 80
    assert [found.text for found in zxingcpp.read_barcodes(photographed(lines))] == ["TEST042137"]


# --- scales -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def scale(tmp_path: Path, config: Path) -> Iterator[PtyScanner]:
    device = PtyScanner(tmp_path / "scale")
    with (config / "devices.toml").open("a") as file:
        file.write(f'\n[scales.table]\ndriver = "serial"\nport = "{device.path}"\n')
    yield device
    device.close()


@contextmanager
def showing(scale: PtyScanner, line: bytes) -> Iterator[None]:
    """The scale says this over and over, as scales do."""
    done = threading.Event()

    def talk() -> None:
        while not done.wait(0.05):
            scale.send(line)

    talker = threading.Thread(target=talk, daemon=True)
    talker.start()
    try:
        yield
    finally:
        done.set()
        talker.join()


def test_monitor_tells_weights(scale: PtyScanner, folders: tuple[str | Path, ...]) -> None:
    with started("devices", "monitor", "table", "--json", *folders) as command:
        command.wait_said('"ready"')
        with showing(scale, b"US,GS,+  0.800kg\r\n"):
            assert '"stable":false' in command.wait_said('"grams":800')
        with showing(scale, b"ST,GS,+  1.234kg\r\n"):
            assert '"stable":true' in command.wait_said('"grams":1234')


def test_a_scale_passes_with_a_settled_weight(scale: PtyScanner, folders: tuple[str | Path, ...]) -> None:
    with started("devices", "test", "table", *folders) as command, showing(scale, b"ST,GS,+  1.234kg\r\n"):
        assert command.ended() == 0
    assert command.lines[-1].split()[1:] == ["interactive", "1234", "g"]


def test_an_empty_scale_has_not_passed(scale: PtyScanner, folders: tuple[str | Path, ...]) -> None:
    with (
        started("devices", "test", "table", "--seconds", "0.5", *folders) as command,
        showing(scale, b"ST,GS,+  0.000kg\r\n"),
    ):
        assert command.ended() == 1
    assert "no settled weight" in command.lines[-1]
