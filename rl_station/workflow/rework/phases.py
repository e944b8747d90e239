"""Where a unit stands that was taken up again: derived from what was done, like the steps of the bench."""

from __future__ import annotations

from rl_station.domain.rework import WorkStep
from rl_station.workflow.inspect.steps import step_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import Reworking, UnitInHand

WORK_PHASES = ("method", "work", "early", "evidence")


def phase_of(job: Reworking, unit: UnitInHand, knowledge: Knowledge) -> str:
    """method, work, early (done sooner than it can be) or evidence while steps are left; then those of `inspect.steps`."""
    if not job.steps:
        return step_of(unit, knowledge)
    return work_phase(job, current(job, knowledge)) or "work"


def work_phase(job: Reworking, step: WorkStep) -> str:
    """What the step in work lacks; empty where nothing does and it has ended."""
    if not job.result:
        return "method" if step.methods and not job.method else "work"
    if job.result != "done":
        return ""
    if job.seconds < step.seconds and not job.sure:
        return "early"
    return "evidence" if step.evidence else ""


def current(job: Reworking, knowledge: Knowledge) -> WorkStep:
    """The step in work. Only where steps are left."""
    return knowledge.rework.step(job.steps[0])
