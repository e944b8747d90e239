"""The deciders: what happened because of a scan, what is known now, what the worker does next; receive, inspect, sort, trace.

Pure functions over plain values; no I/O, no clock, no framework, and no text for people (that is i18n).
"""

from rl_station.workflow.announce import agreed, notice, said
from rl_station.workflow.evolve import alarm_of, evolve
from rl_station.workflow.inputs import (
    Answered,
    Command,
    Commanded,
    Deed,
    Input,
    Scanned,
    Tag,
    TagsObserved,
    WeightSettled,
)
from rl_station.workflow.inspect import abandoned
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Prompt, Tone
from rl_station.workflow.session import advance, fold
from rl_station.workflow.state import Session, State, at_rest, initial, strays
from rl_station.workflow.station import decide, prompt, understood

__all__ = [
    "Answered",
    "Command",
    "Commanded",
    "Deed",
    "Input",
    "Knowledge",
    "Prompt",
    "Scanned",
    "Session",
    "State",
    "Tag",
    "TagsObserved",
    "Tone",
    "WeightSettled",
    "abandoned",
    "advance",
    "agreed",
    "alarm_of",
    "at_rest",
    "decide",
    "evolve",
    "fold",
    "initial",
    "notice",
    "prompt",
    "said",
    "strays",
    "understood",
]
