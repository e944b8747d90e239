"""What the tables of devices.toml have in common: a driver and its settings, a serial line, what to look for among the ports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.metadata import entry_points
from typing import Annotated, Literal

from pydantic import Field, model_validator

from rl_station.settings.models import Table
from rl_station.settings.problems import nearest

DeviceName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Latin1 = Annotated[str, Field(pattern=r"^[\x00-\xff]*$", max_length=64)]
Terminator = Literal["CR", "LF", "CRLF", "TAB", "ETX", "EOT", "NUL"]
Option = str | int | float | bool

_ENTRY_POINTS = "rl_station.drivers"

UsbId = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{4}$")]


class MatchModel(Table):
    """What is looked for among what is plugged in; everything that is given has to fit. `devices list` shows the values."""

    by_id: str = Field(
        "", description="Name in /dev/serial/by-id or /dev/input/by-id; * and ? stand for any characters."
    )
    usb_serial: str = Field("", description="Serial number that the device tells over USB.")
    interface: Annotated[int, Field(ge=0, le=255)] | None = Field(None, description="Number of its USB interface.")
    vid: UsbId | None = Field(None, description="USB vendor id, four hexadecimal digits.")
    pid: UsbId | None = Field(None, description="USB product id, four hexadecimal digits.")
    location: str = Field("", description="The physical USB port it is plugged into, such as 1-1.4.")
    name: str = Field("", description="evdev: what the keyboard calls itself; * and ? stand for any characters.")
    phys: str = Field("", description="evdev: where it is plugged in, such as usb-0000:00:14.0-2/input0; * and ? too.")
    uniq: str = Field("", description="evdev: its serial number as a keyboard; * and ? too.")

    @model_validator(mode="after")
    def _says_something(self) -> MatchModel:
        if not self.model_dump(exclude_defaults=True):
            raise ValueError("match needs at least one of: " + ", ".join(type(self).model_fields))
        return self

    def check_port(self) -> None:
        """Raises ValueError for what only a keyboard has."""
        if strange := [key for key in ("name", "phys", "uniq") if getattr(self, key)]:
            raise ValueError(f"{strange[0]} in match means nothing to a serial port")


class DeviceModel(Table):
    """What every device has, whatever its kind."""

    driver: str = Field(description="Name of the adapter, built in or installed.")
    options: dict[str, Option] = Field(
        default_factory=dict, description="Settings of an adapter that is not built in, handed to it as they stand."
    )

    def driver_options(self) -> dict[str, object]:
        """What the file says for the adapter, without what the station itself uses."""
        given = self.model_fields_set - {"driver", "options"} - self.of_the_station()
        return {key: _plain(getattr(self, key)) for key in given} | dict(self.options)

    @classmethod
    def of_the_station(cls) -> frozenset[str]:
        """Settings that the station itself heeds; the adapter never hears of them."""
        return frozenset()

    def _check_fit(self, drivers: Mapping[str, frozenset[str]]) -> None:
        own = drivers.get(self.driver)
        given = self.model_fields_set - {"driver", "options"} - self.of_the_station()
        if own is None:
            strange = sorted(given)
            advice = f"; write it under options of driver {self.driver!r}"
        else:
            strange = sorted(given - own) or (["options"] if self.options else [])
            advice = f"; valid: {', '.join(sorted(own | self.of_the_station()))}"
        if strange:
            raise ValueError(f"{strange[0]} means nothing to driver {self.driver!r}{advice}")

    def _one_of(self, first: str, second: str) -> None:
        given = [key for key in (first, second) if getattr(self, key)]
        if len(given) != 1:
            advice = f"has both {first} and {second}; keep one" if given else f"needs a {first} or {second}"
            raise ValueError(f"driver {self.driver!r} {advice}")


def _plain(value: object) -> object:
    """Adapters know nothing of our models."""
    return value.model_dump(exclude_unset=True) if isinstance(value, Table) else value


class LineModel(DeviceModel):
    """A device that may hang on a serial line, and marks the end of what it says."""

    baud: Annotated[int, Field(ge=50, le=4_000_000)] = Field(9600, description="Serial line: bits per second.")
    bytesize: Literal[5, 6, 7, 8] = Field(8, description="Serial line: data bits of a character.")
    parity: Literal["N", "E", "O", "M", "S"] = Field("N", description="Serial line: none, even, odd, mark or space.")
    stopbits: Literal[1, 2] = Field(1, description="Serial line: stop bits of a character.")
    rtscts: bool = Field(False, description="Serial line: flow control by the RTS and CTS lines.")
    xonxoff: bool = Field(False, description="Serial line: flow control by XON and XOFF; eats these bytes in codes.")
    terminators: Annotated[tuple[Terminator, ...], Field(min_length=1)] = Field(
        ("CR", "LF"), strict=False, description="What ends a code; CR with LF takes either and both as one."
    )


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
