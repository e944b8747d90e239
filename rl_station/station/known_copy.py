"""What the centre says, as the downlink fills it: the file `known.db` in the data folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rl_station.domain.sync_wire import Page
from rl_station.settings import Site, tracking_keys
from rl_station.store import StoreError
from rl_station.store.known import KnownWriter
from rl_station.sync.downlink import CopyError
from rl_station.sync.enrolment import Enrolled


class KnownCopy:
    """Implements `sync.downlink.Copy`."""

    def __init__(self, folder: Path, site: Site, enrolled: Enrolled) -> None:
        # Returns are found by what the carriers' formats make of their numbers: other formats, other keys.
        shape = hashlib.sha256(repr(site.carriers.formats).encode()).hexdigest()[:12]
        self._writer = KnownWriter(
            folder,
            site=enrolled.site,
            station=enrolled.station,
            tracking_keys=partial(tracking_keys, site.carriers),
            shape=shape,
        )

    def cursor(self) -> str:
        with _errors():
            return self._writer.cursor()

    def take(self, asked: str, page: Page, now: int) -> None:
        with _errors():
            self._writer.take(asked, page, now)

    def start_over(self) -> None:
        with _errors():
            self._writer.start_over()

    def tidy(self) -> bool:
        with _errors():
            return self._writer.tidy()

    def close(self) -> None:
        self._writer.close()


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise CopyError(str(error)) from error
