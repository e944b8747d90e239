"""Counters that outlive the program: one small file in the data folder, replaced whole."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec

from rl_station.devices.reports import DeviceStatus

FILE = "device-statistics.json"
_VERSION = 1

_logger = logging.getLogger(__name__)


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a device, under its name. Fields as in `DeviceStatus`."""

    good_reads: int = 0
    duplicates: int = 0
    refused: int = 0
    errors: int = 0
    overflowed: int = 0
    reconnects: int = 0
    last_seen_at: int | None = None


_FIELDS = Counters.__struct_fields__


class _Contents(msgspec.Struct, frozen=True):
    version: int
    devices: dict[str, Counters]


def load(folder: Path) -> dict[str, Counters]:
    """What was counted before; nothing, with a warning in the log, where the file cannot be understood."""
    file = folder / FILE
    try:
        contents = msgspec.json.decode(file.read_bytes(), type=_Contents)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        _logger.warning("%s cannot be read, so the devices' counters start from zero: %s", file, error)
        return {}
    if contents.version != _VERSION:
        _logger.warning("%s is of another version, so the devices' counters start from zero", file)
        return {}
    return contents.devices


def save(folder: Path, counters: Mapping[str, Counters]) -> None:
    """Write the file; a full disk is told in the log and loses counters, never a scan."""
    draft = ""
    try:
        handle, draft = tempfile.mkstemp(prefix=f".{FILE}.", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(_Contents(_VERSION, dict(counters))))
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, folder / FILE)
    except OSError as error:
        _logger.warning("the devices' counters could not be written to %s: %s", folder, error)
        if draft:
            with suppress(OSError):
                os.unlink(draft)


def counters_of(lines: Iterable[DeviceStatus]) -> dict[str, Counters]:
    return {line.name: Counters(**{field: getattr(line, field) for field in _FIELDS}) for line in lines}


def with_counters(line: DeviceStatus, counted: Counters) -> DeviceStatus:
    """The line with what was counted before."""
    return replace(
        line,
        good_reads=counted.good_reads,
        duplicates=counted.duplicates,
        refused=counted.refused,
        errors=counted.errors,
        overflowed=counted.overflowed,
        reconnects=counted.reconnects,
        last_seen_at=counted.last_seen_at,
    )
