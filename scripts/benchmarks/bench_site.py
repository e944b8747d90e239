"""The example site with one more station, `bench`, whose scanner the bench holds the other end of."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

from rl_station.settings import Site, load_site
from rl_station.settings.paths import example_site

STATION = "bench"
SERIAL = "bench-line"
GOOD, BAD = "+", "-"
"""What the station sends to the scanner for its tones: by it the bench hears that a scan is committed or refused."""

_STATION = f"""
[{STATION}]
name = "Bench of figures"
prefix = "Q01"
tasks = ["receive", "inspect", "sort", "trace"]
default_lane = "MIXED"
scanners = ["{{scanner}}"]
printers = ["labels"]
"""
_SCANNER = f"""
[scanners.{SERIAL}]
driver = "serial"
port = "{{port}}"
baud = 115200
debounce_ms = 0
good = "{GOOD}"
bad = "{BAD}"
"""
_READER = """
[readers.{name}]
driver = "llrp"
host = "127.0.0.1"
port = {port}
"""
_ANTENNAS = 4


def make_site(folder: Path, *, port: str = "", copies: int = 1, readers: Sequence[int] = ()) -> Path:
    """Write the site's configuration and give its folder.

    `port`: the scanner's serial port; without one it is the keyboard wedge. `readers`: ports of tag readers, which watch another
    place, so that their tags cost what tags cost and change nothing. `copies`: how often each announced return stands
    there, under other numbers, so that there is enough work for a long day.
    """
    config = folder / "config"
    shutil.copytree(example_site(), config)
    _append(config / "stations.toml", _STATION.format(scanner=SERIAL if port else "wedge") + _reading(readers))
    _append(config / "devices.toml", _readers(readers))
    if port:
        _append(config / "devices.toml", _SCANNER.format(port=port))
    if copies > 1:
        _multiply(config / "returns.csv", copies)
    return config


def load(config: Path) -> Site:
    return load_site(config, station=STATION, environ={})


def _names(readers: Sequence[int]) -> list[str]:
    return [f"bench-reader-{number}" for number, _ in enumerate(readers, 1)]


def _reading(readers: Sequence[int]) -> str:
    return f'readers = {_names(readers)}\nzone = "bench-own"\n' if readers else ""


def _readers(readers: Sequence[int]) -> str:
    if not readers:
        return ""
    names = _names(readers)
    looks = [f'{{ reader = "{name}", antenna = {antenna} }}' for name in names for antenna in range(1, _ANTENNAS + 1)]
    own = f'{{ reader = "{names[0]}", antenna = {_ANTENNAS + 1} }}'
    return (
        "".join(_READER.format(name=name, port=port) for name, port in zip(names, readers, strict=True))
        + f"\n[zones.bench-own]\nantennas = [{own}]\n"
        + f"\n[zones.bench-other]\nantennas = [{', '.join(looks)}]\n"
    )


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)


def _multiply(file: Path, copies: int) -> None:
    """Later copies have no tracking number: they arrive by their return number."""
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    with file.open("a", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
        for copy in range(2, copies + 1):
            for row in rows:
                fresh = {name: f"{row[name]}C{copy:02d}" for name in ("rma", "order")}
                gone = dict.fromkeys(("tracking", "sscc", "serials", "epcs"), "")
                writer.writerow({**row, **fresh, **gone})
