"""`rl-station devices monitor` and `record`: what devices send, live, from raw bytes to meanings."""

from __future__ import annotations

import math
import queue
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rl_station.cli import opening
from rl_station.cli.devices_open import bound, chosen_readers, typed_scans, types, warn_of_station
from rl_station.cli.devices_tags import TagTally
from rl_station.cli.devices_told import Heard, document, line, steps, tag_steps
from rl_station.cli.options import Exit, UsageError, complain, print_json
from rl_station.devices import DeviceSet, RawBytes, Read, Report, TagReads, Weighed
from rl_station.devices.recording import recorded_line
from rl_station.settings import Site

_WATCH_S = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """When to end by ourselves: after so many seconds, after so many reads; 0 for never."""

    seconds: float
    reads: int


def monitor(args: Namespace) -> int:
    """Print what comes until Ctrl+C. Exit 1 where --count reads were wanted and time ran out before."""
    site = opening.site(args)
    names = chosen_readers(site, args.name)
    warn_of_station(args)
    devices = bound(site, names, opening.data(args))
    return listen(site, devices, Limits(args.seconds, args.count), told_by(site, args.json))


def record(args: Namespace) -> int:
    """As `monitor`, and every raw byte goes into a file."""
    site = opening.site(args)
    names = chosen_readers(site, args.name)
    warn_of_station(args)
    devices = bound(site, names, opening.data(args))
    tell = told_by(site, args.json)
    kept = 0
    with new_file(args.file) as file:

        def keep(heard: Heard) -> None:
            nonlocal kept
            if isinstance(heard.report, RawBytes):
                file.write(recorded_line(heard.report) + "\n")
                # Line by line: a recording that is broken off holds everything up to then.
                file.flush()
                kept += 1
            tell(heard)

        code = listen(site, devices, Limits(args.seconds, args.count), keep)
    complain(f"{args.file}: {kept} pieces of raw bytes")
    return code


def told_by(site: Site, as_json: bool) -> Callable[[Heard], None]:
    """How one report is printed."""

    tally = TagTally()

    def tell(heard: Heard) -> None:
        for step in (*steps(heard, site), *tag_steps(heard, tally)):
            if as_json:
                print_json(document(step))
            else:
                print(line(step), flush=True)

    return tell


def listen(site: Site, devices: DeviceSet, limits: Limits, tell: Callable[[Heard], None]) -> int:
    """Start the devices and hand on everything in its order, on this thread."""
    heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()

    def reported(report: Report | RawBytes) -> None:
        heard.put(Heard(report, time.time_ns()))

    for name in devices.bound:
        if types(devices, name) and not sys.stdin.isatty():
            complain(f"rl-station: {name} types into the terminal, and standard input is none")
        elif not devices.tap(name, reported) and not types(devices, name):
            complain(f"rl-station: {name}: its driver does not tell raw bytes, only what it reads")
    reads = 0
    typist = next((name for name in devices.bound if types(devices, name)), "")
    with typed_scans(devices, lambda data, now: reported(RawBytes(typist, data, now))):
        devices.start(reported)
        try:
            for each in _until(heard, limits.seconds):
                tell(each)
                reads += len(each.report.reads) if isinstance(each.report, TagReads) else 0
                reads += isinstance(each.report, Read | Weighed)
                if limits.reads and reads >= limits.reads:
                    return Exit.FINE
        except KeyboardInterrupt:
            # How a person ends it.
            return Exit.FINE
        finally:
            devices.stop()
    return Exit.FOUND if limits.reads else Exit.FINE


def _until(heard: queue.SimpleQueue[Heard], seconds: float) -> Iterator[Heard]:
    """What is heard until time is up; for ever with 0 seconds."""
    end = time.monotonic() + (seconds or math.inf)
    while (left := end - time.monotonic()) > 0:
        try:
            yield heard.get(timeout=min(_WATCH_S, left))
        except queue.Empty:
            continue


@contextmanager
def new_file(path: Path) -> Iterator[TextIO]:
    """A file to record into, which must not exist: yesterday's recording is not overwritten by today's."""
    try:
        with path.open("x", encoding="utf-8") as file:
            yield file
    except FileExistsError as error:
        raise UsageError(f"{path} exists already; it was left alone") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
