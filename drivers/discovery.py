"""What is plugged into this computer, and which port is the one that was meant.

Linux: /sys/class/tty and /sys/class/input (sysfs), the links of udev in /dev/serial and /dev/input. Nothing is opened, so
that looking disturbs no device. The roots can be given, for a container or a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from drivers.usability import Usability

_SYS, _DEV, _PROC, _RUN = Path("/sys"), Path("/dev"), Path("/proc"), Path("/run")

# Keys 1 to 0 and Enter (linux/input-event-codes.h): what cannot type these is no scanner.
_TYPING = sum(1 << key for key in (*range(2, 12), 28))


class AmbiguousMatchError(ValueError):
    """More than one port fits: taking the first would read another bench's scanner half of the time."""


@dataclass(frozen=True, slots=True)
class PortMatch:
    """What a port has to be; what is not given fits everything, and something must be given.

    `by_id`: name in /dev/serial/by-id, with * and ?. `usb_serial`: serial number of the USB device. `interface`: number of its
    USB interface. `vid`, `pid`: four hexadecimal digits. `location`: the physical USB port, such as `1-1.4`.
    """

    by_id: str = ""
    usb_serial: str = ""
    interface: int | None = None
    vid: str | None = None
    pid: str | None = None
    location: str = ""

    def __post_init__(self) -> None:
        if not str(self):
            raise ValueError("a match that says nothing would fit any port")

    def __str__(self) -> str:
        said = {key: getattr(self, key) for key in self.__slots__}
        return ", ".join(f"{key} {value}" for key, value in said.items() if value not in ("", None))

    def fits(self, found: PluggedIn) -> bool:
        """Whether this is the device that is meant."""
        return (
            (not self.by_id or any(fnmatchcase(Path(link).name, self.by_id) for link in found.by_id))
            and (not self.usb_serial or self.usb_serial == found.usb_serial)
            and (self.interface is None or self.interface == found.interface)
            and (self.vid is None or self.vid.lower() == found.vid)
            and (self.pid is None or self.pid.lower() == found.pid)
            and (not self.location or self.location == found.location)
        )


@dataclass(frozen=True, slots=True)
class PluggedIn:
    """A device that is there. `kind`: serial or keyboard; `path` below /dev; USB facts are empty for what is not USB.

    `name` is what the device calls itself, `phys` and `uniq` as the input layer tells them. `problem` says why a program of
    this user cannot use it now, `advice` what is to be known before it is used.
    """

    kind: str
    path: str
    vid: str = ""
    pid: str = ""
    usb_serial: str = ""
    interface: int | None = None
    location: str = ""
    name: str = ""
    by_id: tuple[str, ...] = ()
    phys: str = ""
    uniq: str = ""
    problem: str = ""
    advice: str = ""


def find_port(match: PortMatch, *, sys_root: Path = _SYS, dev_root: Path = _DEV) -> str | None:
    """The path of the one serial port that fits, or None. Raises `AmbiguousMatchError` when several do."""
    fitting = [found for found in _serial_ports(sys_root, dev_root) if match.fits(found)]
    if len(fitting) > 1:
        paths = ", ".join(found.path for found in fitting)
        keys = _telling_apart(fitting)
        raise AmbiguousMatchError(f"{match} fits {paths}; add {keys}")
    return fitting[0].path if fitting else None


def keyboards(*, sys_root: Path = _SYS, dev_root: Path = _DEV) -> tuple[PluggedIn, ...]:
    """Every input device that can type, without looking at what stands in its way."""
    return tuple(_keyboards(sys_root, dev_root))


def plugged_in(
    *, sys_root: Path = _SYS, dev_root: Path = _DEV, proc_root: Path = _PROC, run_root: Path = _RUN
) -> tuple[PluggedIn, ...]:
    """Every serial port with a device behind it and every input device that can type, with what stands in its way."""
    found = (*_serial_ports(sys_root, dev_root), *_keyboards(sys_root, dev_root))
    usability = Usability(sys_root, proc_root, run_root)
    return tuple(
        replace(
            each, problem=usability.problem(each.path), advice=usability.advice(each.path, each.kind, bool(each.vid))
        )
        for each in found
    )


def _telling_apart(fitting: list[PluggedIn]) -> str:
    different = [
        key
        for key in ("usb_serial", "interface", "location", "by_id")
        if len({getattr(each, key) for each in fitting}) == len(fitting)
    ]
    return " or ".join(different) or "more keys"


def _serial_ports(sys_root: Path, dev_root: Path) -> Iterator[PluggedIn]:
    links = _links(dev_root / "serial" / "by-id")
    for entry in _entries(sys_root / "class" / "tty"):
        hardware = entry / "device"
        node = dev_root / entry.name
        # Consoles and pseudo terminals have no hardware behind them; type 0 is a UART that was never there.
        if not hardware.exists() or not node.exists() or _text(entry / "type") == "0":
            continue
        yield _with_usb(PluggedIn("serial", str(node), by_id=links.get(node.resolve(), ())), hardware)


def _keyboards(sys_root: Path, dev_root: Path) -> Iterator[PluggedIn]:
    links = _links(dev_root / "input" / "by-id")
    for entry in _entries(sys_root / "class" / "input"):
        hardware = entry / "device"
        node = dev_root / "input" / entry.name
        if not entry.name.startswith("event") or not node.exists() or not _can_type(hardware):
            continue
        typing = PluggedIn(
            "keyboard",
            str(node),
            vid=_text(hardware / "id" / "vendor"),
            pid=_text(hardware / "id" / "product"),
            by_id=links.get(node.resolve(), ()),
            phys=_text(hardware / "phys"),
            uniq=_text(hardware / "uniq"),
        )
        called = _text(hardware / "name")
        found = _with_usb(typing, hardware)
        yield replace(found, name=called or found.name)


def _with_usb(found: PluggedIn, hardware: Path) -> PluggedIn:
    """What the USB interface and the USB device above a piece of hardware say; the same where there are none."""
    ancestors = (hardware.resolve(), *hardware.resolve().parents)
    interface = next((above for above in ancestors if (above / "bInterfaceNumber").exists()), None)
    device = next((above for above in ancestors if (above / "idVendor").exists()), None)
    if device is None:
        return found
    number = _text(interface / "bInterfaceNumber") if interface else ""
    return replace(
        found,
        vid=_text(device / "idVendor").lower(),
        pid=_text(device / "idProduct").lower(),
        usb_serial=_text(device / "serial"),
        interface=int(number, 16) if number else None,
        location=device.name,
        name=" ".join(filter(None, (_text(device / "manufacturer"), _text(device / "product")))),
    )


def _can_type(hardware: Path) -> bool:
    """The lowest word of the key bitmap stands last; 32 bits of it are enough on every machine."""
    words = _text(hardware / "capabilities" / "key").split()
    return bool(words) and int(words[-1], 16) & _TYPING == _TYPING


def _links(folder: Path) -> dict[Path, tuple[str, ...]]:
    """Device nodes and the names that udev gave them."""
    names: dict[Path, tuple[str, ...]] = {}
    for link in _entries(folder):
        node = link.resolve()
        names[node] = (*names.get(node, ()), str(link))
    return names


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        # No such class on this machine, or no udev to name anything.
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        # An attribute that is not there, or a device that was unplugged while we looked.
        return ""
