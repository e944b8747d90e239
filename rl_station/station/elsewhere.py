"""What other stations have gone on with, for whoever looks at this station's figures: its log beside what the centre says."""

from __future__ import annotations

from pathlib import Path

from rl_station.domain.sync_wire import Life
from rl_station.station.merged import MergedRows
from rl_station.store import Head, Reader, StoreFigures
from rl_station.store.known import KnownReader


class Elsewhere:
    """For the thread of one reader. Where the centre has said nothing, the figures are those of the own log alone."""

    def __init__(self, folder: Path, reader: Reader) -> None:
        self._known = KnownReader(folder)
        self._rows = MergedRows(reader.station, _Read(reader), self._known)
        self._own = reader.figures

    def figures(self) -> StoreFigures:
        """As the centre says it now."""
        self._known.refresh()
        return self._own.beside(self._rows) if self._known.there else self._own

    def close(self) -> None:
        self._known.close()


class _Read:
    """Implements `merged.Log`."""

    def __init__(self, reader: Reader) -> None:
        self.rows = reader.rows
        self._reader = reader

    @property
    def epoch(self) -> str:
        return self._reader.epochs()[-1].token

    @property
    def head(self) -> Head:
        return self._reader.head()

    def lives(self) -> tuple[Life, ...]:
        return self._reader.lives()
