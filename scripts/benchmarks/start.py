"""From starting the program to the first prompt on the terminal, with a million events stored, and with none."""

from __future__ import annotations

import os
import statistics
from pathlib import Path
from typing import NamedTuple

from benchmarks import bulk
from benchmarks.bench import Bench
from benchmarks.bench_site import load, make_site
from benchmarks.figure import Figure, at_most
from benchmarks.screen_reader import ScreenReader
from benchmarks.terminal import COLUMNS, ROWS, ScannerLine, StationScreen, until_shown
from benchmarks.twin import Twin
from rl_station.domain import site_codes
from rl_station.store.folder import DATABASE
from rl_station.workflow.inputs import Command

NAMES = ("start_to_prompt_s",)
BAR = 1.5

_STORED = 1_000_000
_STORED_QUICK = 20_000
_STARTS = 9
_STARTS_QUICK = 2
_HALF_WAY = 12
"""Scans into the parcel that is in hand when the station starts again: a start finds work in the middle, as after a power cut."""


class _Start(NamedTuple):
    """Seconds to the prompt, and from a scan right then to its tone."""

    prompt: float
    first_scan: float


def measure(bench: Bench) -> list[Figure]:
    """Started again and again; the database is put out of the page cache before each start, the program's files are not."""
    starts = _STARTS_QUICK if bench.quick else _STARTS
    line = ScannerLine()
    try:
        with bench.folder("start") as folder:
            config = make_site(folder, port=line.port)
            full, fresh = folder / "full", folder / "fresh"
            bench.say(f"writing a log of {_STORED_QUICK if bench.quick else _STORED:,} events")
            built = bulk.build(full, load(config), _STORED_QUICK if bench.quick else _STORED)
            sentence = _half_a_parcel(config, full)
            with_log = [_start(config, full, line, sentence) for _ in range(starts)]
            sentence = _half_a_parcel(config, fresh)
            without = [_start(config, fresh, line, sentence) for _ in range(starts)]
    finally:
        line.close()
    seconds = [start.prompt for start in with_log]
    short = statistics.median(start.prompt for start in without)
    detail = {
        "min_s": min(seconds),
        "max_s": max(seconds),
        "starts": len(seconds),
        "with_an_empty_log_s": short,
        "ratio_to_an_empty_log": statistics.median(seconds) / short,
        "first_scan_to_tone_ms": statistics.median(start.first_scan for start in with_log) * 1000,
        "log_written_in_s": built.seconds,
        "database_mib": built.mib,
    }
    return [at_most(Figure(NAMES[0], statistics.median(seconds), "s", detail=detail), BAR)]


def _half_a_parcel(config: Path, data: Path) -> str:
    """Begin a parcel and leave it; gives what the screen has to say after a start."""
    twin = Twin(load(config), data)
    try:
        for _ in range(_HALF_WAY):
            twin.scan(twin.upcoming())
        return twin.sentence()
    finally:
        twin.close()


def _start(config: Path, data: Path, line: ScannerLine, sentence: str) -> _Start:
    _forget_pages(data / DATABASE)
    station = StationScreen(config, data, line)
    try:
        shown = until_shown(station, ScreenReader(COLUMNS, ROWS), sentence)
        # A prompt that takes no scan is not usable. There is no alarm, so this one is refused and changes nothing.
        begin = line.scan(site_codes.make(site_codes.COMMAND, Command.ACK))
        tone = next(each.at for each in station.until_tone() if each.tone)
        return _Start((shown - station.started) / 1e9, (tone - begin) / 1e9)
    finally:
        station.close()


def _forget_pages(file: Path) -> None:
    fd = os.open(file, os.O_RDONLY)
    try:
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(fd)
