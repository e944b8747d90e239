"""A computer's /sys and /dev as real folders, with real pseudo terminals behind the ports; things are plugged in and pulled."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from drivers.discovery import PluggedIn, PortMatch, find_port, plugged_in


@dataclass
class Gun:
    """A USB serial scanner in somebody's hand."""

    serial: str = "S123"
    vid: str = "05e0"
    pid: str = "1701"
    product: str = "Symbol Bar Code Scanner"
    node: str = ""
    location: str = ""
    masters: list[int] = field(default_factory=list)

    def send(self, data: bytes) -> None:
        os.write(self.masters[-1], data)

    def die(self) -> None:
        for master in self.masters:
            os.close(master)
        self.masters.clear()


class UsbTree:
    """`sys`, `dev`, `proc` and `run` below one folder."""

    def __init__(self, root: Path) -> None:
        self.sys, self.dev, self.proc, self.run = (root / name for name in ("sys", "dev", "proc", "run"))
        for folder in (self.sys / "class/tty", self.sys / "class/input", self.dev / "serial/by-id", self.dev / "input"):
            folder.mkdir(parents=True)
        self.proc.mkdir()
        self.run.mkdir()
        self.guns: list[Gun] = []

    def plug(self, gun: Gun, node: str, location: str, *, interface: int = 0) -> Gun:
        """Into a USB socket; the kernel calls it `node`."""
        device = self.sys / "devices/pci0000:00/usb1" / location
        face = device / f"{location}:1.{interface}"
        self._write(
            device, idVendor=gun.vid, idProduct=gun.pid, serial=gun.serial, product=gun.product, manufacturer="ACME"
        )
        self._write(face, bInterfaceNumber=f"{interface:02x}")
        self._tty(node, face)
        master, slave = os.openpty()
        (self.dev / node).symlink_to(os.ttyname(slave))
        os.close(slave)
        name = f"usb-ACME_{gun.product.replace(' ', '_')}_{gun.serial}-if{interface:02x}"
        link = self.dev / "serial/by-id" / name
        # udev has one name for twins with one serial number: the last one takes it.
        link.unlink(missing_ok=True)
        link.symlink_to(f"../../{node}")
        gun.masters.append(master)
        gun.node, gun.location = node, location
        self.guns.append(gun)
        return gun

    def pull(self, gun: Gun) -> None:
        """The cable is out: the port hangs up and every trace is gone."""
        self.vanish(gun)
        gun.die()

    def vanish(self, gun: Gun) -> None:
        """Every trace is gone, but who holds the port open hears nothing of it."""
        (self.sys / "class/tty" / gun.node).unlink()
        shutil.rmtree(self.sys / "devices/pci0000:00/usb1" / gun.location)
        (self.dev / gun.node).unlink()
        for link in (self.dev / "serial/by-id").iterdir():
            if not link.exists():
                link.unlink()

    def uart(self, node: str, kind: str) -> None:
        """A serial port on the board; type 0 is one that was never soldered in."""
        hardware = self.sys / "devices/platform/serial8250"
        hardware.mkdir(parents=True, exist_ok=True)
        self._tty(node, hardware)
        self._write(self.sys / "devices/virtual-tty" / node, type=kind)
        (self.dev / node).touch()

    def console(self, node: str) -> None:
        (self.sys / "devices/virtual-tty" / node).mkdir(parents=True)
        (self.sys / "class/tty" / node).symlink_to(self.sys / "devices/virtual-tty" / node)
        (self.dev / node).touch()

    def keyboard(self, event: str, location: str, keys: str, *, name: str, uniq: str = "") -> None:
        """An input device below a USB interface; `keys` is its bitmap as sysfs shows it."""
        device = self.sys / "devices/pci0000:00/usb1" / location
        face = device / f"{location}:1.0"
        hardware = face / "0003:0C2E:0B61.0001/input/input7"
        self._write(device, idVendor="0c2e", idProduct="0b61", serial="K1", product="Voyager", manufacturer="ACME")
        self._write(face, bInterfaceNumber="00")
        self._write(hardware, name=name, phys=f"usb-0000:00:14.0-{location}/input0", uniq=uniq)
        self._write(hardware / "capabilities", key=keys)
        self._write(hardware / "id", vendor="0c2e", product="0b61")
        entry = hardware / event
        entry.mkdir()
        (entry / "device").symlink_to(hardware)
        (self.sys / "class/input" / event).symlink_to(entry)
        (self.dev / "input" / event).touch()

    def program(self, pid: int, name: str, *opened: Path) -> None:
        """A running program that has these devices open."""
        self._write(self.proc / str(pid), comm=name)
        (self.proc / str(pid) / "fd").mkdir()
        for number, path in enumerate(opened):
            (self.proc / str(pid) / "fd" / str(number)).symlink_to(os.path.realpath(path))

    def found(self) -> tuple[PluggedIn, ...]:
        return plugged_in(sys_root=self.sys, dev_root=self.dev, proc_root=self.proc, run_root=self.run)

    def find(self, match: PortMatch) -> str | None:
        return partial(find_port, sys_root=self.sys, dev_root=self.dev)(match)

    def close(self) -> None:
        for gun in self.guns:
            gun.die()

    def _tty(self, node: str, hardware: Path) -> None:
        entry = self.sys / "devices/virtual-tty" / node
        entry.mkdir(parents=True, exist_ok=True)
        (entry / "device").unlink(missing_ok=True)
        (entry / "device").symlink_to(hardware)
        (entry / "dev").write_text("166:0\n")
        (self.sys / "class/tty" / node).symlink_to(entry)

    @staticmethod
    def _write(folder: Path, **texts: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(f"{text}\n")
