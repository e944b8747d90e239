"""`rl-station shifts`: who was signed in when, their breaks, and what one shift told the next."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import msgspec

from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.domain.scan import shown
from rl_station.domain.shift_log import ShiftBook, Span, Stay, books
from rl_station.domain.shifts import shift_at
from rl_station.settings import ConfigError
from rl_station.settings.paths import config_dir
from rl_station.settings.supervision_content import load_supervision
from rl_station.station.clocks import rfc3339
from rl_station.store import open_reader

_WEEK_US = 7 * 24 * 3_600_000_000


def shifts(args: Namespace) -> int:
    """Print the shift log of this station, the last seven days of it unless told otherwise."""
    try:
        supervision = load_supervision(config_dir(args.config))
    except ConfigError as error:
        raise UsageError(str(error)) from error
    since = args.since if args.since is not None else time.time_ns() // 1000 - _WEEK_US
    with opening.store_errors(), open_reader(opening.data(args)) as reader:
        found = books(reader.shift_log(since), partial(shift_at, supervision=supervision))
        station = reader.station
    if args.json:
        print_json({"station": station, "shifts": [_document(book) for book in found]})
        return Exit.FINE
    zone = ZoneInfo(supervision.timezone)
    for book in found:
        for line in _lines(book, zone):
            print(line)
    return Exit.FINE


def _document(book: ShiftBook) -> dict[str, object]:
    return {
        "shift": book.shift.name,
        "begins": rfc3339(book.shift.begins),
        "ends": rfc3339(book.shift.ends),
        "stays": [
            {
                "operator": stay.operator,
                "name": stay.name,
                **_times(stay.span),
                "breaks": [_times(pause) for pause in stay.breaks],
            }
            for stay in book.stays
        ],
        "notes": [{**msgspec.to_builtins(note), "time": rfc3339(note.at)} for note in book.notes],
    }


def _times(span: Span) -> dict[str, str | None]:
    return {
        "begins": None if span.begins is None else rfc3339(span.begins),
        "ends": None if span.ends is None else rfc3339(span.ends),
    }


def _lines(book: ShiftBook, zone: ZoneInfo) -> Iterator[str]:
    """The shift, then everybody in the order they came, then what was left for the next."""
    day = datetime.fromtimestamp(book.shift.begins / 1_000_000, zone).strftime("%Y-%m-%d")
    yield f"{day} {book.shift.name or 'no shift'} {_from_to(Span(book.shift.begins, book.shift.ends), zone)}"
    for stay in book.stays:
        yield f"  {stay.operator:<12} {_from_to(stay.span, zone)} {_breaks(stay, zone)}".rstrip()
    for note in book.notes:
        yield f"  {note.operator:<12} {_clock(note.at, zone)} note: {shown(note.text)}"


def _breaks(stay: Stay, zone: ZoneInfo) -> str:
    return f"breaks {', '.join(_from_to(pause, zone) for pause in stay.breaks)}" if stay.breaks else ""


def _from_to(span: Span, zone: ZoneInfo) -> str:
    return f"{_clock(span.begins, zone)}-{_clock(span.ends, zone)}"


def _clock(at: int | None, zone: ZoneInfo) -> str:
    return "..." if at is None else datetime.fromtimestamp(at / 1_000_000, zone).strftime("%H:%M")
