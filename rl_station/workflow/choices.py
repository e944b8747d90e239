"""Choices of a prompt: their keys, and which one an answer means."""

from __future__ import annotations

from collections.abc import Iterable

from rl_station.domain.messages import Message, message
from rl_station.workflow.prompt import Choice, Tone

KEYS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def choice(name: str, label: Message | None = None, command: str = "", tone: Tone = Tone.PLAIN) -> Choice:
    """A choice without its key yet; the label is `choice.<name>` unless given."""
    return Choice(id=name, key="", label=label or message(f"choice.{name}"), command=command, tone=tone)


def keyed(options: Iterable[Choice]) -> tuple[Choice, ...]:
    """The choices with their keys, at most as many as there are keys."""
    return tuple(
        Choice(id=option.id, key=key, label=option.label, command=option.command, tone=option.tone)
        for key, option in zip(KEYS, options, strict=False)
    )


def picked(options: tuple[Choice, ...], answer: str) -> str | None:
    """The id of the choice an answer means: by key, positional command, own command body, then id."""
    said = answer.upper()
    readings = (
        {option.key: option.id for option in options},
        {f"ANSWER{option.key}": option.id for option in options},
        {option.command: option.id for option in options if option.command},
        {option.id.upper(): option.id for option in options},
    )
    return next((reading[said] for reading in readings if said in reading), None)
