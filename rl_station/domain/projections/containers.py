"""A container's row, event by event. A tote is used again: each filling is a cycle that starts at `opened_seq`."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from rl_station.domain import events
from rl_station.domain.events import Recorded
from rl_station.domain.projections.troubles import OpenTrouble, container_troubles

_GONE = ("consolidated", "shipped")


class ContainerRow(msgspec.Struct, frozen=True, kw_only=True):
    """The stored part of a `ContainerRecord`.

    Inside now is what was placed since `opened_seq`. `pallet` is what it was put onto at `pallet_seq`, empty for none.
    """

    container: str
    status: str
    disposition: str = ""
    client: str = ""
    bin: str = ""
    pallet: str = ""
    opened_seq: int = 0
    pallet_seq: int = 0
    troubles: tuple[OpenTrouble, ...] = ()


CONTAINER_EVENTS = (
    events.ContainerOpened,
    events.UnitSorted,
    events.ContainerClosed,
    events.ContainerReopened,
    events.ContainersConsolidated,
    events.ContainerShipped,
    events.ContainerCompared,
    events.TroubleSettled,
    events.LabelRequested,
    events.LabelPrintFailed,
)
"""The events that can change a container's row; no other does."""

_CHANGING = frozenset(CONTAINER_EVENTS)


def fold_container(row: ContainerRow | None, container: str, recorded: Recorded) -> ContainerRow | None:
    """The row after an event about this container. To be the `previous` one of a sorted unit changes nothing."""
    if type(recorded.event) not in _CHANGING:
        return row
    after = _folded(row, container, recorded)
    if after is None:
        return None
    troubles = container_troubles(after.troubles, recorded)
    return after if troubles == after.troubles else replace(after, troubles=troubles)


def _folded(  # noqa: PLR0911  # one return for each event
    row: ContainerRow | None, container: str, recorded: Recorded
) -> ContainerRow | None:
    seq = recorded.seq
    match recorded.event:
        case events.ContainerOpened() as event:
            return replace(
                _filling(row, container, seq),
                status="open",
                disposition=event.disposition,
                client=event.client,
                bin=event.bin,
            )
        case events.UnitSorted() as event if event.container == container:
            if row is not None and row.status not in _GONE:
                return row
            begun = _filling(None, container, seq)
            return replace(begun, disposition=event.disposition, client=event.client)
        case events.ContainerClosed():
            return replace(row or _filling(None, container, seq), status="closed")
        case events.ContainerReopened() if row is not None and row.status != "shipped":
            return replace(row, status="open", pallet="", pallet_seq=0)
        case events.ContainersConsolidated() as event:
            return _consolidated(row, container, seq, event)
        case events.ContainerShipped():
            return replace(row or _filling(None, container, seq), status="shipped")
        case _:
            return row


def _filling(row: ContainerRow | None, container: str, seq: int) -> ContainerRow:
    """The same filling while it has not left, else a new one."""
    if row is not None and row.status not in _GONE:
        return row
    return ContainerRow(container=container, status="open", opened_seq=seq)


def _consolidated(
    row: ContainerRow | None, container: str, seq: int, event: events.ContainersConsolidated
) -> ContainerRow:
    if container == event.container:
        return replace(_filling(row, container, seq), status="closed")
    return replace(row or _filling(None, container, seq), status="consolidated", pallet=event.container, pallet_seq=seq)
