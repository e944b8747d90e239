"""`rl-station devices replay`: yesterday's raw bytes through another scanner's settings, and where the reads part."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.devices import FrameRefused, Read
from rl_station.devices.recording import (
    Difference,
    NoFramingError,
    RecordingError,
    differences,
    recorded_devices,
    reread,
)
from rl_station.domain.scan import shown
from rl_station.settings import Site
from rl_station.settings.device_settings import ScannerModel
from rl_station.settings.problems import nearest

Frame = Read | FrameRefused


class Comparison(NamedTuple):
    """The bytes of one device, read by two scanners' settings."""

    device: str
    against: str
    through: str
    before: tuple[Frame, ...]
    after: tuple[Frame, ...]
    differences: list[Difference]

    def document(self) -> dict[str, object]:
        """`same` is the verdict; reads are in order, refused frames among them."""
        return {
            "device": self.device,
            "against": self.against,
            "through": self.through,
            "same": not self.differences,
            "before": _frames(self.before),
            "after": _frames(self.after),
            "differences": [
                {"at": each.at, "before": _frames(each.before), "after": _frames(each.after)}
                for each in self.differences
            ],
        }

    def text(self) -> Iterator[str]:
        """As a diff: `-` is what the one reads, `+` what the other reads instead."""
        yield f"{self.device}: {_count(self.before)} through {self.against}, {_count(self.after)} through {self.through}"
        for difference in self.differences:
            yield f"@ {difference.at}"
            yield from (f"- {_told(frame)}" for frame in difference.before)
            yield from (f"+ {_told(frame)}" for frame in difference.after)
        yield f"{len(self.differences)} differences" if self.differences else "the same"


def replay(args: Namespace) -> int:
    """Read a recording through --through and through the scanner that it came from. Exit 1 where the reads differ."""
    site = opening.site(args)
    through = scanner(site, args.through)
    file: Path = args.file
    code = Exit.FINE
    try:
        for device in recorded(file, args.device):
            against = args.against or device
            before = reread(file, scanner(site, against), device)
            after = reread(file, through, device)
            compared = Comparison(device, against, args.through, before, after, differences(before, after))
            code = Exit.FOUND if compared.differences else code
            if args.json:
                print_json(compared.document())
            else:
                print("\n".join(compared.text()))
    except (RecordingError, NoFramingError) as error:
        raise UsageError(str(error)) from error
    return code


def recorded(file: Path, wanted: str | None) -> tuple[str, ...]:
    """The devices of a recording, or the one that is wanted. Raises `UsageError` and `RecordingError`."""
    there = recorded_devices(file)
    if wanted is None:
        return there
    if wanted not in there:
        raise UsageError(f"{file} holds nothing of {shown(wanted)!r}; it holds {', '.join(there) or 'nothing'}")
    return (wanted,)


def scanner(site: Site, name: str) -> ScannerModel:
    """A scanner's settings. Raises `UsageError`."""
    found = site.devices.scanners.get(name)
    if found is None:
        hint = nearest(name, site.devices.scanners)
        advice = f" (did you mean {hint!r}?)" if hint else "; --against names one to compare with"
        raise UsageError(f"devices.toml has no scanner {shown(name)!r}{advice}")
    return found


def _count(frames: tuple[Frame, ...]) -> str:
    reads = sum(isinstance(frame, Read) for frame in frames)
    refused = len(frames) - reads
    return f"{reads} reads" + (f" and {refused} refused" if refused else "")


def _frames(frames: tuple[Frame, ...]) -> list[dict[str, object]]:
    return [_frame(frame) for frame in frames]


def _frame(frame: Frame) -> dict[str, object]:
    if isinstance(frame, Read):
        return {"data": frame.data.decode("latin-1"), "symbology": frame.symbology, "t_ns": frame.received_ns}
    return {"refused": frame.reason, "length": frame.length, "head": frame.head.decode("latin-1")}


def _told(frame: Frame) -> str:
    if isinstance(frame, Read):
        return shown(frame.data.decode("latin-1"))
    return f"refused, {frame.reason}: {frame.length} bytes, {shown(frame.head.decode('latin-1'))}"
