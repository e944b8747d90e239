"""devices.toml: what is plugged in where, and how to talk to it. Which adapter does it is decided in `devices`, not here."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from rl_station.settings.device_model import DeviceModel, DeviceName, Latin1, LineModel, MatchModel, known_driver
from rl_station.settings.models import Table
from rl_station.settings.reader_settings import ReaderModel
from rl_station.settings.scale_settings import ScaleModel
from rl_station.settings.zone_settings import ZoneModel

# Which settings mean something to which driver; what all drivers share is not listed.
_FRAME = frozenset({"terminators", "prefix", "suffix", "max_length", "symbology_id"})
_LINE = frozenset({"baud", "bytesize", "parity", "stopbits", "rtscts", "xonxoff"})
_WIRE = _LINE | _FRAME | {"profile", "idle_gap_ms", "stale_ms", "good", "bad", "light_good", "light_bad"}
_SSI = {"response_ms", "beep_good", "beep_bad", "led_good", "led_bad", "led_ms", "enable", "disable_on_stop"}
SCANNER_DRIVERS: Mapping[str, frozenset[str]] = {
    "serial": _WIRE | {"port", "match"},
    "tcp": _WIRE | {"address", "listen"},
    "ssi": _LINE | _FRAME | {"port", "match", "stale_ms"} | _SSI,
    "evdev": _FRAME | {"port", "match", "layout", "idle_gap_ms", "stale_ms"},
    "wedge": _FRAME | {"max_mean_gap_ms", "min_length"},
    "replay": _FRAME | {"file", "device", "timed", "idle_gap_ms", "stale_ms"},
    "simulated": frozenset({"script", "interval_ms", "max_length", "symbology_id"}),
}
PRINTER_DRIVERS: Mapping[str, frozenset[str]] = {
    "zpl": frozenset({"url", "answers"}),
    "escpos": frozenset({"url", "answers", "width", "cut", "baud"}),
    "file": frozenset({"path", "accepts"}),
}


class ScannerModel(LineModel):
    """One barcode scanner, its table named after it."""

    debounce_ms: Annotated[int, Field(ge=0, le=10_000)] = Field(
        400, description="The same code from this scanner within so many milliseconds is one scan; 0 takes every read."
    )
    silence_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        0, description="After so many seconds without a read the scanner is asked whether it lives; 0 never."
    )
    port: str = Field(
        "",
        description="serial, ssi, evdev: path such as /dev/serial/by-id/..., or socket://host:port, or rfc2217://host:port.",
    )
    match: MatchModel | None = Field(
        None,
        description="serial, ssi, evdev: in place of a port, what to look for; found again wherever it is plugged in.",
    )
    address: str = Field("", description="tcp: the scanner or serial server to call, host:port or rfc2217://host:port.")
    listen: str = Field(
        "", description="tcp: host:port of this machine where the scanner calls; the newest connection counts."
    )
    profile: Literal["generic", "zebra", "honeywell", "datalogic", "datalogic-cordless"] = Field(
        "generic", description="serial, tcp: whose scanner it is; settings not given are as that vendor delivers it."
    )
    idle_gap_ms: Annotated[int, Field(ge=0, le=1000)] = Field(
        0,
        description="serial, tcp: above 0, a code ends by so much silence, so that it may hold terminators; 30 is usual.",
    )
    stale_ms: Annotated[int, Field(ge=100, le=60_000)] = Field(
        2000, description="serial, tcp, ssi: a code without its end is refused after so many milliseconds of silence."
    )
    prefix: Latin1 = Field("", description="Characters the scanner is set to send before every code; required then.")
    suffix: Latin1 = Field("", description="Characters the scanner is set to send after every code; required then.")
    max_length: Annotated[int, Field(ge=1, le=65_536)] = Field(
        8192, description="Longest code in bytes; more than that is refused."
    )
    symbology_id: bool = Field(False, description="The scanner is set to send AIM symbology identifiers.")
    good: Latin1 = Field("", description="serial, tcp: what to send to the scanner for a good beep.")
    bad: Latin1 = Field("", description="serial, tcp: what to send to the scanner for a bad beep.")
    light_good: Latin1 = Field("", description="serial, tcp: what to send to the scanner for a good light.")
    light_bad: Latin1 = Field("", description="serial, tcp: what to send to the scanner for a bad light.")
    response_ms: Annotated[int, Field(ge=50, le=10_000)] = Field(
        2000, description="ssi: the scanner's Serial Response Time-out, after which either side sends again."
    )
    beep_good: Annotated[int, Field(ge=-1, le=26)] = Field(
        0, description="ssi: number of the beep for a good scan, 0 is one short high; -1 is none."
    )
    beep_bad: Annotated[int, Field(ge=-1, le=26)] = Field(
        17, description="ssi: number of the beep for a refused scan, 17 is three long low; -1 is none."
    )
    led_good: Annotated[int, Field(ge=0, le=255)] = Field(
        1, description="ssi: lights for a good scan, the sum of their bits: usually 1 is green, 2 red; 0 is none."
    )
    led_bad: Annotated[int, Field(ge=0, le=255)] = Field(2, description="ssi: lights for a refused scan, as led_good.")
    led_ms: Annotated[int, Field(ge=50, le=10_000)] = Field(
        400, description="ssi: milliseconds until these lights are switched off again."
    )
    enable: bool = Field(True, description="ssi: switch scanning on whenever the scanner is connected.")
    disable_on_stop: bool = Field(
        False, description="ssi: switch scanning off when the station lets go of the scanner."
    )
    layout: Literal["us", "uk", "de", "fr"] = Field(
        "us", description="evdev: keyboard layout that the scanner is set to; the computer's own does not matter."
    )
    max_mean_gap_ms: Annotated[int, Field(ge=1, le=200)] = Field(
        30, description="wedge: a scan has at most so many milliseconds a character; people are slower."
    )
    min_length: Annotated[int, Field(ge=2, le=64)] = Field(
        5, description="wedge: shorter bursts are typing, whatever their speed."
    )
    script: tuple[str, ...] = Field((), strict=False, description="simulated: codes to read, one after the other.")
    interval_ms: Annotated[int, Field(ge=0)] = Field(
        0, description="simulated: above 0, the script reads itself, so many milliseconds apart."
    )

    file: str = Field(
        "", description="replay: recording to play, as `devices record` writes it; relative to the data folder."
    )
    device: str = Field(
        "", description="replay: the device in the recording, where it holds several; none: all of them."
    )
    timed: bool = Field(True, description="replay: at the pace of the recording; false plays it at once.")

    @classmethod
    def of_the_station(cls) -> frozenset[str]:
        return frozenset({"debounce_ms", "silence_s"})

    @field_validator("driver")
    @classmethod
    def _known(cls, driver: str) -> str:
        return known_driver(driver, "scanner", SCANNER_DRIVERS)

    @model_validator(mode="after")
    def _fits(self) -> ScannerModel:
        self._check_fit(SCANNER_DRIVERS)
        if self.driver in ("serial", "ssi", "evdev"):
            self._one_of("port", "match")
        if self.driver != "evdev" and self.match is not None:
            self.match.check_port()
        if self.driver == "replay" and not self.file:
            raise ValueError("driver 'replay' needs a file")
        if self.driver == "tcp":
            self._one_of("address", "listen")
        return self


class PrinterModel(DeviceModel):
    """One label printer, its table named after it."""

    url: str = Field(
        "",
        description="zpl, escpos: where the printer is, such as tcp://10.0.0.9:9100, or its device file /dev/usb/lp0; "
        "escpos also serial:///dev/ttyUSB0.",
    )
    answers: bool = Field(
        True, description="zpl, escpos: the printer answers when it is asked; false for one that only takes labels."
    )
    baud: Annotated[int, Field(ge=50, le=4_000_000)] = Field(
        9600, description="escpos: bits per second of a serial line."
    )
    width: Annotated[int, Field(ge=8, le=4096)] = Field(
        576, description="escpos: dots of the print head; 576 with paper of 80 mm, 384 with 58 mm."
    )
    cut: bool = Field(True, description="escpos: cut the paper after every label.")
    path: str = Field("", description="file: folder the labels are written to; relative to the data folder.")
    accepts: Literal["application/zpl", "image/png"] = Field(
        "application/zpl", description="file: what is written, ZPL or pictures."
    )
    dpi: Literal[203, 300, 600] = Field(203, description="Dots per inch of the print head.")
    timeout: Annotated[float, Field(gt=0, le=60)] = Field(
        5.0, description="Seconds after which a printer that does not take a label counts as stalled."
    )

    @classmethod
    def of_the_station(cls) -> frozenset[str]:
        return frozenset({"dpi", "timeout"})

    @field_validator("driver")
    @classmethod
    def _known(cls, driver: str) -> str:
        return known_driver(driver, "printer", PRINTER_DRIVERS)

    @model_validator(mode="after")
    def _fits(self) -> PrinterModel:
        self._check_fit(PRINTER_DRIVERS)
        if self.driver in ("zpl", "escpos") and not self.url:
            raise ValueError(f"driver {self.driver!r} needs a url")
        if self.driver == "file" and not self.path:
            raise ValueError("driver 'file' needs a path")
        return self


class DevicesFile(Table):
    """devices.toml."""

    scanners: dict[DeviceName, ScannerModel] = Field(default_factory=dict, description="Barcode scanners by name.")
    scales: dict[DeviceName, ScaleModel] = Field(default_factory=dict, description="Scales by name.")
    readers: dict[DeviceName, ReaderModel] = Field(default_factory=dict, description="RFID tag readers by name.")
    printers: dict[DeviceName, PrinterModel] = Field(default_factory=dict, description="Label printers by name.")
    zones: dict[DeviceName, ZoneModel] = Field(
        default_factory=dict, description="Places that tag readers watch, by name."
    )

    @model_validator(mode="after")
    def _names_are_unique(self) -> DevicesFile:
        kinds: dict[str, list[str]] = {}
        there = (
            ("scanner", self.scanners),
            ("scale", self.scales),
            ("reader", self.readers),
            ("printer", self.printers),
        )
        for name, kind in chain.from_iterable(((name, kind) for name in table) for kind, table in there):
            kinds.setdefault(name, []).append(kind)
        for name, those in sorted(kinds.items()):
            if len(those) > 1:
                raise ValueError(f"{name!r} names both a {' and a '.join(those)}")
        return self
