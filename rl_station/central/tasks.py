"""What only a person can settle: conflicts, quarantined events, forks, a restored server. Opened once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from rl_station.central import tables
from rl_station.central.database import upsert

CONFLICT, QUARANTINE, FORK, RESTORED = "conflict", "quarantine", "fork", "restored"

_task = tables.task
_encoder = msgspec.json.Encoder(order="sorted")
_ABOUT = select(_task.c.id, _task.c.subject, _task.c.resolved_at, _task.c.settled).where(
    _task.c.site == bindparam("at_site"),
    _task.c.subject_kind == bindparam("about"),
    _task.c.subject.in_(bindparam("subjects", expanding=True)),
    _task.c.kind == bindparam("of"),
)
_ONES = select(_task.c.id, _task.c.subject, _task.c.resolved_at, _task.c.settled).where(
    _task.c.site == bindparam("at_site"), _task.c.id.in_(bindparam("ids", expanding=True))
)
_CHANGE = (
    update(_task)
    .where(_task.c.site == bindparam("at_site"), _task.c.id == bindparam("which"))
    .values(
        resolved_at=bindparam("at"), resolved_by=bindparam("who"), note=bindparam("why"), settled=bindparam("event")
    )
)
_RESOLVE = (
    update(_task)
    .where(_task.c.site == bindparam("at_site"), _task.c.id == bindparam("which"), _task.c.resolved_at.is_(None))
    .values(resolved_at=bindparam("at"), resolved_by=bindparam("who"), note=bindparam("why"))
)


class Matter(NamedTuple):
    """What a task is about. `parts` tell it from other matters of the same kind and subject, whoever comes upon it."""

    site: str
    kind: str
    subject_kind: str
    subject: str
    parts: tuple[object, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same matter."""
        text = "\n".join(map(str, (self.site, self.kind, self.subject_kind, self.subject, *self.parts)))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class Settled(NamedTuple):
    """Who closed a task, when (microseconds since 1970 UTC) and why; `who` is empty where nobody had to.

    `event`: the one that says so (stream/seq), which may be taken back; empty for a word that is not in the log.
    """

    who: str
    note: str
    at: int
    event: str = ""


class Standing(NamedTuple):
    """How a task stands: open, or closed, by an event or otherwise."""

    id: str
    subject: str
    open: bool
    event: str


def open_task(connection: Connection, matter: Matter, detail: Mapping[str, object], now: int) -> str:
    """Open a task unless it has been opened before, and give its id. `now` microseconds since 1970 UTC."""
    row = {
        "site": matter.site,
        "id": matter.id,
        "kind": matter.kind,
        "subject_kind": matter.subject_kind,
        "subject": matter.subject,
        "opened_at": now,
        "detail": _encoder.encode(detail).decode(),
        "resolved_at": None,
        "resolved_by": "",
        "note": "",
        "settled": "",
    }
    upsert(connection, _task, [row])
    return matter.id


def about(
    connection: Connection, site: str, kind: str, subject_kind: str, subjects: Iterable[str]
) -> dict[str, dict[str, Standing]]:
    """The tasks of one kind that there have been, by subject and id."""
    wanted = list(subjects)
    found: dict[str, dict[str, Standing]] = {}
    if wanted:
        where = {"at_site": site, "about": subject_kind, "subjects": wanted, "of": kind}
        for each in map(_standing, connection.execute(_ABOUT, where)):
            found.setdefault(each.subject, {})[each.id] = each
    return found


def ones(connection: Connection, site: str, ids: Iterable[str]) -> list[Standing]:
    """Those of these tasks that have been opened."""
    return [_standing(row) for row in connection.execute(_ONES, {"at_site": site, "ids": list(ids)})]


def _standing(row: Any) -> Standing:
    return Standing(row.id, row.subject, row.resolved_at is None, row.settled)


def follow(connection: Connection, site: str, task: Standing, settled: Settled | None) -> None:
    """Bring a task in step with the log: closed by an event that stands, open where none does. What people say besides counts."""
    if settled is None:
        if not task.open and task.event:
            _change(connection, site, task.id, Settled("", "", 0), None)
    elif task.open or (task.event and task.event != settled.event):
        _change(connection, site, task.id, settled, settled.at)


def _change(connection: Connection, site: str, id_: str, settled: Settled, at: int | None) -> None:
    said = {"at_site": site, "which": id_, "who": settled.who, "why": settled.note, "event": settled.event, "at": at}
    connection.execute(_CHANGE, said)


def resolve(connection: Connection, site: str, id_: str, settled: Settled) -> bool:
    """Close an open task. False where there is none of that id."""
    done = {"at_site": site, "which": id_, "at": settled.at, "who": settled.who, "why": settled.note}
    return connection.execute(_RESOLVE, done).rowcount == 1
