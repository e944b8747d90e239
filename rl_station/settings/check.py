"""Everything worth knowing about a configuration before a station is started with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from rl_station.settings.documents import HOST_FILE
from rl_station.settings.parsed import CHECKLISTS, MODELS, OPTIONAL, Parsed
from rl_station.settings.paths import example_site
from rl_station.settings.problems import ConfigError, Problem, nearest
from rl_station.settings.reader_files import check_reader_files
from rl_station.settings.site import examine, pick_station

EXAMPLE_KEY = "example-key-everybody-knows-change-me"


def check(config: Path, *, station: str | None = None, environ: Mapping[str, str] = os.environ) -> list[Problem]:
    """Every error and warning; an empty list is a good configuration. Never raises."""
    try:
        parsed, problems = examine(config, environ)
    except ConfigError as error:
        return list(error.problems)
    chosen = pick_station(parsed, station, problems)
    problems.extend(check_reader_files(parsed, chosen))
    problems.extend(_example_key(config, parsed))
    problems.extend(_strangers(config))
    return problems


def _example_key(config: Path, parsed: Parsed) -> Iterator[Problem]:
    """The example site may use the example's key; a real one may not."""
    if parsed.site and parsed.site.label_key == EXAMPLE_KEY and config.resolve() != example_site().resolve():
        message = "is the example's key, which everybody can read: labels can be forged"
        yield parsed.layers["site"].problem(("label_key",), message, warning=True)


def _strangers(config: Path) -> Iterator[Problem]:
    """Files that look like settings and are read by nobody, most likely with a mistyped name."""
    known = {HOST_FILE, "products.csv", "returns.csv", *(f"{name}.toml" for name in (*MODELS, *OPTIONAL))}
    for file in sorted(config.iterdir()):
        if file.suffix in (".toml", ".csv") and file.name not in known:
            hint = nearest(file.name, known)
            yield Problem(file.name, 0, "", "is read by nobody", hint, severity="warning")
    for folder in sorted(config.iterdir()):
        if folder.is_dir() and folder.name != CHECKLISTS and any(folder.glob("*.toml")):
            hint = nearest(folder.name, [CHECKLISTS])
            yield Problem(f"{folder.name}/", 0, "", "is a folder that is read by nobody", hint, severity="warning")
