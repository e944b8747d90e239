"""Events written to a file, where no network leads to the centre: the same pushes, in order. What the file holds goes on waiting
until the centre acknowledges it over the network.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rl_station.domain import hand_over
from rl_station.domain.hand_over import Cover
from rl_station.domain.sync_wire import Push
from rl_station.sync.outbox import Outbox
from rl_station.sync.setbacks import life_of

EVENTS, BYTES = 2000, 4_000_000
"""Of one push in the file."""


class Written(NamedTuple):
    """The events `first` to `last` are in the file, `size` bytes of it."""

    first: int
    last: int
    size: int


def write(log: Outbox, cover: Cover, target: Path) -> Written:
    """Write what the cover promises, whole or not at all. Raises OSError (FileExistsError where there is a file), OutboxError."""
    if target.exists():
        raise FileExistsError(17, "File exists", str(target))
    handle, draft = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(handle, "wb") as file:
            _fill(file, log, cover)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        os.chmod(draft, 0o644)
        os.link(draft, target)
    finally:
        Path(draft).unlink(missing_ok=True)
    return Written(cover.after + 1, cover.through, size)


def _fill(file: BinaryIO, log: Outbox, cover: Cover) -> None:
    hand_over.begin(file, cover)
    done = cover.after
    while done < cover.through:
        batch = log.batch(done, min(EVENTS, cover.through - done), BYTES)
        last = batch[-1][0]
        push = Push(
            station=cover.station,
            life=life_of(done + 1, log.lives()),
            first=done + 1,
            previous=log.hash_at(done),
            events=tuple(sent for _, sent in batch),
            sent_at=cover.at,
            version=cover.version,
            head=log.hash_at(last),
            waiting=cover.through - last,
        )
        hand_over.add(file, push)
        done = last
    hand_over.end(file)
