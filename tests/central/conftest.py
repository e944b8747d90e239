"""A central server on each kind of database, shared by the tests of a module that ask it things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.central_process import CentralProcess
from benchmarks.postgresql import Postgresql
from served import STATION, Served


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for all tests of a module: what they leave behind must be nothing, or theirs alone by its station's name."""
    if request.param == "sqlite":
        yield from _served(f"sqlite:///{_folder(tmp_path_factory) / 'central.sqlite3'}")
    else:
        server: Postgresql = request.getfixturevalue("postgresql")
        with server.database(f"served-{request.module.__name__}") as url:
            yield from _served(url)


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    """Of the station `hostile.STATION`."""
    return served.enrol(STATION).token


@pytest.fixture(scope="module")
def reader(served: Served) -> str:
    """A reader's token."""
    return served.reader("erp")


@pytest.fixture
def nothing_stored(served: Served, token: str) -> Iterator[None]:
    """For tests that send what must not be stored; what they must store nevertheless they take out of the count."""
    before = served.rows()
    yield
    served.assert_up()
    assert served.rows() == before


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("served")


def _served(url: str) -> Iterator[Served]:
    process = CentralProcess(url)
    try:
        process.start()
        made = Served(process)
        yield made
        made.engine.dispose()
    finally:
        process.close()
