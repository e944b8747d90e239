"""Keyboard-wedge scans without a pause between them, typed into the real station's terminal: how many are recorded exactly."""

from __future__ import annotations

import random
import string
import time
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.bench_site import load, make_site
from benchmarks.figure import Figure, at_least
from benchmarks.screen_reader import ScreenReader
from benchmarks.terminal import COLUMNS, PATIENCE_S, ROWS, StationScreen, until_shown
from benchmarks.twin import Twin
from rl_station.store import open_reader

NAMES = ("wedge_exact",)
SCANS = 200

_LENGTH = 60
_LOOK_MS = 100


def measure(bench: Bench) -> list[Figure]:
    codes = _codes()
    with bench.folder("wedge") as folder, bench.scratch() as scratch:
        config = make_site(folder)
        twin = Twin(load(config), scratch)
        station = StationScreen(config, folder / "data")
        try:
            until_shown(station, ScreenReader(COLUMNS, ROWS), twin.sentence())
            began = time.monotonic()
            station.type(b"".join(code.encode() + b"\r" for code in codes))
            recorded = _recorded(station, folder / "data")
            seconds = time.monotonic() - began
        finally:
            station.close()
            twin.close()
    exact = sum(read == code for read, code in zip(recorded, codes, strict=False))
    detail = {"of": SCANS, "characters_each": _LENGTH, "recorded": len(recorded), "all_recorded_after_s": seconds}
    return [at_least(Figure(NAMES[0], exact, "scans", detail=detail), SCANS)]


def _codes() -> list[str]:
    chance = random.Random(1)  # noqa: S311 - the same codes every time
    return ["".join(chance.choices(string.ascii_uppercase + string.digits, k=_LENGTH)) for _ in range(SCANS)]


def _recorded(station: StationScreen, data: Path) -> list[str]:
    """What the log holds of the scans, in order, when all are there or no more come."""
    found: list[str] = []
    still = time.monotonic()
    with open_reader(data) as reader:
        while len(found) < SCANS and time.monotonic() - still < PATIENCE_S:
            station.listen(_LOOK_MS)
            fresh = [each.source.raw for each in reader.log() if each.source is not None and each.seq == each.cause]
            if len(fresh) > len(found):
                found, still = fresh, time.monotonic()
    return found
