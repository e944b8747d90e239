"""What can be done with a parcel, unit or container right now: what the screen offers, and no more than is taken."""

from __future__ import annotations

import msgspec

from rl_station.domain.messages import Message, Refusal
from rl_station.domain.rules import open_outcomes
from rl_station.workflow.actions import Approve, Hold, Override, Reassign, Release, Reopen
from rl_station.workflow.inspect.approval import WHY
from rl_station.workflow.inspect.disposition import rule_inputs
from rl_station.workflow.inspect.evolve import unit_after
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import State
from rl_station.workflow.supervise.acting import act
from rl_station.workflow.supervise.units import decided_unit, elsewhere

_ANY_WHY = WHY[0]
_NOTED = "-"


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """`outcomes` are those an override may choose, each with its disposition; `lanes` those a parcel may be sent to.

    `elsewhere`: that a decision about it is made at another station, and at which.
    """

    approve: bool = False
    hold: bool = False
    release: bool = False
    reopen: bool = False
    outcomes: tuple[tuple[str, str], ...] = ()
    lanes: tuple[str, ...] = ()
    elsewhere: Message | None = None


def offers(state: State, kind: str, subject: str, knowledge: Knowledge) -> Offers:
    """Each is tried as if it had its reason. `kind`: parcel, unit, container; nothing for any other, or without the PIN."""

    def taken(action: Approve | Override | Hold | Release | Reassign | Reopen) -> bool:
        return not isinstance(act(state, action, knowledge), Refusal)

    match kind:
        case "unit":
            return Offers(
                approve=taken(Approve(subject)),
                hold=taken(Hold(subject, _ANY_WHY)),
                release=taken(Release(unit=subject)),
                outcomes=tuple(
                    (outcome, disposition)
                    for outcome, disposition in _outcomes(subject, knowledge)
                    if taken(Override(subject, outcome, _ANY_WHY))
                ),
                elsewhere=_elsewhere(subject, knowledge) if state.supervising else None,
            )
        case "parcel":
            return Offers(
                release=taken(Release(parcel=subject, note=_NOTED)),
                lanes=tuple(lane.id for lane in knowledge.reference.lanes() if taken(Reassign(subject, lane.id))),
            )
        case "container":
            return Offers(reopen=taken(Reopen(subject)))
        case _:
            return Offers()


def _elsewhere(plate: str, knowledge: Knowledge) -> Message | None:
    record = decided_unit(plate, knowledge)
    if isinstance(record, Refusal):
        return record.message if record.code == "supervise.label_only" else None
    found = elsewhere(record, knowledge)
    return found.message if found is not None else None


def _outcomes(plate: str, knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    unit = unit_after(knowledge.records.unit_events(plate))
    if unit is None:
        return ()
    found = open_outcomes(knowledge.rules, rule_inputs(unit, knowledge))
    return tuple((outcome.id, outcome.disposition) for outcome in found)
