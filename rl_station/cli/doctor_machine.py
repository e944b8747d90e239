"""The machine the station runs on: versions, clock, terminal, groups of the user."""

from __future__ import annotations

import ctypes
import grp
import locale
import os
import platform
import pwd
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from rl_station import __version__
from rl_station.cli.doctor_finding import Finding, fail, fine, warn

LEAST_PYTHON = (3, 11)
LEAST_SIZE = (80, 24)
FIRST_YEAR = 2026
"""Of this program: a clock before it is wrong. A clock this much further on most likely is, too."""
LAST_YEAR = FIRST_YEAR + 25

_DISTRIBUTION = "rl-station"
_COMPANIONS = ("textual", "pyserial", "sqlalchemy", "pydantic", "msgspec")
_UNSYNCHRONISED_US = 16_000_000
"""The kernel's own estimate from which on it counts its clock as left alone."""


# --- versions ---------------------------------------------------------------------------------------------------------


def versions() -> Iterator[Finding]:
    """Python, ourselves, and what we stand on."""
    python = platform.python_version()
    if sys.version_info < LEAST_PYTHON:
        yield fail("python", f"Python {python}", "Install Python 3.11 or newer.")
    else:
        yield fine("python", f"Python {python}, {platform.system()} {platform.release()}")
    found = {name: _version(name) for name in _COMPANIONS}
    told = ", ".join(f"{name} {version or 'missing'}" for name, version in found.items())
    reinstall = "Install the locked environment again (scripts/environment)."
    if missing := [name for name, version in found.items() if not version]:
        yield fail("versions", f"rl-station {__version__}; {missing[0]} is missing", reinstall)
        return
    pinned = _pinned("textual")
    if pinned and pinned != found["textual"]:
        yield warn("versions", f"rl-station {__version__}; {told}; it is written for textual {pinned}", reinstall)
    else:
        yield fine("versions", f"rl-station {__version__}; {told}")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _pinned(name: str) -> str:
    try:
        wanted = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return ""
    found = (re.fullmatch(rf"{name}==([^;\s]+)", line) for line in wanted)
    return next((match[1] for match in found if match), "")


# --- clock ------------------------------------------------------------------------------------------------------------


def clock() -> Finding:
    return judged_clock(datetime.now(UTC), synchronised())


def judged_clock(now: datetime, kept: bool | None) -> Finding:
    """`kept`: whether somebody keeps the clock right; None where that cannot be told."""
    told = now.strftime("%Y-%m-%d %H:%M:%S UTC")
    fix = "Let it be kept right: sudo timedatectl set-ntp true"
    if not FIRST_YEAR <= now.year <= LAST_YEAR:
        return fail("clock", f"{told} cannot be right", fix)
    if kept is False:
        return warn("clock", f"{told}; nobody keeps the clock right", fix)
    return fine("clock", f"{told}, {'kept right by NTP' if kept else 'who keeps it right cannot be told here'}")


class _Timex(ctypes.Structure):
    """The head of `struct timex` (adjtimex(2)); the rest is room for the kernel to write into."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_char * 512),
    )


def synchronised() -> bool | None:
    """Whether the kernel's clock is being kept right, whichever program does it; None where the kernel does not say."""
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    told = _Timex()
    # With modes 0 it only reads; in a container even that may be forbidden.
    if adjtimex is None or adjtimex(ctypes.byref(told)) < 0:
        return None
    return int(told.maxerror) < _UNSYNCHRONISED_US


# --- terminal ---------------------------------------------------------------------------------------------------------


def terminal(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """What the screen would be drawn on: this terminal, if it is one."""
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        yield fine("terminal", "not looked at: standard output is no terminal")
        return
    term = environ.get("TERM", "")
    if term in {"", "dumb", "unknown"}:
        yield fail("terminal", f"TERM is {term or 'not set'}", "Run it in a terminal; over ssh: ssh -t.")
        return
    if size.columns < LEAST_SIZE[0] or size.lines < LEAST_SIZE[1]:
        told = f"{size.columns} x {size.lines} characters"
        yield fail("terminal", told, f"Make it {LEAST_SIZE[0]} x {LEAST_SIZE[1]} at least, or take a smaller font.")
    else:
        yield fine("terminal", f"{term}, {size.columns} x {size.lines}, {_colours(term, environ)} colours")
    encoding = locale.getencoding()
    if encoding.casefold().replace("-", "") != "utf8":
        told = f"{encoding}: names with accents and our signs cannot be shown"
        yield warn("encoding", told, "Set a UTF-8 locale: export LANG=C.UTF-8")
    else:
        yield fine("encoding", "UTF-8")


def _colours(term: str, environ: Mapping[str, str]) -> str:
    if environ.get("COLORTERM", "") in {"truecolor", "24bit"}:
        return "16.7 million"
    return "256" if "256" in term else "16"


# --- permissions ------------------------------------------------------------------------------------------------------


def groups(needed: Mapping[str, str]) -> Iterator[Finding]:
    """`needed`: group to what it opens. A group that this system does not have is not asked for."""
    if os.geteuid() == 0:
        yield fine("permissions", "running as root, who may open everything")
        return
    user = pwd.getpwuid(os.geteuid()).pw_name
    missing = False
    for group, opens in needed.items():
        try:
            entry = grp.getgrnam(group)
        except KeyError:
            continue
        if entry.gr_gid in {os.getegid(), *os.getgroups()}:
            continue
        missing = True
        if user in entry.gr_mem:
            told, fix = f"{user} has joined {group} since signing in", "Sign out of this machine and in again."
        else:
            told, fix = f"{user} is not in group {group}, which opens {opens}", usermod(group, user)
        yield fail("permissions", told, fix)
    if not missing:
        yield fine("permissions", f"{user} may open what is configured")


def usermod(group: str, user: str = "") -> str:
    """How to join a group."""
    name = user or pwd.getpwuid(os.geteuid()).pw_name
    return f"sudo usermod -aG {group} {name}, then sign out and in again."


def group_of(path: Path) -> str:
    """The group that owns a device file; an empty string where it has no name."""
    try:
        return grp.getgrgid(path.stat().st_gid).gr_name
    except (OSError, KeyError):
        return ""
