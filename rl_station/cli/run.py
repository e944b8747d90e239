"""`rl-station run` and `rl-station demo`: the full-screen station, and the one to try it with."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
from argparse import Namespace
from contextlib import AbstractContextManager, nullcontext
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rl_station.cli import demo_centre, opening
from rl_station.cli.options import UsageError
from rl_station.settings import ConfigError, Site, load_site
from rl_station.settings.paths import DATA_VARIABLE, data_dir, demo_config_dir
from rl_station.station.compose import demo_station, live_station, terminal_input
from rl_station.station.running import RunningStation

_log = logging.getLogger(__name__)

_LOG_BYTES = 2_000_000
_LOGS_KEPT = 5


def run(args: Namespace) -> int:
    """The station of this machine, until it is left."""
    need_terminal("run")
    site = opening.site(args)
    data = opening.data(args)
    return show(live_station(site, data), data)


def demo(args: Namespace) -> int:
    """The example site on simulated devices; with --headless, a few parcels printed instead of shown."""
    if not args.headless:
        need_terminal("demo", "; `--headless` plays a few parcels without one")
    site = demo_site(args)
    data = demo_data(args)
    if args.fresh:
        forget(data)
    if args.headless:
        from rl_station.cli import headless  # noqa: PLC0415 - the screen never needs it

        return headless.play(site, data, args)
    return show(demo_station(site, data, args.seed), data, demo_centre.beside(site, data))


def show(station: RunningStation, data: Path, beside: AbstractContextManager[None] | None = None) -> int:
    """Start the station and its screen; leave everything in order whatever happens. `beside`: what runs as long as they do."""
    keep_log(data)
    with opening.store_errors():
        station.start()
    with beside or nullcontext():
        try:
            from rl_station.tui import run as run_screen  # noqa: PLC0415 - Textual is loaded when there is something to draw

            return run_screen(station, terminal_input=terminal_input(station.devices))
        finally:
            station.stop()


def need_terminal(command: str, hint: str = "") -> None:
    """Raises `UsageError` where standard input or output is no terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(f"`{command}` needs a terminal to draw on, and this is none{hint}")


def demo_site(args: Namespace) -> Site:
    try:
        return load_site(demo_config_dir(args.config), station=args.station or "demo")
    except ConfigError as error:
        raise UsageError(f"the demo's site cannot be used:\n{error}") from error


def demo_data(args: Namespace) -> Path:
    """A folder of its own beside the real station's, so that the demo can never touch it."""
    chosen = args.data is not None or bool(os.environ.get(DATA_VARIABLE))
    return data_dir(args.data) if chosen else data_dir(None) / "demo"


def forget(data: Path) -> None:
    """Start the demo over. Only a folder that holds a demo, or nothing, is emptied. Raises `UsageError` otherwise."""
    if not data.exists():
        return
    with opening.store_errors():
        if not opening.holds(data, "demo"):
            raise UsageError(f"{data} holds something other than a demo; it was left alone")
    shutil.rmtree(data)


def keep_log(data: Path) -> None:
    """What goes wrong is written beside the data, warnings and threads that died included: while the screen is shown, Textual
    takes what is written to standard error and shows it to nobody."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            data / "station.log", maxBytes=_LOG_BYTES, backupCount=_LOGS_KEPT, encoding="utf-8"
        )
    except OSError:
        return  # The store says better what is wrong with the folder.
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(True)
    threading.excepthook = _log_dead_thread
    # A line for each exchange with the central server, every other second, would push out what matters.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _log_dead_thread(died: threading.ExceptHookArgs) -> None:
    if died.exc_value is not None:
        _log.critical("thread %s died", died.thread.name if died.thread else "?", exc_info=died.exc_value)
