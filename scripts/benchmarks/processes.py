"""What processes have used, from the kernel."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_UTIME, _STIME, _CUTIME, _CSTIME, _PARENT = 11, 12, 13, 14, 1
"""Places in /proc/PID/stat after the command's name (proc(5))."""


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of all its children, those that have ended included."""
    fields = _stat(pid)
    if fields is None:
        return 0.0
    own = sum(int(fields[place]) for place in (_UTIME, _STIME, _CUTIME, _CSTIME)) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_seconds(child) for child in children(pid))


def children(pid: int) -> list[int]:
    found = []
    for entry in _PROC.iterdir():
        fields = _stat(int(entry.name)) if entry.name.isdigit() else None
        if fields is not None and int(fields[_PARENT]) == pid:
            found.append(int(entry.name))
    return found


def peak_mib(pid: int) -> float:
    """The most memory that a process, or one of its children, has had."""
    return max(_peak(each) for each in (pid, *children(pid)))


def _peak(pid: int) -> float:
    for line in (_PROC / str(pid) / "status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _stat(pid: int) -> list[str] | None:
    """None where it has gone meanwhile."""
    try:
        return (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
