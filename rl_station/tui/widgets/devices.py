"""The device table: a line for each device, the reason of its trouble below, and the last reads of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from rl_station.tui.contract import DeviceLine, ReadLine, Status
from rl_station.tui.keys import TESTED_BY_KEY
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, Rows, row
from rl_station.tui.wording import Say, safe, screen

_MICROSECONDS = 1_000_000
_DAY = 24 * 3600 * _MICROSECONDS
_COUNTERS = ("good_reads", "duplicates", "refused", "errors", "reconnects")
_HEADS = ("name", "state", *_COUNTERS, "seen")
_LEFT = 2
"""So many columns stand at the left edge of theirs: words. Numbers stand at the right."""
_CAP = 4
_LEAST_NAME = 8
_TONES = {"ready": "good", "opening": "info", "lost": "bad"}
_FATES = {"read": "good", "weighed": "good", "test": "info"}


class DeviceTable(Drawn):
    """Draws what fits: the lines around the chosen device, and its last reads."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._devices: tuple[DeviceLine, ...] = ()
        self._clock = 0
        self._say: Say = lambda said: said.code
        self.chosen = 0

    def show(self, status: Status, say: Say) -> None:
        self._devices, self._clock, self._say = status.devices, status.clock, say
        self.choose(self.chosen)

    def choose(self, place: int) -> None:
        """Beyond the ends, the first or the last."""
        self.chosen = max(0, min(place, len(self._devices) - 1))
        # The clock is not part of it: its seconds would have everything drawn anew, for a date that changes once a day.
        self.changed(
            (self._devices, self._clock // _DAY, self.chosen, self._say(screen("devices.last_reads", device="")))
        )

    def drawing(self, width: int, height: int) -> Rows:
        if not self._devices:
            return [row(self._say(screen("devices.none")))]
        reads = self._last_reads(self._devices[self.chosen], width)
        rows = [self._cells(device) for device in self._devices]
        heads = [self._say(screen(f"devices.{name}")) for name in _HEADS]
        widths = _widths([heads, *rows], width)
        blocks = [
            self._block(place, device, cells, widths, width)
            for place, (device, cells) in enumerate(zip(self._devices, rows, strict=True))
        ]
        shown = _around(blocks, self.chosen, height - len(reads) - 2)
        head = Text(" " * _CAP + " ".join(_padded(heads, widths)), style=self.look.palette.quiet, no_wrap=True)
        return [head, *(line for block in shown for line in block), row(), *reads]

    def _cells(self, device: DeviceLine) -> list[str]:
        state = f"{self.look.sign(_tone(device))} {self._say(screen(f'device.{device.state}'))}"
        counters = [str(getattr(device, name)) for name in _COUNTERS]
        return [safe(device.name), state, *counters, self._time(device.last_seen_at)]

    def _block(
        self, place: int, device: DeviceLine, cells: Sequence[str], widths: Sequence[int], width: int
    ) -> list[Text]:
        palette = self.look.palette
        cap = f" {place + 1} " if place < TESTED_BY_KEY else "   "
        line = Text(no_wrap=True)
        line.append(cap, style=f"bold {palette.key_text} on {palette.key}" if cap.strip() else "")
        line.append(self.look.symbols.partial if place == self.chosen else " ", style="bold")
        name, state, *numbers = _padded([self._shortened(cells[0], widths[0]), *cells[1:]], widths)
        line.append(f"{name} ", style="bold")
        line.append(f"{state} ", style=f"bold {self.look.ink(_tone(device))}")
        line.append(" ".join(numbers))
        if not device.reason:
            return [line]
        reason = Text(" " * _CAP + safe(device.reason), style=self.look.ink(_tone(device)), no_wrap=True)
        reason.truncate(width, overflow="crop" if self.look.ascii_only else "ellipsis")
        return [line, reason]

    def _shortened(self, name: str, width: int) -> str:
        if cell_len(name) <= width or self.look.ascii_only:
            return name
        return set_cell_size(name, width - 1) + "…"

    def _last_reads(self, device: DeviceLine, width: int) -> list[Text]:
        about = " ".join(filter(None, (device.kind, device.driver)))
        title = self._say(screen("devices.last_reads", device=device.name)) + (f" ({about})" if about else "")
        lines = [Text(safe(title), style=self.look.palette.quiet, no_wrap=True)]
        lines += map(self._read, device.last_reads)
        if not device.last_reads:
            lines.append(Text(self._say(screen("devices.no_reads")), no_wrap=True))
        for line in lines:
            line.truncate(width, overflow="crop" if self.look.ascii_only else "ellipsis")
        return lines

    def _read(self, read: ReadLine) -> Text:
        tone = _FATES.get(read.fate, "warn")
        word = self._say(screen(f"fate.{read.fate.replace(' ', '_')}"))
        line = Text(f"{self._time(read.at)} ", no_wrap=True)
        line.append(f"{self.look.sign(tone)} {word}", style=f"bold {self.look.ink(tone)}")
        line.append(" " + safe(" ".join(filter(None, (read.text, read.symbology, read.note)))))
        return line

    def _time(self, at: int | None) -> str:
        if at is None:
            return "-"
        form = "%H:%M:%S" if abs(self._clock - at) < _DAY else "%Y-%m-%d"
        return datetime.fromtimestamp(at // _MICROSECONDS).strftime(form)


def _tone(device: DeviceLine) -> str:
    return _TONES.get(device.state, "warn")


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """As wide as their content; where that is too much, the name gives way."""
    wanted = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    spare = width - _CAP - sum(wanted) - len(wanted) + 1
    return [max(_LEAST_NAME, wanted[0] + min(0, spare)), *wanted[1:]]


def _padded(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Words at the left of their columns, numbers at the right."""
    words = [set_cell_size(cell, width) for cell, width in zip(cells[:_LEFT], widths, strict=False)]
    numbers = [" " * (width - cell_len(cell)) + cell for cell, width in zip(cells, widths, strict=True)][_LEFT:]
    return words + numbers


def _around(blocks: Sequence[list[Text]], chosen: int, room: int) -> Sequence[list[Text]]:
    """As many whole blocks as there are rows for, the chosen one among them."""
    first = 0
    while first < chosen and sum(map(len, blocks[first : chosen + 1])) > room:
        first += 1
    last = chosen + 1
    while last < len(blocks) and sum(map(len, blocks[first : last + 1])) <= room:
        last += 1
    return blocks[first:last]
