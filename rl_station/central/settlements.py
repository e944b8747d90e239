"""A supervisor's word on a task that is not about goods: forks, restored logs, quarantined events. `TroubleSettled` names it.

Conflicts are about a parcel or a unit and follow from its history (`conflict_tasks`). These tasks have a history of their own:
the events that name them are listed under the task, so that it does not matter which comes first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection

from rl_station.central import histories, tables, tasks
from rl_station.central.database import copy_rows
from rl_station.central.folding import Taken
from rl_station.central.subjects import findable
from rl_station.central.tasks import Settled
from rl_station.domain.events import TroubleSettled

KIND = "task"
"""Under which such events are listed (`tables.subject_event`)."""
_COLUMNS = ("site", "kind", "subject", "hlc", "stream", "seq")


def words(new: Iterable[Taken]) -> list[Taken]:
    """The events among these that settle a task, by its id (`named`)."""
    return [taken for taken in new if type(taken.recorded.event) is TroubleSettled and named(taken)]


def named(taken: Taken) -> str:
    """The id of the task that an event settles, empty for none."""
    event = taken.recorded.event
    if isinstance(event, TroubleSettled) and event.kind != tasks.CONFLICT and findable(event.task):
        return event.task
    return ""


def listed(connection: Connection, site: str, said: Iterable[Taken]) -> None:
    """Write down which of these events settle which task."""
    rows = [(site, KIND, named(taken), taken.recorded.hlc, taken.stream, taken.recorded.seq) for taken in said]
    copy_rows(connection, tables.subject_event, _COLUMNS, rows)


def follow(connection: Connection, site: str, ids: Collection[str]) -> None:
    """Bring these tasks in step with what has been said of them and stands."""
    if not ids:
        return
    words = histories.about(connection, site, KIND, ids)
    for task in tasks.ones(connection, site, ids):
        tasks.follow(connection, site, task, _first(words[task.id]))


def _first(history: Sequence[tuple[Taken, bool]]) -> Settled | None:
    for taken, corrected in history:
        event = taken.recorded.event
        if not corrected and isinstance(event, TroubleSettled):
            recorded = taken.recorded
            return Settled(recorded.operator, event.note, recorded.at, f"{taken.stream}/{recorded.seq}")
    return None
