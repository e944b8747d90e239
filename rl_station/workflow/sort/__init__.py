"""Sort: a decided unit into a container of its disposition and client, and containers out of the site. No grading here."""

from rl_station.workflow.sort.decide import decide
from rl_station.workflow.sort.evolve import evolve
from rl_station.workflow.sort.prompt import prompt

__all__ = ["decide", "evolve", "prompt"]
