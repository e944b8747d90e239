"""Saved device settings take effect while the station works: whole, or not at all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rl_station.devices import BindError, Changes, DeviceSet, rebind
from rl_station.settings import ConfigError, DeviceChoice, Problem, Site, device_files, load_device_choice

log = logging.getLogger(__name__)

POLL_S = 0.3


@dataclass(frozen=True, slots=True)
class Swapped:
    """New settings are in force. `mended`: the ones saved before were refused."""

    changes: Changes
    mended: bool


@dataclass(frozen=True, slots=True)
class SwapRefused:
    """The settings as saved cannot be used; the devices go on as they were."""

    problems: tuple[Problem, ...]


Signature = tuple[tuple[int, int, int] | None, ...]
Tell = Callable[[Swapped | SwapRefused], None]


class HotSwap:
    """Watches files on a thread of its own. `load` reads them, `apply` puts what they say into force.

    Both raise ConfigError where they cannot; `apply` has changed nothing then.
    """

    def __init__(
        self, files: Sequence[Path], load: Callable[[], DeviceChoice], apply: Callable[[DeviceChoice], Changes]
    ) -> None:
        self._files = tuple(files)
        self._load = load
        self._apply = apply
        self._refused = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, tell: Tell) -> None:
        """Look soon, since a file may have been saved after the station read it, and again whenever one is saved."""
        self._thread = threading.Thread(target=self._run, args=(tell,), name="hot-swap", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Nothing is changed or told after this returns."""
        self._stopping.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self, tell: Tell) -> None:
        seen: Signature = self._signature()
        applied: Signature | None = None
        while not self._stopping.wait(POLL_S):
            # An editor empties a file before it writes it, or moves it away: only what has come to rest is read.
            while (now := self._signature()) != seen and not self._stopping.wait(POLL_S):
                seen = now
            if seen != applied and self._look(seen, tell):
                applied = seen

    def _look(self, seen: Signature, tell: Tell) -> bool:
        """Apply what the files say. False where one was being written meanwhile: then it is looked at again."""
        try:
            choice = self._load()
            if self._signature() != seen:
                return False
            found = self._apply(choice)
        except ConfigError as error:
            if self._signature() != seen:
                return False
            self._refused = True
            log.warning("the device settings as saved cannot be used; the devices go on as they were:\n%s", error)
            tell(SwapRefused(error.problems))
        except Exception as error:
            # The thread's outermost frame: what was saved may be anything, and the next save has to be seen.
            log.exception("the device settings could not be applied")
            self._refused = True
            tell(SwapRefused((Problem("", 0, "", f"internal error: {error}"),)))
        else:
            mended, self._refused = self._refused, False
            if found or mended:
                log.info("devices swapped: %s", found)
                tell(Swapped(found, mended))
        return True

    def _signature(self) -> Signature:
        return tuple(map(_file_signature, self._files))


def watch_site(site: Site, devices: DeviceSet, data: Path) -> HotSwap:
    """Keeps these devices as the files of the site say."""

    def load() -> DeviceChoice:
        return load_device_choice(site.folder, site.station.id)

    def apply(choice: DeviceChoice) -> Changes:
        try:
            return rebind(
                devices,
                choice.devices,
                choice.scanners,
                choice.printers,
                choice.scales,
                readers=choice.readers,
                zone=choice.zone,
                data=data,
            )
        except BindError as error:
            raise _located(error, choice) from error

    return HotSwap(device_files(site.folder), load, apply)


def _located(error: BindError, choice: DeviceChoice) -> ConfigError:
    return ConfigError([choice.problem(name, reason) for name, reason in error.failures.items()])


def _file_signature(file: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written or replaced; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
