"""What is counted for supervisors besides finished work: units as they are decided now, and second looks."""

from __future__ import annotations

from rl_station.domain.events import Recorded, SecondLookTaken
from rl_station.domain.kpi import Decided, Looked
from rl_station.domain.projections.units import UnitRow

MICROSECONDS_PER_HOUR = 3_600_000_000
MICROSECONDS_PER_DAY = 24 * MICROSECONDS_PER_HOUR


def tally(row: UnitRow | None) -> Decided | None:
    """What one unit adds to the decided: minus before, plus after, with every change of its row.

    Nothing before its decision, while somebody has to agree to it, nor of a unit whose decision is in no event here.
    """
    if row is None or not row.decided_at or row.approval:
        return None
    known = row.value > 0 and row.expected is not None
    return Decided(
        hour=row.decided_at // MICROSECONDS_PER_HOUR,
        station=row.decided_station,
        operator=row.decided_by,
        client=row.client,
        category=row.category,
        functional=row.functional,
        cosmetic=row.cosmetic,
        disposition=row.disposition,
        reason=row.stated,
        currency=row.currency if row.value else "",
        units=1,
        value=row.value,
        valued=row.value if known else 0,
        expected=(row.expected or 0) if known else 0,
        known=int(known),
    )


def looked(recorded: Recorded) -> tuple[Looked, ...]:
    """What a second look adds: one for each question that both answered. A correction takes it off again."""
    if not isinstance(recorded.event, SecondLookTaken):
        return ()
    event, day = recorded.event, recorded.at // MICROSECONDS_PER_DAY
    return tuple(Looked(day, event.inspector, question, first, second, 1) for question, first, second in event.pairs)
