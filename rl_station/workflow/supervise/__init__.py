"""Supervise: who may, after badge and PIN, see everything and act on it; every act is an event with the supervisor's id.

No figures here (those are `domain.kpi`), no PIN and no hash: a decider hears only whether the PIN was right.
"""

from rl_station.workflow.supervise.acting import act
from rl_station.workflow.supervise.decide import decide
from rl_station.workflow.supervise.offers import Offers, offers
from rl_station.workflow.supervise.pin import pin_asked, pin_checked, pin_locked, unattended
from rl_station.workflow.supervise.prompt import prompt

__all__ = [
    "Offers",
    "act",
    "decide",
    "offers",
    "pin_asked",
    "pin_checked",
    "pin_locked",
    "prompt",
    "unattended",
]
