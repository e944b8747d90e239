"""A central server behind a network that fails as told, and a station that is enrolled with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_centre import Centre
from synced_station import NOON, Station


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    folder = tmp_path / "centre"
    folder.mkdir()
    with Centre(folder, NOON) as made:
        yield made


@pytest.fixture
def station(tmp_path: Path, centre: Centre) -> Iterator[Station]:
    made = Station(tmp_path / "station", centre)
    yield made
    made.close()
