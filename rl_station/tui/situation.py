"""What the status bar has to say about devices and about events not yet sent. Pure.

Never a bare zero: nothing waiting is only good news while the server can be reached, and a count nobody knows is said to be so.
"""

from __future__ import annotations

from dataclasses import dataclass

from rl_station.domain.messages import Message
from rl_station.tui.contract import DeviceLine, Link, Status
from rl_station.tui.wording import screen

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_STALE = _HOUR


@dataclass(frozen=True, slots=True)
class Remark:
    """Words and messages to stand side by side, and a tone: good, info, warn, bad."""

    parts: tuple[str | Message, ...]
    tone: str = "info"


def device_remarks(status: Status) -> tuple[Remark, ...]:
    """Devices in trouble by name, worst first; the ready ones as a number."""
    if not status.devices:
        return (Remark((screen("devices.none"),), "warn"),)
    troubled = [device for device in status.devices if device.state != "ready"]
    remarks = [_troubled(device) for device in sorted(troubled, key=_severity)]
    ready = len(status.devices) - len(troubled)
    if ready:
        said = screen("devices.one_ready") if ready == 1 else screen("devices.ready", count=ready)
        remarks.append(Remark((said,), "good"))
    return tuple(remarks)


def sync_remark(status: Status) -> Remark:
    """What waits for the central server."""
    if status.unsynced is None:
        return Remark((screen("sync.unknown"),), "warn")
    if status.link is Link.NONE:
        return Remark((screen("sync.local", count=status.unsynced),))
    if status.unsynced == 0:
        return _nothing_waits(status.link)
    tone = "info" if status.link is Link.UP and not _stale(status) else "warn"
    code = "sync.waiting_down" if status.link is Link.DOWN else "sync.waiting"
    return Remark((screen(code, count=status.unsynced, age=_age(status)),), tone)


def _nothing_waits(link: Link) -> Remark:
    if link is Link.UP:
        return Remark((screen("sync.all_sent"),), "good")
    return Remark((screen("sync.nothing_down" if link is Link.DOWN else "sync.nothing_unknown"),))


def _stale(status: Status) -> bool:
    return status.oldest_at is None or status.clock - status.oldest_at > _STALE


def _age(status: Status) -> str:
    """As a parameter: `@code` cannot carry the number, so the number goes before a unit that is the same everywhere."""
    if status.oldest_at is None:
        return "@screen.age.unknown"
    age = max(0, status.clock - status.oldest_at)
    for unit, size in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if age >= size:
            return f"{age // size} {unit}"
    return f"{age // _SECOND} s"


def _severity(device: DeviceLine) -> int:
    order = ("lost", "degraded", "absent", "opening")
    return order.index(device.state) if device.state in order else 0


def _troubled(device: DeviceLine) -> Remark:
    reason = (f"({device.reason})",) if device.reason else ()
    tone = "info" if device.state == "opening" else "bad" if device.state == "lost" else "warn"
    return Remark((device.name, screen(f"device.{device.state}"), *reason), tone)
