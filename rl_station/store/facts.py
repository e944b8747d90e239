"""Small facts about the store itself: whose it is, what for, its epochs, its checkpoint, how far the centre has it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from rl_station.store import tables
from rl_station.store.database import Database, prepare

STATION, PURPOSE, ACKNOWLEDGED, FOLDED_BY = "station", "purpose", "acknowledged", "folds"
PURPOSES = ("live", "demo", "replay")

_meta_insert = upsert(tables.meta)
_META = prepare(select(tables.meta.c.value).where(tables.meta.c.key == bindparam("name")))
_META_SET = prepare(
    _meta_insert.on_conflict_do_update(index_elements=["key"], set_={"value": _meta_insert.excluded.value})
)
_EPOCHS = prepare(select(tables.epoch).order_by(tables.epoch.c.number))
_EPOCH_ADD = prepare(upsert(tables.epoch))
_CHECKPOINT = prepare(select(tables.checkpoint.c.seq, tables.checkpoint.c.state))
_CHECKPOINT_DROP = prepare(delete(tables.checkpoint))
_CHECKPOINT_ADD = prepare(upsert(tables.checkpoint))


class Epoch(NamedTuple):
    """One unbroken life of the log.

    `reason`: new, lost (the token file was there and no database), no_token (the file was missing), other_token (the file
    belongs to another life), behind (the database ends before the last acknowledged seq), forked (the centre has other events
    under the last epoch: another copy of this log is at work). `sends_from`: see `tables.epoch`.
    """

    number: int
    token: str
    station: str
    first_seq: int
    started_at: int
    reason: str
    sends_from: int


def get(database: Database, name: str) -> str:
    """A fact by name, empty where it is unknown."""
    return database.row(_META, str, {"name": name}) or ""


def put(database: Database, name: str, value: str) -> None:
    database.run(_META_SET, {"key": name, "value": value})


def acknowledged(database: Database) -> int:
    """The last seq that the centre has for certain."""
    return int(get(database, ACKNOWLEDGED) or 0)


def epochs(database: Database) -> list[Epoch]:
    return database.rows(_EPOCHS, Epoch)


def add_epoch(database: Database, epoch: Epoch) -> None:
    database.run(_EPOCH_ADD, epoch._asdict())


def checkpoint(database: Database) -> tuple[int, bytes] | None:
    found = database.rows(_CHECKPOINT, lambda seq, state: (int(seq), bytes(state)))
    return found[0] if found else None


def put_checkpoint(database: Database, seq: int, state: bytes) -> None:
    drop_checkpoint(database)
    database.run(_CHECKPOINT_ADD, {"seq": seq, "state": state})


def drop_checkpoint(database: Database) -> None:
    database.run(_CHECKPOINT_DROP)
