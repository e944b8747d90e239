"""Which of the permanent panes shows a prompt."""

from __future__ import annotations

from enum import StrEnum

from rl_station.workflow.prompt import Prompt


class Mode(StrEnum):
    SIGN_IN = "sign_in"
    MENU = "menu"
    GUIDED = "guided"
    TRACE = "trace"
    SUPERVISE = "supervise"


_MODES = {str(mode): mode for mode in Mode}


def mode_of(prompt: Prompt) -> Mode:
    """By the workflow; those without a pane of their own are guided. A history scrolls, whatever the task that asked for it."""
    mode = _MODES.get(prompt.workflow, Mode.GUIDED)
    return Mode.TRACE if mode is Mode.GUIDED and prompt.step == "history" else mode
