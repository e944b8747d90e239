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
_LINE = frozenset({"baud", "bytesize", "parity", "stopbits", "rtscts", "xonxoff"})
_WIRE = _LINE | _FRAME | {"profile", "idle_gap_ms", "stale_ms", "good", "bad"}
_SSI = {"response_ms", "beep_good", "beep_bad", "enable", "disable_on_stop"}
SCANNER_DRIVERS: Mapping[str, frozenset[str]] = {
    "serial": _WIRE | {"port", "match"},
    "tcp": _WIRE | {"address", "listen"},
    "ssi": _LINE | _FRAME | {"port", "match", "stale_ms"} | _SSI,
    "wedge": _FRAME | {"max_mean_gap_ms", "min_length"},
    "simulated": frozenset({"script", "interval_ms", "max_length", "symbology_id"}),
}
PRINTER_DRIVERS: Mapping[str, frozenset[str]] = {
    "zpl": frozenset({"url", "answers"}),
    "file": frozenset({"path", "accepts"}),
}


UsbId = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{4}$")]


class MatchModel(Table):
    """What is looked for among what is plugged in; everything that is given has to fit. `devices list` shows the values."""

    by_id: str = Field("", description="Name in /dev/serial/by-id; * and ? stand for any characters.")
    usb_serial: str = Field("", description="Serial number that the device tells over USB.")
    interface: Annotated[int, Field(ge=0, le=255)] | None = Field(None, description="Number of its USB interface.")
    vid: UsbId | None = Field(None, description="USB vendor id, four hexadecimal digits.")
    pid: UsbId | None = Field(None, description="USB product id, four hexadecimal digits.")
    location: str = Field("", description="The physical USB port it is plugged into, such as 1-1.4.")

    @model_validator(mode="after")
    def _says_something(self) -> MatchModel:
        if not self.model_dump(exclude_defaults=True):
            raise ValueError("match needs at least one of: " + ", ".join(type(self).model_fields))
        return self


class DeviceModel(Table):
    """What every device has, whatever its kind."""

    driver: str = Field(description="Name of the adapter, built in or installed.")
    options: dict[str, Option] = Field(
        default_factory=dict, description="Settings of an adapter that is not built in, handed to it as they stand."
    )

    def driver_options(self) -> dict[str, object]:
        """What the file says for the adapter, without what the station itself uses."""
        given = self.model_fields_set - {"driver", "options"} - self._of_the_station()
        return {key: _plain(getattr(self, key)) for key in given} | dict(self.options)

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


def _plain(value: object) -> object:
    """Adapters know nothing of our models."""
    return value.model_dump(exclude_unset=True) if isinstance(value, Table) else value


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
        description="serial, ssi: path such as /dev/serial/by-id/..., or socket://host:port, or rfc2217://host:port.",
    )
    match: MatchModel | None = Field(
        None, description="serial, ssi: in place of a port, what to look for; found again wherever it is plugged in."
    )
    address: str = Field("", description="tcp: the scanner or serial server to call, host:port or rfc2217://host:port.")
    listen: str = Field(
        "", description="tcp: host:port of this machine where the scanner calls; the newest connection counts."
    )
    profile: Literal["generic", "zebra", "honeywell", "datalogic"] = Field(
        "generic", description="serial, tcp: whose scanner it is; settings not given are as that vendor delivers it."
    )
    baud: Annotated[int, Field(ge=50, le=4_000_000)] = Field(9600, description="Serial line: bits per second.")
    bytesize: Literal[5, 6, 7, 8] = Field(8, description="Serial line: data bits of a character.")
    parity: Literal["N", "E", "O", "M", "S"] = Field("N", description="Serial line: none, even, odd, mark or space.")
    stopbits: Literal[1, 2] = Field(1, description="Serial line: stop bits of a character.")
    rtscts: bool = Field(False, description="Serial line: flow control by the RTS and CTS lines.")
    xonxoff: bool = Field(False, description="Serial line: flow control by XON and XOFF; eats these bytes in codes.")
    terminators: Annotated[tuple[Terminator, ...], Field(min_length=1)] = Field(
        ("CR", "LF"), strict=False, description="What ends a code; CR with LF takes either and both as one."
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
    good: Latin1 = Field("", description="serial, tcp: what to send to the scanner for a good tone.")
    bad: Latin1 = Field("", description="serial, tcp: what to send to the scanner for a bad tone.")
    response_ms: Annotated[int, Field(ge=50, le=10_000)] = Field(
        2000, description="ssi: the scanner's Serial Response Time-out, after which either side sends again."
    )
    beep_good: Annotated[int, Field(ge=-1, le=26)] = Field(
        0, description="ssi: number of the beep for a good scan, 0 is one short high; -1 is none."
    )
    beep_bad: Annotated[int, Field(ge=-1, le=26)] = Field(
        17, description="ssi: number of the beep for a refused scan, 17 is three long low; -1 is none."
    )
    enable: bool = Field(True, description="ssi: switch scanning on whenever the scanner is connected.")
    disable_on_stop: bool = Field(
        False, description="ssi: switch scanning off when the station lets go of the scanner."
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
        if self.driver in ("serial", "ssi"):
            self._one_of("port", "match")
        if self.driver == "tcp":
            self._one_of("address", "listen")
        return self

    def _one_of(self, first: str, second: str) -> None:
        given = [key for key in (first, second) if getattr(self, key)]
        if len(given) != 1:
            advice = f"has both {first} and {second}; keep one" if given else f"needs a {first} or {second}"
            raise ValueError(f"driver {self.driver!r} {advice}")


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
