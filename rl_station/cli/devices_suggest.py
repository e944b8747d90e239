"""What to put into devices.toml for a thing that is plugged in: valid TOML, named so that the next start finds it again."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from itertools import count, islice
from typing import NamedTuple

from rl_station.devices.discovery import PRINTER, PluggedIn, Survey
from rl_station.domain.scan import shown

_LONGEST_NAME = 24
# USB vendor ids of makers whose scanners we have settings for.
_PROFILES = {"05e0": "zebra", "0c2e": "honeywell", "05f9": "datalogic"}

Value = str | int


class Suggestion(NamedTuple):
    """`name` and `table` are what the block calls it; `path` is where it is plugged in now."""

    name: str
    table: str
    path: str
    toml: str


def suggestion(found: Survey, station: str, taken: Collection[str] = ()) -> list[Suggestion]:
    """A block for each stranger. `taken`: names that are in use."""
    used = set(taken)
    blocks = []
    for stranger in found.strangers:
        name = _name(stranger, used)
        used.add(name)
        table = "printers" if stranger.kind == PRINTER else "scanners"
        lines = [
            *_about(stranger, name, table, station),
            f"[{table}.{name}]",
            *(f"{key} = {value}" for key, value in _keys(stranger, found.plugged)),
        ]
        blocks.append(Suggestion(name, table, stranger.path, "\n".join(lines)))
    return blocks


def _about(found: PluggedIn, name: str, table: str, station: str) -> Iterator[str]:
    yield f"# {shown(found.name) or found.kind}, now {found.path}. List {name!r} under {table} of [{station}] in stations.toml."
    yield from (f"# Now: {shown(told)}." for told in (found.problem, found.advice) if told)


def _keys(found: PluggedIn, plugged: Collection[PluggedIn]) -> Iterator[tuple[str, str]]:
    """Keys and TOML values."""
    if found.kind == PRINTER:
        yield "driver", quoted("zpl")
        yield "url", quoted(found.path)
        return
    yield "driver", quoted("evdev" if found.kind == "keyboard" else "serial")
    match = _match(found, plugged)
    if match:
        yield "match", "{ " + ", ".join(f"{key} = {_toml(value)}" for key, value in match.items()) + " }"
    else:
        yield "port", quoted(found.by_id[0] if found.by_id else found.path)
    if found.kind == "keyboard":
        yield "layout", quoted("us")
    elif profile := _PROFILES.get(found.vid):
        yield "profile", quoted(profile)


def _match(found: PluggedIn, plugged: Collection[PluggedIn]) -> dict[str, Value]:
    """What tells it from everything else that is plugged in, the most lasting first; empty where only its path does."""
    if found.kind == "keyboard":
        # udev's name for it is a path that lasts; without one, the socket it is plugged into.
        return {} if found.by_id or not found.phys else {"phys": found.phys}
    interface: dict[str, Value] = {} if found.interface is None else {"interface": found.interface}
    ways: tuple[dict[str, Value], ...] = (
        {"usb_serial": found.usb_serial, **interface},
        {"location": found.location},
        {"location": found.location, **interface},
    )
    for match in ways:
        same = [each for each in plugged if each.kind == found.kind and _fits(each, match)]
        if "" not in match.values() and len(same) == 1:
            return match
    return {}


def _fits(found: PluggedIn, match: dict[str, Value]) -> bool:
    return all(getattr(found, key) == value for key, value in match.items())


def _name(found: PluggedIn, used: Collection[str]) -> str:
    """After what it calls itself; numbered where there are several."""
    base = re.sub(r"[^a-z0-9]+", "-", found.name.casefold()).strip("-")[:_LONGEST_NAME].strip("-") or found.kind
    numbered = (f"{base}-{number}" for number in count(2))
    return next(name for name in (base, *islice(numbered, len(used) + 1)) if name not in used)


def _toml(value: Value) -> str:
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    """A basic string of TOML 1.0: as JSON's, and DEL has to be escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
