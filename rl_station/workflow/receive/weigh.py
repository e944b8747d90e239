"""The parcel's weight, where the station has a scale: taken without a key, against what was announced, and never in the way."""

from __future__ import annotations

from rl_station.domain.events import Event, ParcelWeighed, ParcelWeightSkipped
from rl_station.workflow.facts import returns_of
from rl_station.workflow.knowledge import Knowledge, Load
from rl_station.workflow.receive.steps import label, step_of
from rl_station.workflow.state import Receiving, State


def weigh(state: State, knowledge: Knowledge) -> tuple[Event, ...]:
    """Something came to rest on the scale: the weight of the parcel that waits for it, else nothing."""
    waits = isinstance(state.job, Receiving) and step_of(state.job) == "weigh"
    if state.worker is None or state.alarms or not isinstance(state.job, Receiving) or not waits:
        return ()
    return weigh_or_wait(state.job, knowledge)


def after_the_look(job: Receiving, knowledge: Knowledge) -> tuple[Event, ...]:
    """What follows the hazard look. Nobody carries a dangerous parcel to the scale, or any where there is none."""
    return weigh_or_wait(job, knowledge) if knowledge.scale.watched and not job.hazards else label(job, knowledge)


def weigh_or_wait(job: Receiving, knowledge: Knowledge) -> tuple[Event, ...]:
    """A parcel that lies on the scale already is weighed at once."""
    load = knowledge.scale.load
    return () if load is None else (_weighed(job, load, knowledge), *label(job, knowledge))


def without_weight(job: Receiving, knowledge: Knowledge) -> tuple[Event, ...]:
    """The worker's word that this one is not weighed."""
    return (ParcelWeightSkipped(parcel=job.parcel), *label(job, knowledge))


def _weighed(job: Receiving, load: Load, knowledge: Knowledge) -> ParcelWeighed:
    announced = _announced(job, knowledge)
    off = load.grams - announced
    compared = ""
    if announced:
        within = abs(off) <= knowledge.weight_tolerance(announced)
        compared = "agrees" if within else "heavier" if off > 0 else "lighter"
    return ParcelWeighed(
        parcel=job.parcel, grams=load.grams, device=load.device, announced=announced, compared=compared
    )


def _announced(job: Receiving, knowledge: Knowledge) -> int:
    """What the parcel should weigh, in grams; 0 unless it is told of every return in it, and each comes in this box alone."""
    returns = returns_of(job.rmas, knowledge)
    known = len(returns) == len(job.rmas) and all(found.weight and found.parcels == 1 for found in returns)
    return sum(found.weight for found in returns) if known else 0
