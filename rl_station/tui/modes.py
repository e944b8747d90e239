"""Which of the four permanent panes shows a prompt."""

from __future__ import annotations

from enum import StrEnum

from rl_station.workflow.prompt import Prompt


class Mode(StrEnum):
    SIGN_IN = "sign_in"
    MENU = "menu"
    GUIDED = "guided"
    TRACE = "trace"


_STEPS = {"sign_in": Mode.SIGN_IN, "menu": Mode.MENU}


def mode_of(prompt: Prompt) -> Mode:
    """By the step for sign-in and menu, by the workflow for trace; everything else is guided."""
    if prompt.workflow == Mode.TRACE:
        return Mode.TRACE
    return _STEPS.get(prompt.step) or _STEPS.get(prompt.workflow, Mode.GUIDED)
