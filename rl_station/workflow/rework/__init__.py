"""Rework: a unit whose decision asks for work, step by step, then graded and decided anew; and units that wait for a word.

No containers here: a unit that is taken up is out of its container until it is sorted again.
"""

from rl_station.workflow.rework.decide import decide
from rl_station.workflow.rework.evolve import evolve
from rl_station.workflow.rework.known import unit_of_records
from rl_station.workflow.rework.phases import phase_of
from rl_station.workflow.rework.prompt import prompt
from rl_station.workflow.rework.take_up import take_up

__all__ = ["decide", "evolve", "phase_of", "prompt", "take_up", "unit_of_records"]
