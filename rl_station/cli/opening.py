"""Site and store as the command line asked for them; what keeps them from opening becomes a message and exit code 2."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rl_station.cli.options import UsageError
from rl_station.domain.kpi import Supervision
from rl_station.settings import ConfigError, Site, load_site, load_supervision
from rl_station.settings.paths import config_dir, data_dir, example_site
from rl_station.store import StoreError, open_reader


def site(args: Namespace) -> Site:
    """The site of `--config`. Raises `UsageError` with every problem, one a line."""
    folder = config_dir(args.config)
    try:
        return load_site(folder, station=args.station)
    except ConfigError as error:
        hint = ""
        if not folder.is_dir():
            hint = f"\nStart from a copy of the example site: cp -r {example_site()} {folder}"
        raise UsageError(f"the configuration in {folder} cannot be used:\n{error}{hint}") from error


def supervision(args: Namespace) -> Supervision:
    """What the site of `--config` says of shifts, targets and promises. Raises `UsageError` as `site` does."""
    folder = config_dir(args.config)
    try:
        return load_supervision(folder)
    except ConfigError as error:
        raise UsageError(f"the configuration in {folder} cannot be used:\n{error}") from error


def data(args: Namespace) -> Path:
    return data_dir(args.data)


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns what a store complains of into a `UsageError` that says what to do."""
    try:
        yield
    except StoreError as error:
        raise UsageError(f"{error.message} {error.fix}") from error


def holds(folder: Path, purpose: str) -> bool:
    """Whether a folder may be emptied: there is nothing in it, or a store of this purpose. Raises `StoreError`."""
    if not any(folder.iterdir()):
        return True
    try:
        with open_reader(folder) as reader:
            return reader.purpose == purpose
    except StoreError as error:
        if error.code == "no_store":
            return False
        raise
