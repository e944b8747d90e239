"""What tag readers send, as `devices monitor` shows it: a new tag at once, then each once a second with strength and rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rl_station.devices import TagRead, TagReads
from rl_station.domain import epc

_SECOND_NS = 1_000_000_000


@dataclass(slots=True)
class _Tally:
    """A tag since it was last told."""

    last: TagRead
    reads: int = 0
    strength: int = 0
    strong: int = 0

    def add(self, read: TagRead) -> None:
        self.last = read
        self.reads += read.count
        if read.rssi_cdbm is not None:
            self.strength += read.rssi_cdbm
            self.strong += 1


class TagTally:
    """For one listener. Keeps what was read since the last telling, by device and tag."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()
        self._tallies: dict[tuple[str, str], _Tally] = {}
        self._told_ns = 0

    def note(self, report: TagReads, now_ns: int) -> Iterator[tuple[str, dict[str, object]]]:
        """What there is to tell now, for people and for programs. `now_ns` is wall time."""
        for read in report.reads:
            key = (report.device, read.epc)
            if key not in self._known:
                self._known.add(key)
                yield _told(read, read.rssi_cdbm, None)
            self._tallies.setdefault(key, _Tally(read)).add(read)
        since = now_ns - self._told_ns
        if not self._told_ns or since < 0:
            # The first, or the clock was set back.
            self._told_ns = now_ns
        elif since >= _SECOND_NS:
            self._told_ns = now_ns
            tallies, self._tallies = self._tallies, {}
            for tally in tallies.values():
                mean = round(tally.strength / tally.strong) if tally.strong else None
                yield _told(tally.last, mean, tally.reads * _SECOND_NS / since)


def _told(read: TagRead, rssi_cdbm: int | None, rate: float | None) -> tuple[str, dict[str, object]]:
    identity = epc.decode(read.epc)
    dbm = None if rssi_cdbm is None else rssi_cdbm / 100
    parts = [
        read.epc,
        f"antenna {read.antenna}",
        *([f"{dbm:.1f} dBm"] if dbm is not None else []),
        *([f"{rate:.1f}/s"] if rate is not None else []),
        identity.uri if identity else "no GS1 EPC",
    ]
    facts: dict[str, object] = {"epc": read.epc, "antenna": read.antenna, "rssi_dbm": dbm, "reads_per_s": rate}
    facts |= {"uri": identity.uri if identity else None, "filter": identity.filter if identity else None}
    return "  ".join(parts), facts
