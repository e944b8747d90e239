"""Certificates and keys that devices.toml names: files of this very machine, which only a check may miss."""

from __future__ import annotations

from collections.abc import Iterator

from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import Problem
from rl_station.settings.reader_settings import TLS_FILES


def check_reader_files(parsed: Parsed, station: str | None) -> Iterator[Problem]:
    """The TLS files of this station's readers have to be there and readable; those of other stations lie on their machines.

    No reason to keep a station from starting: its reader is lost and says why, and everything else works.
    """
    if parsed.devices is None:
        return
    own = parsed.stations[station].readers if station and parsed.stations else tuple(parsed.devices.readers)
    for name in own:
        model = parsed.devices.readers.get(name)
        for key in TLS_FILES if model else ():
            if (path := getattr(model, key)) and (trouble := _unreadable(path)):
                yield parsed.layers["devices"].problem(("readers", name, key), f"{path}: {trouble}")


def _unreadable(path: str) -> str:
    try:
        with open(path, "rb"):
            return ""
    except OSError as error:
        return "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
