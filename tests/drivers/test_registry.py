"""Adapters by name, built in and installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from drivers import registry
from drivers.contract import Printer, Scale, Scanner, TagReader
from drivers.registry import DriverError, Kind


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package on the path that offers three scanner adapters, of which one works."""
    about = tmp_path / "outsider-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: outsider\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[rl_station.drivers]\n"
        "scanner.outsider = outsider_driver:Outsider\n"
        "scanner.gone = outsider_driver:Gone\n"
        "scanner.broken = outsider_broken:Anything\n"
        "scanner.other = outsider_driver:NotAScanner\n"
    )
    (tmp_path / "outsider_driver.py").write_text(
        "class Outsider:\n"
        "    def __init__(self, *, name, speed=1):\n"
        "        self.name, self.speed = name, speed\n"
        "    def start(self, listener): pass\n"
        "    def stop(self): pass\n"
        "class NotAScanner:\n"
        "    def __init__(self, *, name): pass\n"
    )
    (tmp_path / "outsider_broken.py").write_text("raise RuntimeError('no licence found')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_every_built_in_adapter_can_be_had(tmp_path: Path) -> None:
    address = {"port": "/dev/null"}
    options = {
        "serial": address,
        "ssi": address,
        "tcp": {"address": "127.0.0.1:4001"},
        "evdev": address,
        "replay": {"file": "recording.jsonl"},
        "zpl": {"url": "tcp://127.0.0.1"},
        "escpos": {"url": "tcp://127.0.0.1"},
        "file": {"path": str(tmp_path)},
        "llrp": {"host": "127.0.0.1"},
    }
    for driver in registry.BUILT_IN[Kind.SCANNER]:
        made = registry.scanner(driver, "it", options.get(driver, {}))
        assert isinstance(made, Scanner)
        assert made.name == "it"
    for driver in registry.BUILT_IN[Kind.SCALE]:
        assert isinstance(registry.scale(driver, "it", options.get(driver, {})), Scale)
    for driver in registry.BUILT_IN[Kind.READER]:
        assert isinstance(registry.reader(driver, "it", options.get(driver, {})), TagReader)
    for driver in registry.BUILT_IN[Kind.PRINTER]:
        assert isinstance(registry.printer(driver, "it", options.get(driver, {})), Printer)


def test_naming_one_adapter_imports_no_other() -> None:
    script = (
        "import sys; from drivers import registry\n"
        "names = registry.names(registry.Kind.SCANNER)\n"
        "registry.scanner('simulated', 'it', {})\n"
        "print([m for m in sys.modules if m == 'serial' or m.startswith(('drivers.scanner.', 'drivers.printer.'))])"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "['drivers.scanner.simulated']"


def test_an_unknown_adapter_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(DriverError, match="there is no scanner driver 'seriel'; did you mean 'serial'"):
        registry.scanner("seriel", "it", {})
    with pytest.raises(DriverError, match="there is no printer driver 'xyz'; valid: zpl, escpos, file"):
        registry.printer("xyz", "it", {})


def test_settings_that_an_adapter_does_not_take_are_named() -> None:
    with pytest.raises(DriverError, match=r"driver .serial. cannot make .it.*colour"):
        registry.scanner("serial", "it", {"port": "/dev/null", "colour": "red"})


def test_an_installed_adapter_is_found_by_its_entry_point(installed: Path) -> None:
    assert "outsider" in registry.names(Kind.SCANNER)
    assert "outsider" not in registry.names(Kind.PRINTER)
    made = registry.scanner("outsider", "it", {"speed": 9})
    assert (made.name, vars(made)["speed"]) == ("it", 9)


def test_a_broken_installed_adapter_is_named_with_its_error(installed: Path) -> None:
    with pytest.raises(DriverError, match="scanner driver 'broken' is broken: no licence found"):
        registry.scanner("broken", "it", {})
    with pytest.raises(DriverError, match="scanner driver 'gone' is broken"):
        registry.scanner("gone", "it", {})


def test_an_adapter_that_makes_something_else_is_refused(installed: Path) -> None:
    with pytest.raises(DriverError, match="there is no reader driver 'llpr'; did you mean 'llrp'"):
        registry.reader("llpr", "it", {})
    with pytest.raises(DriverError, match="driver 'other' does not make a scanner"):
        registry.scanner("other", "it", {})
