"""Reports of one connection to tag reads: what a reader leaves out is filled in, its times become ours."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.contract import TagRead
from drivers.rfid.llrp.clock import ReaderClock
from drivers.rfid.llrp.messages import Notification, TagData


class Readings:
    """A field that is enabled and yet missing means: the same as in the report before. LLRP 1.1 14.2.3.

    A reader's clock is held against our monotonic one: ours on the wall may be set at any time. `now_us` is what that shows at
    the monotonic time `received_ns`.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._utc = ReaderClock()
        self._uptime = ReaderClock()
        self._last = TagData("", antenna=0, times=1)

    def anchor(self, notification: Notification, received_ns: int) -> None:
        """The greeting tells the time."""
        if notification.utc is not None:
            self._utc.anchor(notification.utc, received_ns // 1000)
        if notification.uptime is not None:
            self._uptime.anchor(notification.uptime, received_ns // 1000)

    def reads(self, tags: Sequence[TagData], now_us: int, received_ns: int) -> tuple[TagRead, ...]:
        whole = [self._whole(tag) for tag in tags]
        utc, uptime = self._offsets(whole, now_us, received_ns // 1000)
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

    def _offsets(self, tags: Sequence[TagData], now_us: int, steady_us: int) -> tuple[int, int]:
        """What makes wall-clock times of the reader's, UTC and uptime."""
        utc = [tag.seen_utc for tag in tags if tag.seen_utc is not None]
        uptime = [tag.seen_uptime for tag in tags if tag.seen_uptime is not None]
        on_the_wall = now_us - steady_us
        return (
            on_the_wall + self._utc.saw(max(utc), steady_us) if utc else 0,
            on_the_wall + self._uptime.saw(max(uptime), steady_us) if uptime else 0,
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
