"""devices.toml: what is plugged in where, and how to talk to it. Which adapter does it is decided in `devices`, not here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.metadata import entry_points
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from rl_station.settings.models import Table
from rl_station.settings.problems import nearest

DeviceName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Latin1 = Annotated[str, Field(pattern=r"^[\x00-\xff]*$", max_length=64)]
Terminator = Literal["CR", "LF", "CRLF", "TAB", "ETX", "EOT", "NUL"]
Option = str | int | float | bool

_ENTRY_POINTS = "rl_station.drivers"

# Which settings mean something to which driver; what all drivers share is not listed.
_FRAME = frozenset({"terminators", "prefix", "suffix", "max_length", "symbology_id"})
_LINE = frozenset({"port", "baud", "bytesize", "parity", "stopbits", "rtscts", "xonxoff"})
SCANNER_DRIVERS: Mapping[str, frozenset[str]] = {
    "serial": _LINE | _FRAME | {"idle_gap_ms", "stale_ms", "good", "bad"},
    "wedge": _FRAME | {"max_mean_gap_ms", "min_length"},
    "simulated": frozenset({"script", "interval_ms", "max_length", "symbology_id"}),
}
PRINTER_DRIVERS: Mapping[str, frozenset[str]] = {
    "zpl": frozenset({"url", "answers"}),
    "file": frozenset({"path", "accepts"}),
}


class DeviceModel(Table):
    """What every device has, whatever its kind."""

    driver: str = Field(description="Name of the adapter, built in or installed.")
    options: dict[str, Option] = Field(
        default_factory=dict, description="Settings of an adapter that is not built in, handed to it as they stand."
    )

    def driver_options(self) -> dict[str, object]:
        """What the file says for the adapter, without what the station itself uses."""
        given = self.model_fields_set - {"driver", "options"} - self._of_the_station()
        return {key: getattr(self, key) for key in given} | dict(self.options)

    @classmethod
    def _of_the_station(cls) -> frozenset[str]:
        return frozenset()

    def _check_fit(self, drivers: Mapping[str, frozenset[str]]) -> None:
        own = drivers.get(self.driver)
        given = self.model_fields_set - {"driver", "options"} - self._of_the_station()
        if own is None:
            strange = sorted(given)
            advice = f"; write it under options of driver {self.driver!r}"
        else:
            strange = sorted(given - own) or (["options"] if self.options else [])
            advice = f"; valid: {', '.join(sorted(own | self._of_the_station()))}"
        if strange:
            raise ValueError(f"{strange[0]} means nothing to driver {self.driver!r}{advice}")


class ScannerModel(DeviceModel):
    """One barcode scanner, its table named after it."""

    debounce_ms: Annotated[int, Field(ge=0, le=10_000)] = Field(
        400, description="The same code from this scanner within so many milliseconds is one scan; 0 takes every read."
    )
    silence_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        0, description="After so many seconds without a read the scanner is asked whether it lives; 0 never."
    )
    port: str = Field(
        "",
        description="serial: path such as /dev/serial/by-id/..., or socket://host:port, or rfc2217://host:port.",
    )
    baud: Annotated[int, Field(ge=50, le=4_000_000)] = Field(9600, description="serial: bits per second.")
    bytesize: Literal[5, 6, 7, 8] = Field(8, description="serial: data bits of a character.")
    parity: Literal["N", "E", "O", "M", "S"] = Field("N", description="serial: none, even, odd, mark or space.")
    stopbits: Literal[1, 2] = Field(1, description="serial: stop bits of a character.")
    rtscts: bool = Field(False, description="serial: flow control by the RTS and CTS lines.")
    xonxoff: bool = Field(False, description="serial: flow control by XON and XOFF; eats these bytes in codes.")
    terminators: Annotated[tuple[Terminator, ...], Field(min_length=1)] = Field(
        ("CR", "LF"), strict=False, description="What ends a code; CR with LF takes either and both as one."
    )
    idle_gap_ms: Annotated[int, Field(ge=0, le=1000)] = Field(
        0, description="serial: above 0, a code ends by so much silence, so that it may hold terminators; 30 is usual."
    )
    stale_ms: Annotated[int, Field(ge=100, le=60_000)] = Field(
        2000, description="serial: a code without its end is refused after so many milliseconds of silence."
    )
    prefix: Latin1 = Field("", description="Characters the scanner is set to send before every code; required then.")
    suffix: Latin1 = Field("", description="Characters the scanner is set to send after every code; required then.")
    max_length: Annotated[int, Field(ge=1, le=65_536)] = Field(
        8192, description="Longest code in bytes; more than that is refused."
    )
    symbology_id: bool = Field(False, description="The scanner is set to send AIM symbology identifiers.")
    good: Latin1 = Field("", description="serial: what to send to the scanner for a good tone.")
    bad: Latin1 = Field("", description="serial: what to send to the scanner for a bad tone.")
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

    @classmethod
    def _of_the_station(cls) -> frozenset[str]:
        return frozenset({"debounce_ms", "silence_s"})

    @field_validator("driver")
    @classmethod
    def _known(cls, driver: str) -> str:
        return known_driver(driver, "scanner", SCANNER_DRIVERS)

    @model_validator(mode="after")
    def _fits(self) -> ScannerModel:
        self._check_fit(SCANNER_DRIVERS)
        if self.driver == "serial" and not self.port:
            raise ValueError("driver 'serial' needs a port")
        return self


class PrinterModel(DeviceModel):
    """One label printer, its table named after it."""

    url: str = Field(
        "", description="zpl: where the printer is, such as tcp://10.0.0.9:9100, or its device file /dev/usb/lp0."
    )
    answers: bool = Field(True, description="zpl: the printer answers ~HS; false for one that only takes labels.")
    path: str = Field("", description="file: folder the labels are written to; relative to the data folder.")
    accepts: Literal["application/zpl", "image/png"] = Field(
        "application/zpl", description="file: what is written, ZPL or pictures."
    )
    dpi: Literal[203, 300, 600] = Field(203, description="Dots per inch of the print head.")
    timeout: Annotated[float, Field(gt=0, le=60)] = Field(
        5.0, description="Seconds after which a printer that does not take a label counts as stalled."
    )

    @classmethod
    def _of_the_station(cls) -> frozenset[str]:
        return frozenset({"dpi", "timeout"})

    @field_validator("driver")
    @classmethod
    def _known(cls, driver: str) -> str:
        return known_driver(driver, "printer", PRINTER_DRIVERS)

    @model_validator(mode="after")
    def _fits(self) -> PrinterModel:
        self._check_fit(PRINTER_DRIVERS)
        if self.driver == "zpl" and not self.url:
            raise ValueError("driver 'zpl' needs a url")
        if self.driver == "file" and not self.path:
            raise ValueError("driver 'file' needs a path")
        return self


class DevicesFile(Table):
    """devices.toml. Tag readers and scales will be tables beside these."""

    scanners: dict[DeviceName, ScannerModel] = Field(default_factory=dict, description="Barcode scanners by name.")
    printers: dict[DeviceName, PrinterModel] = Field(default_factory=dict, description="Label printers by name.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> DevicesFile:
        if twice := sorted(self.scanners.keys() & self.printers.keys()):
            raise ValueError(f"{twice[0]!r} names both a scanner and a printer")
        return self


def known_driver(driver: str, kind: str, built_in: Collection[str]) -> str:
    """The driver's name again, or ValueError with the nearest valid one. Looks up installed adapters, imports none."""
    if driver in built_in:
        return driver
    prefix = f"{kind}."
    offered = [found.name for found in entry_points(group=_ENTRY_POINTS)]
    valid = [*built_in, *(name.removeprefix(prefix) for name in offered if name.startswith(prefix))]
    if driver in valid:
        return driver
    hint = nearest(driver, valid)
    raise ValueError(
        f"there is no {kind} driver {driver!r}"
        + (f" (did you mean {hint!r}?)" if hint else f"; valid: {', '.join(sorted(valid))}")
    )
