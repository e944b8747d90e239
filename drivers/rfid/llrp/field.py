"""Which tags a reader has met lately, for health checks and for writing: no smoothing, just the last two seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from drivers.contract import Health, TagRead
from drivers.rfid.llrp.messages import Capabilities
from drivers.rfid.llrp.wire import IMPINJ

_LATELY_NS = 2_000_000_000
_MOST = 20_000
_ZEBRA = (161, 10642)
_MAKERS = {IMPINJ: "Impinj", **dict.fromkeys(_ZEBRA, "Zebra")}


class Field:
    """Fed on the I/O thread, asked from any."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._reads = 0
        self._met = threading.Condition()
        self._waiting = 0

    def saw(self, reads: Sequence[TagRead]) -> None:
        self._reads += len(reads)
        for read in reads:
            self._last[read.epc] = read.received_ns
        if len(self._last) > _MOST:
            self._last = self._lately()
        if self._waiting:
            with self._met:
                self._met.notify_all()

    def there(self, epc: str) -> bool:
        return time.monotonic_ns() - self._last.get(epc, -_LATELY_NS) < _LATELY_NS

    def forget(self, epc: str) -> None:
        """It is known to be gone."""
        self._last.pop(epc, None)

    def next_tag(self, timeout: float) -> Health:
        """Wait for a tag to be read."""
        with self._met:
            before = self._reads
            self._waiting += 1
            try:
                if self._met.wait_for(lambda: self._reads > before, timeout):
                    return Health(True, f"reads {next(reversed(self._last))}")
            finally:
                self._waiting -= 1
        return Health(False, f"no tag within {timeout:g} s")

    def report(self, reader: Capabilities, antennas: Sequence[tuple[int, bool]]) -> str:
        """What the reader is, which antennas it has, how many tags there are."""
        connected = [str(antenna) for antenna, there in antennas if there]
        which = f"antennas {', '.join(connected) or 'none'} connected, of" if antennas else "antennas:"
        tags = len(self._lately())
        return (
            f"answers: {_MAKERS.get(reader.maker, f'maker {reader.maker}')} model {reader.model}, firmware {reader.firmware}; "
            f"{which} {reader.antennas}; {tags} tag{'' if tags == 1 else 's'} in the field, {self._reads} reads"
        )

    def _lately(self) -> dict[str, int]:
        since = time.monotonic_ns() - _LATELY_NS
        return {epc: at for epc, at in list(self._last.items()) if at > since}
