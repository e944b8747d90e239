"""Run as a program: migrate copies of one old data folder, each killed before another statement, until one gets through.

Arguments: a folder for the copies. Prints one folder a line; the last one was not killed.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import alembic.command
import old_database
import store_world
from sqlalchemy import Engine, event

assert alembic.command  # imported before the fork, so that no child has to


def main() -> None:
    place = Path(sys.argv[1])
    for count in range(1, 200):
        folder = old_database.populated(place / f"killed-{count}")
        print(folder, flush=True)
        child = os.fork()
        if not child:
            migrate_and_die(folder, count)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(os.waitstatus_to_exitcode(status))
    sys.exit("never got through")


def migrate_and_die(folder: Path, count: int) -> None:
    seen = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def die(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == count:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "commit")
    def die_at_commit(*_: object) -> None:
        die()

    store_world.open_store(folder).close()
    os._exit(0)


if __name__ == "__main__":
    main()
