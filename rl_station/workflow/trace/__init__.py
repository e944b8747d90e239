"""Trace: scan anything and see its whole history. It looks, it changes nothing but the log of who looked."""

from rl_station.workflow.trace.decide import decide
from rl_station.workflow.trace.evolve import evolve
from rl_station.workflow.trace.lookup import history_of, resolve
from rl_station.workflow.trace.prompt import line_fact, prompt

__all__ = ["decide", "evolve", "history_of", "line_fact", "prompt", "resolve"]
