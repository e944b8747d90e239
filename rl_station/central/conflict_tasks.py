"""Tasks for decisions that crossed: opened with both events, closed by a supervisor's word or a correction of one."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from rl_station.central import histories, tasks
from rl_station.central.conflicts import Conflict, Course, Settlement, conflicts, settled_by
from rl_station.central.folding import Taken
from rl_station.central.tables import stream_key
from rl_station.central.tasks import CONFLICT, Matter, Settled, Standing

WITHDRAWN = "One of the two was corrected."


def settle(connection: Connection, site: str, kind: str, courses: Mapping[str, Course], now: int) -> None:
    """Bring the conflict tasks of subjects of one kind in step with what stands. `now` microseconds UTC."""
    if kind not in ("parcel", "unit") or not courses:
        return
    before = tasks.about(connection, site, CONFLICT, kind, courses)
    for subject, course in courses.items():
        crossed = {}
        for each in conflicts(course.decisions):
            matter = Matter(site, CONFLICT, kind, subject, (each.what, *each.one[1:4], *each.other[1:4]))
            crossed[matter.id] = (matter, each)
        was = before.get(subject, {})
        for id_ in sorted(crossed):
            if id_ not in was:
                _open(connection, *crossed[id_], now)
            word = settled_by(crossed[id_][1], id_, course.settlements)
            standing = was.get(id_, Standing(id_, subject, open=True, event=""))
            tasks.follow(connection, site, standing, None if word is None else _settled(word))
        for id_ in sorted(was.keys() - crossed.keys()):
            tasks.follow(connection, site, was[id_], Settled("", WITHDRAWN, now))


def _settled(word: Settlement) -> Settled:
    return Settled(word.operator, word.note, word.at, f"{word.order[1]}/{word.order[2]}")


def _open(connection: Connection, matter: Matter, conflict: Conflict, now: int) -> None:
    keys = [(stream_key(matter.site, each.station, each.epoch), each.seq) for each in (conflict.one, conflict.other)]
    found = histories.ones(connection, keys)
    detail = {"decision": conflict.what, "events": [_told(found[key]) for key in keys if key in found]}
    tasks.open_task(connection, matter, detail, now)


def _told(taken: Taken) -> Mapping[str, object]:
    recorded = taken.recorded
    return {
        "station": taken.station,
        "epoch": taken.epoch,
        "seq": recorded.seq,
        "at": recorded.at,
        "operator": recorded.operator,
        "event": msgspec.to_builtins(recorded.event),
    }
