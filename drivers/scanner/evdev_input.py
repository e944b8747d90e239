"""Input devices of Linux: found by what they are, opened, and grabbed, so that nobody else hears their keys."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from drivers.discovery import PluggedIn, PortMatch, keyboards
from drivers.scanner.evdev_typing import EV_SYN, EVENT, SYN_REPORT
from drivers.transport.links import LinkError, explained

# _IOW('E', 0x90, int) of linux/input.h.
EVIOCGRAB = 0x40044590
_EV_LED, _LED_CAPS_LOCK = 0x11, 1
_CHUNK = 64 * EVENT.size


@dataclass(frozen=True, slots=True)
class InputRoots:
    """Where the kernel shows its devices; another place in a container or a test."""

    sys_root: Path = Path("/sys")
    dev_root: Path = Path("/dev")


@dataclass(frozen=True, slots=True)
class KeyboardMatch:
    """What a keyboard has to be: as `PortMatch`, or by what the input layer tells of it. What is not given fits everything.

    `name`, `phys` and `uniq` may hold * and ?. `phys` is the socket of this computer with the interface behind it, such as
    `usb-0000:00:14.0-2/input0`; `uniq` the serial number, empty with most scanners.
    """

    name: str = ""
    phys: str = ""
    uniq: str = ""
    port: PortMatch | None = None

    def __str__(self) -> str:
        texts = (("name", self.name), ("phys", self.phys), ("uniq", self.uniq))
        own = [f"{key} {value}" for key, value in texts if value]
        return ", ".join([*own, str(self.port)] if self.port else own)

    def fits(self, found: PluggedIn) -> bool:
        texts = ((self.name, found.name), (self.phys, found.phys), (self.uniq, found.uniq))
        return (self.port is None or self.port.fits(found)) and all(
            not want or fnmatchcase(has, want.replace("[", "[[]")) for want, has in texts
        )


def keyboard_match(fields: Mapping[str, object]) -> KeyboardMatch:
    """A match from its fields. Raises ValueError or TypeError for what cannot be one."""
    own = {key: str(value) for key, value in fields.items() if key in ("name", "phys", "uniq")}
    others = {key: value for key, value in fields.items() if key not in own}
    return KeyboardMatch(**own, port=PortMatch(**others) if others else None)  # type: ignore[arg-type]  # checked before


def find_keyboard(match: KeyboardMatch, roots: InputRoots) -> Path:
    """The one device that fits. Raises `LinkError` for none, and for several: which of them it is may not be guessed."""
    there = keyboards(sys_root=roots.sys_root, dev_root=roots.dev_root)
    fitting = [found for found in there if match.fits(found)]
    if not fitting:
        raise LinkError(f"no keyboard plugged in has {match}", absent=True)
    if len(fitting) > 1:
        places = ", ".join(f"{found.path} ({found.phys})" for found in fitting)
        raise LinkError(f"{len(fitting)} devices match; tell them apart by phys or uniq: {places}")
    return Path(fitting[0].path)


Grab = Callable[[int], None]


def grab(handle: int) -> None:
    """Keep a device for ourselves; its keys reach neither console nor desktop. Raises OSError, EBUSY where another has it."""
    fcntl.ioctl(handle, EVIOCGRAB, 1)
    # Some scanners look at the Caps Lock light and type the other way round while it is on: begin with it off.
    light_off = EVENT.pack(0, 0, _EV_LED, _LED_CAPS_LOCK, 0) + EVENT.pack(0, 0, EV_SYN, SYN_REPORT, 0)
    with suppress(OSError):
        os.write(handle, light_off)


class InputLink:
    """An open input device: raw events out. Nothing can be said to it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @property
    def descriptor(self) -> int | None:
        return self._handle

    def read(self) -> bytes:
        try:
            data = os.read(self._handle, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkError("unplugged") from error
        if not data:
            raise LinkError("unplugged")
        return data

    def write(self, data: bytes) -> None:
        """A keyboard takes no data."""

    def close(self) -> None:
        os.close(self._handle)


def open_keyboard(path: Path, take: Grab) -> InputLink:
    """Open and grab. Raises `LinkError`."""
    try:
        try:
            handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        except PermissionError:
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            take(handle)
        except OSError:
            os.close(handle)
            raise
    except OSError as error:
        if error.errno in (errno.ENOTTY, errno.EINVAL, errno.EISDIR):
            raise LinkError("not an input device") from error
        raise explained(error) from error
    return InputLink(handle)
