"""Plates printed in advance: numbers from the upper half of the counter, which the station never issues by itself.

The next number stands in a file of its own beside the database, so that sheets can be printed while the station works.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from rl_station.domain import site_codes

FIRST = 5_000_001
FILE = "preprinted-plates"


class PlatesUsedUpError(Exception):
    """There are not that many numbers left."""


def reserve_plates(folder: Path, prefix: str, count: int) -> tuple[str, ...]:
    """So many parcel plates that were never printed before. Raises OSError, or PlatesUsedUpError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read().strip()
        first = int(text) if text.isdigit() else FIRST
        following = first + count
        if following - 1 > site_codes.PLATE_COUNTER_MAX:
            raise PlatesUsedUpError(
                f"only {site_codes.PLATE_COUNTER_MAX + 1 - first} plate numbers are left for {prefix}"
            )
        file.truncate(0)
        file.write(f"{following}\n")
        file.flush()
        os.fsync(file.fileno())
    return tuple(site_codes.plate(site_codes.PARCEL_PLATE, prefix, number) for number in range(first, following))
