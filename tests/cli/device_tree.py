"""The folders in which Linux tells of its devices, made by hand: /sys, /dev, /proc, /run as they look on a real machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from rl_station.devices.discovery import Roots


class Usb(NamedTuple):
    """A USB device with one interface."""

    location: str
    vid: str
    pid: str
    name: str
    serial: str = ""
    interface: int = 0


class DeviceTree:
    """A machine to plug things into."""

    def __init__(self, folder: Path) -> None:
        self.roots = Roots(folder / "sys", folder / "dev", folder / "proc", folder / "run")
        for root in (self.roots.sys, self.roots.dev, self.roots.proc, self.roots.run):
            root.mkdir(parents=True)

    def plug_serial(self, usb: Usb, node: str, *, by_id: str = "") -> Path:
        hardware = self._usb(usb) / f"{usb.location}:1.{usb.interface}"
        self._write(hardware / "bInterfaceNumber", f"{usb.interface:02x}")
        tty = self.roots.sys / "class/tty" / node
        tty.mkdir(parents=True)
        (tty / "device").symlink_to(hardware)
        path = self._node(node)
        if by_id:
            self._link(self.roots.dev / "serial/by-id" / by_id, path)
        return path

    def plug_keyboard(self, usb: Usb, node: str, *, by_id: str = "", phys: str = "") -> Path:
        hardware = self._usb(usb) / f"{usb.location}:1.{usb.interface}" / "input/input7"
        self._write(hardware.parents[1] / "bInterfaceNumber", f"{usb.interface:02x}")
        for name, text in {
            "name": usb.name,
            "phys": phys,
            "uniq": usb.serial,
            "id/vendor": usb.vid,
            "id/product": usb.pid,
            "capabilities/key": "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe",
        }.items():
            self._write(hardware / name, text)
        event = self.roots.sys / "class/input" / node
        event.mkdir(parents=True)
        (event / "device").symlink_to(hardware)
        path = self._node(f"input/{node}")
        if by_id:
            self._link(self.roots.dev / "input/by-id" / by_id, path)
        return path

    def plug_printer(self, node: str, ieee1284: str) -> Path:
        self._write(self.roots.sys / "class/usbmisc" / node / "device/ieee1284_id", ieee1284)
        return self._node(f"usb/{node}")

    def run_program(self, pid: int, name: str, locked: Path | None = None) -> None:
        """A program of some other user, who lets nobody see what it has open; what it has locked everybody sees."""
        self._write(self.roots.proc / str(pid) / "comm", name)
        if locked is not None:
            about = locked.stat()
            place = f"{os.major(about.st_dev):02x}:{os.minor(about.st_dev):02x}:{about.st_ino}"
            self._write(self.roots.proc / "locks", f"1: FLOCK  ADVISORY  WRITE {pid} {place} 0 EOF")

    def _usb(self, usb: Usb) -> Path:
        device = self.roots.sys / "devices/pci0000:00/usb1" / usb.location
        self._write(device / "idVendor", usb.vid)
        self._write(device / "idProduct", usb.pid)
        self._write(device / "product", usb.name)
        if usb.serial:
            self._write(device / "serial", usb.serial)
        return device

    def _node(self, name: str) -> Path:
        path = self.roots.dev / name
        self._write(path, "")
        return path

    def _link(self, link: Path, target: Path) -> None:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n" if text else "")
