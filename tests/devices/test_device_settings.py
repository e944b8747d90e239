"""devices.toml: what it may say, and what is said about a mistake."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from drivers import registry
from drivers.scanner.profiles import PROFILES
from rl_station.devices import DeviceState, bind
from rl_station.settings import device_settings
from rl_station.settings.device_settings import DevicesFile, PrinterModel, ScannerModel
from rl_station.settings.scale_settings import SCALE_DRIVERS, ScaleModel

EXAMPLE = Path(__file__).parents[2] / "config" / "devices.toml"


def complaint(scanner: dict[str, object], kind: str = "scanners") -> str:
    with pytest.raises(ValidationError) as caught:
        DevicesFile.model_validate({kind: {"it": scanner}})
    return str(caught.value)


def uncommented(text: str) -> str:
    """The file with its commented-out devices in force."""
    lines, inside = [], False
    for line in text.splitlines():
        bare = line.removeprefix("# ")
        inside = line.startswith("# [") or (inside and line.startswith("# "))
        lines.append(bare if inside else line)
    return "\n".join(lines)


def test_the_example_binds_and_every_device_can_be_made(tmp_path: Path) -> None:
    settings = DevicesFile.model_validate(tomllib.loads(EXAMPLE.read_text()))
    devices = bind(settings, list(settings.scanners), list(settings.printers), data=tmp_path)
    assert [line.state for line in devices.status()] == [DeviceState.ABSENT] * len(devices.status())
    assert {found.driver for found in settings.scanners.values()} == {"simulated", "wedge"}


def test_the_commented_examples_are_right_too(tmp_path: Path) -> None:
    settings = DevicesFile.model_validate(tomllib.loads(uncommented(EXAMPLE.read_text())))
    assert {"bench-serial", "bench-2d"} <= set(settings.scanners)
    assert {found.driver for found in settings.scanners.values()} >= {"evdev", "replay"}
    assert {found.driver for found in settings.printers.values()} == {"zpl", "escpos", "file"}
    devices = bind(settings, list(settings.scanners), list(settings.printers), list(settings.scales), data=tmp_path)
    assert "bench-scale" in {line.name for line in devices.status()}
    assert [line for line in devices.status() if line.state is DeviceState.LOST] == []


def test_settings_and_registry_know_the_same_drivers() -> None:
    assert set(device_settings.SCANNER_DRIVERS) == set(registry.BUILT_IN[registry.Kind.SCANNER])
    assert set(SCALE_DRIVERS) == set(registry.BUILT_IN[registry.Kind.SCALE])
    assert set(device_settings.PRINTER_DRIVERS) == set(registry.BUILT_IN[registry.Kind.PRINTER])


def test_every_setting_of_a_driver_is_taken_by_its_adapter(tmp_path: Path) -> None:
    def complete(
        model: type[ScannerModel | ScaleModel | PrinterModel], driver: str, fields: frozenset[str]
    ) -> dict[str, object]:
        needed = {"port": "/dev/null", "address": "127.0.0.1:4001", "url": "tcp://127.0.0.1", "path": str(tmp_path)}
        needed["file"] = "recording.jsonl"
        own = {key: needed.get(key, model.model_fields[key].get_default()) for key in fields}
        return model.model_validate({"driver": driver, **own}).driver_options()

    for driver, fields in device_settings.SCANNER_DRIVERS.items():
        assert registry.scanner(driver, "it", complete(ScannerModel, driver, fields)).name == "it"
    for driver, fields in SCALE_DRIVERS.items():
        assert registry.scale(driver, "it", complete(ScaleModel, driver, fields)).name == "it"
    for driver, fields in device_settings.PRINTER_DRIVERS.items():
        assert registry.printer(driver, "it", complete(PrinterModel, driver, fields)).name == "it"


def test_every_field_says_what_it_is() -> None:
    for model in (DevicesFile, ScannerModel, ScaleModel, PrinterModel):
        assert all((field.description or "").endswith(".") for field in model.model_fields.values())


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"driver": "seriel", "port": "/dev/x"}, "there is no scanner driver 'seriel' (did you mean 'serial'?)"),
        ({"driver": "serial"}, "driver 'serial' needs a port"),
        ({"driver": "wedge", "port": "/dev/x"}, "port means nothing to driver 'wedge'"),
        ({"driver": "serial", "port": "/dev/x", "baut": 9600}, "baut"),
        ({"driver": "serial", "port": "/dev/x", "baud": "9600"}, "valid integer"),
        ({"driver": "serial", "port": "/dev/x", "prefix": "€"}, "prefix"),
        ({"driver": "serial", "port": "/dev/x", "terminators": []}, "terminators"),
        ({"driver": "serial", "port": "/dev/x", "options": {"a": 1}}, "options means nothing to driver 'serial'"),
        ({"driver": "wedge", "debounce_ms": -1}, "debounce_ms"),
        ({"driver": "ssi", "port": "/dev/x", "light_good": "!"}, "light_good means nothing to driver 'ssi'"),
        ({"driver": "serial", "port": "/dev/x", "led_good": 1}, "led_good means nothing to driver 'serial'"),
        ({"driver": "ssi", "port": "/dev/x", "led_bad": 256}, "led_bad"),
        ({"driver": "ssi", "port": "/dev/x", "led_ms": 0}, "led_ms"),
        ({"driver": "tcp", "address": "a:1", "light_bad": "€"}, "light_bad"),
        ({}, "driver"),
    ],
)
def test_a_mistake_in_a_scanner_is_named(table: dict[str, object], said: str) -> None:
    assert said in complaint(table)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"driver": "zpl"}, "driver 'zpl' needs a url"),
        ({"driver": "file"}, "driver 'file' needs a path"),
        ({"driver": "file", "path": "x", "dpi": 204}, "dpi"),
        ({"driver": "serial", "path": "x"}, "there is no printer driver 'serial'"),
    ],
)
def test_a_mistake_in_a_printer_is_named(table: dict[str, object], said: str) -> None:
    assert said in complaint(table, "printers")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"driver": "evdev"}, "driver 'evdev' needs a port or match"),
        ({"driver": "evdev", "port": "/dev/input/event3", "layout": "dvorak"}, "layout"),
        ({"driver": "serial", "match": {"phys": "usb-1"}}, "phys in match means nothing to a serial port"),
        ({"driver": "replay"}, "driver 'replay' needs a file"),
        ({"driver": "simulated", "layout": "us"}, "layout means nothing to driver 'simulated'"),
    ],
)
def test_a_mistake_in_a_keyboard_or_a_recording_is_named(table: dict[str, object], said: str) -> None:
    assert said in complaint(table)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"driver": "serial"}, "driver 'serial' needs a port or match"),
        ({"driver": "zpl", "port": "/dev/x"}, "there is no scale driver 'zpl'"),
        ({"driver": "simulated", "port": "/dev/x"}, "port means nothing to driver 'simulated'"),
        ({"driver": "serial", "port": "/dev/x", "ask_ms": 1}, "ask_ms"),
    ],
)
def test_a_mistake_in_a_scale_is_named(table: dict[str, object], said: str) -> None:
    assert said in complaint(table, "scales")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"driver": "llpr", "host": "r1"}, "there is no reader driver 'llpr' (did you mean 'llrp'?)"),
        ({"driver": "llrp"}, "driver 'llrp' needs a host or listen"),
        (
            {"driver": "llrp", "host": "r1", "listen": "0.0.0.0:5084"},
            "driver 'llrp' has both host and listen; keep one",
        ),
        ({"driver": "llrp", "listen": "0.0.0.0:5084", "tls": True}, "port and tls are for a reader that is called"),
        ({"driver": "llrp", "host": "r1", "antennas": [0]}, "antennas"),
        ({"driver": "llrp", "host": "r1", "session": 4}, "session"),
        ({"driver": "llrp", "host": "r1", "Channelist": [1]}, "Channelist"),
        ({"driver": "simulated", "host": "r1"}, "host means nothing to driver 'simulated'"),
    ],
)
def test_a_mistake_in_a_reader_is_named(table: dict[str, object], said: str) -> None:
    assert said in complaint(table, "readers")


def test_a_reader_is_made_of_its_table() -> None:
    table = {
        "driver": "llrp",
        "host": "r1",
        "antennas": [1, 2],
        "power_dbm": 20,
        "session": 2,
        "tls": True,
        "mode": 1002,
    }
    model = DevicesFile.model_validate({"readers": {"portal": table}}).readers["portal"]
    assert registry.reader(model.driver, "portal", model.driver_options()).name == "portal"


def test_every_profile_of_the_drivers_can_be_named_in_the_settings() -> None:
    for name in PROFILES:
        assert ScannerModel.model_validate({"driver": "serial", "port": "/dev/x", "profile": name}).profile == name


def test_one_name_cannot_be_two_devices() -> None:
    with pytest.raises(ValidationError, match="'it' names both a scanner and a printer"):
        DevicesFile.model_validate(
            {"scanners": {"it": {"driver": "wedge"}}, "printers": {"it": {"driver": "file", "path": "x"}}}
        )


def test_an_installed_driver_gets_its_options_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = tmp_path / "stranger-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[rl_station.drivers]\nscanner.stranger = nowhere:Nothing\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    table = {"driver": "stranger", "options": {"channel": 3}, "debounce_ms": 50}
    assert ScannerModel.model_validate(table).driver_options() == {"channel": 3}
    assert "write it under options" in complaint({"driver": "stranger", "port": "/dev/x"})
