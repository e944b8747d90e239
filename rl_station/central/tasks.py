"""What only a person can settle: conflicts, quarantined events, forks, a restored server. Opened once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from rl_station.central import tables
from rl_station.central.database import upsert

CONFLICT, QUARANTINE, FORK, RESTORED = "conflict", "quarantine", "fork", "restored"

_task = tables.task
_encoder = msgspec.json.Encoder(order="sorted")
_OPEN_ABOUT = select(_task.c.id, _task.c.subject_kind, _task.c.subject).where(
    _task.c.site == bindparam("at_site"),
    _task.c.subject_kind == bindparam("about"),
    _task.c.subject.in_(bindparam("subjects", expanding=True)),
    _task.c.kind == bindparam("of"),
    _task.c.resolved_at.is_(None),
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
    """Who closed a task, when (microseconds since 1970 UTC) and why; `who` is empty where nobody had to."""

    who: str
    note: str
    at: int


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
    }
    upsert(connection, _task, [row])
    return matter.id


def open_about(
    connection: Connection, site: str, kind: str, subject_kind: str, subjects: Iterable[str]
) -> dict[str, set[str]]:
    """Ids of the open tasks of one kind by subject."""
    wanted = list(subjects)
    found: dict[str, set[str]] = {}
    if wanted:
        where = {"at_site": site, "about": subject_kind, "subjects": wanted, "of": kind}
        for id_, _, subject in connection.execute(_OPEN_ABOUT, where):
            found.setdefault(subject, set()).add(id_)
    return found


def resolve(connection: Connection, site: str, id_: str, settled: Settled) -> bool:
    """Close an open task. False where there is none of that id."""
    done = {"at_site": site, "which": id_, "at": settled.at, "who": settled.who, "why": settled.note}
    return connection.execute(_RESOLVE, done).rowcount == 1
