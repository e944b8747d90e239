"""Reports of one connection to tag reads: what a reader leaves out is filled in, its times become ours."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.contract import TagRead
from drivers.rfid.llrp.clock import ReaderClock
from drivers.rfid.llrp.messages import Notification, TagData


class Readings:
    """A field that is enabled and yet missing means: the same as in the report before. LLRP 1.1 14.2.3."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._utc = ReaderClock()
        self._uptime = ReaderClock()
        self._last = TagData("", antenna=0, times=1)

    def anchor(self, notification: Notification, now_us: int) -> None:
        """The greeting tells the time."""
        if notification.utc is not None:
            self._utc.anchor(notification.utc, now_us)
        if notification.uptime is not None:
            self._uptime.anchor(notification.uptime, now_us)

    def reads(self, tags: Sequence[TagData], now_us: int, received_ns: int) -> tuple[TagRead, ...]:
        whole = [self._whole(tag) for tag in tags]
        utc, uptime = self._offsets(whole, now_us)
        return tuple(self._read(tag, utc, uptime, now_us, received_ns) for tag in whole)

    def _whole(self, tag: TagData) -> TagData:
        if None in tag:
            last = self._last
            timeless = tag.seen_utc is None and tag.seen_uptime is None
            tag = TagData(
                tag.epc,
                last.antenna if tag.antenna is None else tag.antenna,
                last.rssi_cdbm if tag.rssi_cdbm is None else tag.rssi_cdbm,
                last.seen_utc if timeless else tag.seen_utc,
                last.seen_uptime if timeless else tag.seen_uptime,
                last.times if tag.times is None else tag.times,
                last.phase if tag.phase is None else tag.phase,
                tag.results,
            )
        self._last = tag
        return tag

    def _offsets(self, tags: Sequence[TagData], now_us: int) -> tuple[int, int]:
        utc = [tag.seen_utc for tag in tags if tag.seen_utc is not None]
        uptime = [tag.seen_uptime for tag in tags if tag.seen_uptime is not None]
        return (
            self._utc.saw(max(utc), now_us) if utc else 0,
            self._uptime.saw(max(uptime), now_us) if uptime else 0,
        )

    def _read(self, tag: TagData, utc: int, uptime: int, now_us: int, received_ns: int) -> TagRead:
        seen = now_us
        if tag.seen_utc is not None:
            seen = tag.seen_utc + utc
        elif tag.seen_uptime is not None:
            seen = tag.seen_uptime + uptime
        return TagRead(
            self._device, tag.epc, tag.antenna or 0, tag.rssi_cdbm, seen, received_ns, tag.times or 1, tag.phase
        )
