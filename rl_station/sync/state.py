"""How sync is doing, for the screen and for other programs: a value, and the file `sync.json` in the data folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

FILE = "sync.json"
MOST_HELD = 1000
"""Quarantined events that are remembered one by one; the server has them all."""

Link = Literal["unknown", "up", "down"]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The server's last signed word that it has everything up to `through` (`sync_wire.receipt_text`); bytes in hex."""

    epoch: str
    through: int
    head: str
    at: int
    incarnation: str
    signature: str


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing gets through, for people. `since` is microseconds UTC of the station's clock; `blocked` waits for somebody."""

    code: str
    told: str
    fix: str
    since: int = 0
    blocked: bool = False


class Held(msgspec.Struct, frozen=True):
    """An event that the server could not take as it was. `form`: plain (stored, not understood), sealed, withheld."""

    seq: int
    form: str


class SyncState(msgspec.Struct, frozen=True, kw_only=True):
    """`at` and `contact_at` are microseconds UTC of the station's clock: when this was written, when the server last answered.

    `skew_us`: how far the station's clock is ahead of the server's, known to within `round_trip_us`.
    """

    at: int = 0
    link: Link = "unknown"
    server: str = ""
    site: str = ""
    contact_at: int = 0
    skew_us: int | None = None
    round_trip_us: int = 0
    receipt: Receipt | None = None
    trouble: Trouble | None = None
    held: tuple[Held, ...] = ()


_TROUBLES = {
    "unreachable": (
        "The central server cannot be reached ({detail}).",
        "Check the network and the server's address; nothing is lost meanwhile.",
    ),
    "not_our_server": (
        "Something other than our central server answers ({detail}).",
        "Look for a sign-in page of the network, a proxy, or a wrong address in central.json.",
    ),
    "garbled": ("The answer of the central server did not arrive whole ({detail}).", "Check proxies on the way."),
    "server_error": ("The central server has trouble of its own ({detail}).", "Look at the server's log."),
    "busy": ("The central server asks for patience ({detail}).", "Nothing; it is asked again."),
    "unauthorized": (
        "The central server does not accept this station's token ({detail}).",
        "Enrol the station again: rl-station sync enroll",
    ),
    "not_believed": (
        "The central server's receipt cannot be believed ({detail}).",
        "If the server was set up anew, enrol the station again: rl-station sync enroll",
    ),
    "contradicts": (
        "The central server contradicts itself ({detail}).",
        "Report this; hand the events over by file meanwhile: rl-station db export FILE",
    ),
    "refuses": (
        "The central server refuses whatever this station sends ({detail}).",
        "Bring station and server to the same version; hand events over by file meanwhile: rl-station db export FILE",
    ),
    "outbox": ("The station's log cannot be read or noted in ({detail}).", "Run `rl-station doctor`."),
    "copy": (
        "What the central server says cannot be kept here ({detail}).",
        "Free some space on the disk. Scans are taken and kept as ever.",
    ),
    "enrolment": ("{detail}.", "Enrol the station again: rl-station sync enroll"),
    "fault": ("Sync failed by a fault of its own ({detail}).", "Report this, with station.log; it goes on trying."),
}
_BLOCKED = frozenset({"unauthorized", "not_believed", "contradicts", "refuses", "enrolment"})


def trouble(code: str, detail: str, since: int) -> Trouble:
    """One of the known troubles, told."""
    told, fix = _TROUBLES[code]
    return Trouble(
        code=code, told=told.replace("{detail}", _short(detail)), fix=fix, since=since, blocked=code in _BLOCKED
    )


def read_state(folder: Path) -> SyncState:
    """What was written last; an empty state where there is none that can be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=SyncState)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return SyncState()


def write_state(folder: Path, state: SyncState) -> None:
    """Replace the file whole. Raises OSError."""
    handle, draft = tempfile.mkstemp(prefix=f".{FILE}.", dir=folder)
    try:
        with open(handle, "wb") as file:
            file.write(msgspec.json.encode(state))
        os.replace(draft, folder / FILE)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _short(detail: str) -> str:
    """One line without control characters: it may come from anybody."""
    clean = "".join(sign if sign.isprintable() else " " for sign in detail)
    return clean if len(clean) <= 200 else clean[:200] + "..."  # noqa: PLR2004 - what a line of a terminal bears
