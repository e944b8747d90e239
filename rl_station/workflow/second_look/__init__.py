"""A second look: a graded unit is graded again by somebody else, who sees nothing of the first grade.

Nothing of the unit changes here; what the two said stands side by side in one event.
"""

from rl_station.workflow.second_look.decide import decide
from rl_station.workflow.second_look.evolve import evolve
from rl_station.workflow.second_look.prompt import prompt

__all__ = ["decide", "evolve", "prompt"]
