"""Receive: a box at the dock from its first scan to its lane. No opening, no units here; that is inspect."""

from rl_station.workflow.receive.decide import decide
from rl_station.workflow.receive.evolve import evolve
from rl_station.workflow.receive.prompt import prompt
from rl_station.workflow.receive.weigh import weigh

__all__ = ["decide", "evolve", "prompt", "weigh"]
