"""Inspect: a parcel on the bench, unit by unit from its code to its label. No containers here; that is sort."""

from rl_station.workflow.inspect.decide import decide
from rl_station.workflow.inspect.evolve import evolve
from rl_station.workflow.inspect.prompt import prompt
from rl_station.workflow.inspect.retag import abandoned

__all__ = ["abandoned", "decide", "evolve", "prompt"]
