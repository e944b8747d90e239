"""`rl-station doctor` on real folders, terminals and sockets: what it finds, what it says to do, how it ends."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rl_station.cli import doctor_data, doctor_machine, main
from rl_station.cli.doctor_devices import mend
from rl_station.cli.doctor_finding import Level
from rl_station.domain.events import TaskChosen
from rl_station.settings.paths import example_site
from rl_station.station.clocks import ReplayClock, SystemClock
from rl_station.store import Store, holder
from rl_station.store.folder import DATABASE

Found = dict[str, dict[str, object]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(example_site(), tmp_path / "config"))


def add(config: Path, devices: str, scanners: list[str], printers: list[str]) -> None:
    """Give the demo station these devices and no others."""
    with (config / "devices.toml").open("a") as file:
        file.write(devices)
    with (config / "host.toml").open("w") as file:
        file.write(f"[stations.demo]\nscanners = {scanners}\nprinters = {printers}\n")


def examined(capsys: pytest.CaptureFixture[str], config: Path, data: Path) -> tuple[int, Found]:
    code = main(["doctor", "--json", "--config", str(config), "--data", str(data)])
    document = json.loads(capsys.readouterr().out)
    # Of several lines about the same thing the worst comes first.
    return code, {finding["check"]: finding for finding in reversed(document["findings"])}


def test_a_sound_machine_is_fine_and_nothing_is_left_behind(
    capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    code, found = examined(capsys, config, data)
    assert code == 0
    assert {"python", "versions", "sqlite", "clock", "terminal", "config", "data", "space", "sync"} <= set(found)
    assert {"device bench-sim", "device wedge", "device labels"} <= set(found)
    assert [check for check, finding in found.items() if finding["level"] == "fail"] == []
    assert [check for check, finding in found.items() if finding["level"] != "ok" and not finding["fix"]] == []
    assert not data.exists()


def test_a_printer_that_refuses_is_named_with_its_address(
    capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        add(config, f'\n[printers.zpl]\ndriver = "zpl"\nurl = "{url}"\n', [], ["zpl"])
        code, found = examined(capsys, config, tmp_path / "data")
    assert code == 1
    assert found["device zpl"]["level"] == "fail"
    assert "refused" in str(found["device zpl"]["told"])
    assert url in str(found["device zpl"]["fix"])


def test_a_scanner_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path) -> None:
    add(config, '\n[scanners.gun]\ndriver = "serial"\nport = "/dev/serial/by-id/nobody"\n', ["gun"], [])
    code, found = examined(capsys, config, tmp_path / "data")
    assert code == 1
    assert "no such device" in str(found["device gun"]["told"])
    assert "devices list" in str(found["device gun"]["fix"])


def test_a_scanner_that_another_program_holds_is_busy(
    capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path
) -> None:
    controller, terminal = pty.openpty()
    fcntl.flock(terminal, fcntl.LOCK_EX)
    port = os.ttyname(terminal)
    try:
        add(config, f'\n[scanners.gun]\ndriver = "serial"\nport = "{port}"\n', ["gun"], [])
        code, found = examined(capsys, config, tmp_path / "data")
    finally:
        os.close(controller)
        os.close(terminal)
    assert code == 1
    assert "busy" in str(found["device gun"]["told"])
    assert f"fuser -v {port}" in str(found["device gun"]["fix"])


def test_a_wrong_configuration_ends_with_2_and_the_rest_is_looked_at(
    capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path
) -> None:
    text = (config / "stations.toml").read_text()
    (config / "stations.toml").write_text(text.replace("default_lane", "defualt_lane", 1))
    code, found = examined(capsys, config, tmp_path / "data")
    assert code == 2
    assert found["config"]["level"] == "fail"
    assert "stations.toml:" in str(found["config"]["told"])
    assert "sync" in found


def test_without_a_configuration_the_way_to_one_is_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, found = examined(capsys, tmp_path / "nowhere", tmp_path / "data")
    assert code == 2
    assert "cp -r" in str(found["config"]["fix"])


def test_devices_that_a_running_station_holds_are_left_alone(
    capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    add(config, '\n[scanners.gun]\ndriver = "serial"\nport = "/dev/serial/by-id/nobody"\n', ["gun"], [])
    assert holder(data) is None
    with Store.open(data, station="demo", prefix="X01", clock=SystemClock(), purpose="live"):
        assert holder(data) == os.getpid()
        code, found = examined(capsys, config, data)
    assert holder(data) is None
    assert code == 0
    assert "running station" in str(found["devices"]["told"])
    assert str(os.getpid()) in str(found["data"]["told"])
    assert not any(check.startswith("device ") for check in found)


def test_another_stations_folder_and_a_demos_are_noticed(
    capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path
) -> None:
    Store.open(tmp_path / "a", station="dock-1", prefix="D01", clock=SystemClock(), purpose="live").close()
    Store.open(tmp_path / "b", station="demo", prefix="X01", clock=SystemClock(), purpose="demo").close()
    code, found = examined(capsys, config, tmp_path / "a")
    assert (code, found["owner"]["level"]) == (1, "fail")
    code, found = examined(capsys, config, tmp_path / "b")
    assert (code, found["owner"]["level"]) == (0, "warn")


def test_a_clock_before_the_last_event_is_told(
    capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path
) -> None:
    clock = ReplayClock()
    store = Store.open(tmp_path / "data", station="demo", prefix="X01", clock=clock, purpose="live")
    store.append([TaskChosen(task="receive")], operator="priya")
    _, found = examined(capsys, config, tmp_path / "data")
    assert "last event" not in found
    clock.set(SystemClock().now() + 7200 * 1_000_000)
    store.append([TaskChosen(task="sort")], operator="priya")
    store.close()
    _, found = examined(capsys, config, tmp_path / "data")
    assert found["last event"]["level"] == "warn"
    assert "120 min later than it is now" in str(found["last event"])


def test_a_reader_that_somebody_else_holds_is_not_said_to_be_switched_off() -> None:
    told = mend("another client holds the reader", "10.0.0.9:5084")
    assert told.startswith("It is switched on, and somebody else is connected to it")


def test_a_damaged_database_is_found(capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    Store.open(data, station="demo", prefix="X01", clock=SystemClock(), purpose="live").close()
    code, found = examined(capsys, config, data)
    assert (code, found["database"]["level"]) == (0, "ok")
    file = data / DATABASE
    raw = bytearray(file.read_bytes())
    raw[4096 * 3 : 4096 * 5] = b"\xff" * (4096 * 2)
    file.write_bytes(raw)
    code, found = examined(capsys, config, data)
    assert code == 1
    assert found["database"]["level"] == "fail"


def test_a_data_folder_that_is_a_file(capsys: pytest.CaptureFixture[str], config: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    code, found = examined(capsys, config, tmp_path / "data")
    assert (code, found["data"]["level"]) == (1, "fail")
    assert "not a folder" in str(found["data"]["told"])


# --- the terminal: a real one -----------------------------------------------------------------------------------------


UTF8 = {"LANG": "C.UTF-8"}
POSIX = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"}


def on_terminal(columns: int, rows: int, environ: dict[str, str], folder: Path) -> str:
    """What the doctor prints on a terminal of this size."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    command = [sys.executable, "-c", "from rl_station.cli import main; main()", "doctor"]
    command += ["--config", str(example_site()), "--data", str(folder / "data")]
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    with subprocess.Popen(command, stdout=terminal, stderr=terminal, env=kept | environ) as running:
        os.close(terminal)
        printed = b""
        while True:
            try:
                printed += (chunk := os.read(controller, 65536))
            except OSError:
                break
            if not chunk:
                break
        running.wait(30)
    os.close(controller)
    return printed.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "environ", "told"),
    [
        (
            (120, 40),
            {"TERM": "xterm-256color", **UTF8},
            "ok    terminal           xterm-256color, 120 x 40, 256 colours",
        ),
        ((60, 20), {"TERM": "xterm-256color", **UTF8}, "FAIL  terminal           60 x 20"),
        ((120, 40), {"TERM": "dumb", **UTF8}, "FAIL  terminal           TERM is dumb"),
        ((120, 40), {"TERM": "linux", **POSIX}, "warn  encoding           "),
    ],
    ids=["good", "too small", "dumb", "not UTF-8"],
)
def test_the_terminal_is_judged(size: tuple[int, int], environ: dict[str, str], told: str, tmp_path: Path) -> None:
    assert told in on_terminal(*size, environ, tmp_path)


# --- who may open what ------------------------------------------------------------------------------------------------


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that others may read: pytest's are for their owner alone."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def nobody() -> Iterator[None]:
    """Be somebody without groups for a while."""
    groups, group = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without groups")
def test_a_user_outside_the_group_is_told_the_command_that_mends_it(
    capsys: pytest.CaptureFixture[str], config: Path, shared: Path
) -> None:
    home = Path(shutil.copytree(config, shared / "config"))
    controller, terminal = pty.openpty()
    port = os.ttyname(terminal)
    os.chmod(port, 0o600)
    try:
        add(home, f'\n[scanners.gun]\ndriver = "serial"\nport = "{port}"\n', ["gun"], [])
        code, found = examined(capsys, home, shared / "data")
        assert (code, found["device gun"]["level"]) == (0, "ok")
        with nobody():
            code, found = examined(capsys, home, shared / "data")
    finally:
        os.close(controller)
        os.close(terminal)
    assert code == 1
    assert "sudo usermod -aG dialout nobody" in str(found["permissions"]["fix"])
    assert "permission denied" in str(found["device gun"]["told"])
    assert "usermod -aG" in str(found["device gun"]["fix"])
    assert "cannot be written" in str(found["data"]["told"])


# --- judgements -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "kept", "level"),
    [(2027, True, Level.OK), (2027, None, Level.OK), (2027, False, Level.WARN), (1970, True, Level.FAIL)],
)
def test_a_clock_that_cannot_be_right_or_is_left_alone(year: int, kept: bool | None, level: Level) -> None:
    assert doctor_machine.judged_clock(datetime(year, 5, 1, tzinfo=UTC), kept).level is level


def test_a_data_folder_in_memory_is_known_by_its_innermost_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    place = (tmp_path / "a b/data").resolve()
    place.mkdir(parents=True)
    escaped = str(place.parent).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {escaped} nfs4 rw 0 0\ntmpfs {escaped} tmpfs rw 0 0\n")
    assert doctor_data.filesystem(place, mounts) == "tmpfs"
    assert doctor_data.filesystem(tmp_path, mounts) == "ext4"
    assert doctor_data.filesystem(tmp_path, tmp_path / "none") == ""
