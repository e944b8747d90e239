"""Tasks for decisions that crossed: opened with both events, withdrawn when one of them was corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from rl_station.central import histories, tasks
from rl_station.central.conflicts import Conflict, Decision, conflicts
from rl_station.central.folding import Taken
from rl_station.central.tables import stream_key
from rl_station.central.tasks import CONFLICT, Matter, Settled

WITHDRAWN = "One of the two was corrected."


def settle(connection: Connection, site: str, kind: str, standing: Mapping[str, Sequence[Decision]], now: int) -> None:
    """Bring the conflict tasks of subjects of one kind in step with the decisions that stand. `now` microseconds UTC."""
    if kind not in ("parcel", "unit") or not standing:
        return
    before = tasks.open_about(connection, site, CONFLICT, kind, standing)
    for subject, decisions in standing.items():
        crossed = {}
        for each in conflicts(decisions):
            matter = Matter(site, CONFLICT, kind, subject, (each.what, *each.one[1:4], *each.other[1:4]))
            crossed[matter.id] = (matter, each)
        was = before.get(subject, set())
        for id_ in sorted(crossed.keys() - was):
            _open(connection, *crossed[id_], now)
        for id_ in sorted(was - crossed.keys()):
            tasks.resolve(connection, site, id_, Settled("", WITHDRAWN, now))


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
