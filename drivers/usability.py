"""Why a device that is plugged in cannot be used: permission, another program, ModemManager. Linux; nothing is opened."""

from __future__ import annotations

import grp
import os
from collections.abc import Iterator
from pathlib import Path

_MODEM_MANAGER = "ModemManager"
_LET_ALONE = ("ID_MM_DEVICE_IGNORE=1", "ID_MM_PORT_IGNORE=1", "ID_MM_TTY_BLACKLIST=1")


class Usability:
    """One look at the running programs, asked about many devices."""

    def __init__(self, sys_root: Path, proc_root: Path, run_root: Path) -> None:
        self._sys = sys_root
        self._proc = proc_root
        self._run = run_root
        self._programs = {pid: _text(folder / "comm") for pid, folder in _processes(proc_root)}
        self._holders = self._open_devices()

    def problem(self, path: str) -> str:
        """Why this user cannot use the device now, in a few words; empty when nothing is known to be in the way."""
        try:
            about = Path(path).stat()
        except OSError:
            return "no such device"
        if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
            return f"permission denied: it belongs to group {_group(about.st_gid)}"
        holder = self._holders.get(os.path.realpath(path)) or self._locker(about)
        return f"busy: {holder} has it open" if holder else ""

    def advice(self, path: str, kind: str, usb: bool) -> str:
        """What may go wrong with it later."""
        if kind != "serial" or not usb or _MODEM_MANAGER not in self._programs.values() or self._let_alone(path):
            return ""
        return (
            "ModemManager is running and may talk to it for 20 s after it is plugged in; "
            "set ID_MM_DEVICE_IGNORE=1 for it in a udev rule"
        )

    def _let_alone(self, path: str) -> bool:
        number = _text(self._sys / "class" / "tty" / Path(path).name / "dev")
        told = _text(self._run / "udev" / "data" / f"c{number}")
        return any(mark in told for mark in _LET_ALONE)

    def _open_devices(self) -> dict[str, str]:
        """Devices that programs hold open, as far as this user may see it."""
        holders: dict[str, str] = {}
        for pid, folder in _processes(self._proc):
            for target in _opened(folder / "fd"):
                holders.setdefault(target, self._called(pid))
        return holders

    def _locker(self, about: os.stat_result) -> str:
        """The program that locked the file: proc_locks(5) tells everybody, also of other users' programs."""
        inode = f"{os.major(about.st_dev):02x}:{os.minor(about.st_dev):02x}:{about.st_ino}"
        for line in _text(self._proc / "locks").splitlines():
            words = line.split()
            if inode in words and "FLOCK" in words:
                return self._called(words[words.index(inode) - 1])
        return ""

    def _called(self, pid: str) -> str:
        return f"{self._programs.get(pid) or 'another program'} (pid {pid})"


def _processes(proc_root: Path) -> Iterator[tuple[str, Path]]:
    try:
        names = os.listdir(proc_root)
    except OSError:
        return
    yield from ((name, proc_root / name) for name in sorted(names) if name.isdigit())


def _opened(folder: Path) -> Iterator[str]:
    try:
        numbers = os.listdir(folder)
    except OSError:
        # Another user's program, or one that has just ended.
        return
    for number in numbers:
        try:
            target = os.readlink(folder / number)
        except OSError:
            continue
        if target.startswith("/dev/"):
            yield target


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
