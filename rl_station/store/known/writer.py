"""Writes what the centre says into `known.db`: whole copies beside the one in force, changes page by page with their cursor.

For the sync thread. Each chunk is one transaction with its cursor, so that a kill at any moment costs one chunk.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from rl_station.domain.sync_wire import Page
from rl_station.store import hlc
from rl_station.store.database import Database
from rl_station.store.errors import StoreError, StoreFull, from_system
from rl_station.store.known import generations
from rl_station.store.known.codes import TrackingKeys
from rl_station.store.known.file import ASIDE, KnownState, open_known, owner, put_state, read_state, set_aside

CHUNK = 2_000
"""Rows of one transaction."""
RESERVE = 128 * 1024 * 1024
SHARE = 20
"""Bytes of the disk that a whole copy leaves free, or this part of a small one: scans come first."""
CONTACT_EVERY = 30_000_000
"""Microseconds between two notes that the centre answered and had nothing new."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class KnownWriter:
    """The one writer of the file. It is opened at first use; a damaged one is set aside, and everything fetched again."""

    def __init__(self, folder: Path, *, site: str, station: str, tracking_keys: TrackingKeys, shape: str = "") -> None:
        """`shape`: stands for what `tracking_keys` depends on; another shape fetches everything again."""
        self._folder = folder
        self._owner = owner(site, station, shape)
        self._tracking_keys = tracking_keys
        self._database: Database | None = None

    def cursor(self) -> str:
        """What to ask the centre for next; empty for a whole copy from its beginning. Raises StoreError."""
        state = self._mended(_state)
        return "" if state is None else _cursor(state)

    def take(self, asked: str, page: Page, now: int) -> None:
        """A page that answers the cursor `asked`. Raises StoreError; then at most whole chunks of it are in.

        `now`: this station's wall clock in microseconds UTC.
        """
        if page.snapshot:
            self._leave_room()
        if self.cursor() == asked and all(self._mended(partial(self._take, part, now)) for part in _parts(page, asked)):
            (self._folder / ASIDE).unlink(missing_ok=True)

    def start_over(self) -> None:
        """The cursor is worth nothing: the next page begins a whole copy. What is in force stays so. Raises StoreError."""
        self._mended(_start_over)

    def tidy(self) -> bool:
        """Delete a chunk of what is no longer in force; True where there may be more. Raises StoreError."""
        return bool(self._mended(_tidy))

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _take(self, page: Page, now: int, database: Database) -> bool:
        """One transaction."""
        state = _state(database)
        if _nothing_new(state, page, now):
            return True
        with database.transaction():
            if page.snapshot or not state.current:
                state = _loading(state)
            written = generations.write(database, state.loading or state.current, page.items, self._tracking_keys)
            clocks = [clock for clock in written.clocks if hlc.believable(clock, now)]
            small = state.small + written.small
            state = state._replace(small=small, contact_at=now, hlc=max((state.hlc, *clocks)))
            put_state(database, _moved(state, page))
        return True

    def _leave_room(self) -> None:
        try:
            disk = shutil.disk_usage(self._folder)
        except OSError as error:
            raise from_system(error, self._folder) from error
        if disk.free < min(RESERVE, disk.total // SHARE):
            raise StoreFull(self._folder)

    def _mended(self, work: Callable[[Database], T]) -> T | None:
        """Work on the file; None where it turned out to be damaged and a new one lies in its place. Raises StoreError."""
        database = self._database or open_known(self._folder, self._owner)
        self._database = database
        try:
            return work(database)
        except StoreError as error:
            if error.code != "damaged":
                raise
            self.close()
            set_aside(self._folder, error.message)
            return None


def _state(database: Database) -> KnownState:
    found = read_state(database)
    if found is None:
        raise StoreError("damaged", f"{database.path} has lost its state.", "It is fetched again.")
    return found


def _cursor(state: KnownState) -> str:
    return state.loading_cursor if state.loading else state.cursor


def _parts(page: Page, asked: str) -> Iterator[Page]:
    """A page of a whole copy in chunks, of which only the last moves the cursor; changes stay together."""
    items = page.items
    while page.snapshot and len(items) > CHUNK:
        yield replace(page, items=items[:CHUNK], cursor=asked)
        items = items[CHUNK:]
    yield replace(page, items=items)


def _nothing_new(state: KnownState, page: Page, now: int) -> bool:
    """Not worth a write: the age that people are shown counts in minutes."""
    same = state.current and not state.loading and not page.items and page.cursor == state.cursor
    return bool(same) and 0 <= now - state.contact_at < CONTACT_EVERY


def _loading(state: KnownState) -> KnownState:
    """With a generation to be filled."""
    return state if state.loading else state._replace(loading=state.last + 1, last=state.last + 1, loading_cursor="")


def _moved(state: KnownState, page: Page) -> KnownState:
    """With the cursor moved on; the first page that is no part of a whole copy puts the copy in force."""
    if page.snapshot:
        return state._replace(loading_cursor=page.cursor)
    if state.loading:
        _log.info("a whole copy of what the centre knows is in force")
        return state._replace(
            current=state.loading, cursor=page.cursor, loading=0, loading_cursor="", small=state.small + 1
        )
    return state._replace(cursor=page.cursor)


def _start_over(database: Database) -> None:
    state = _state(database)
    with database.transaction():
        put_state(database, _loading(state._replace(loading=0)))


def _tidy(database: Database) -> bool:
    state = _state(database)
    with database.transaction():
        return generations.clear(database, {state.current, state.loading}, CHUNK)
