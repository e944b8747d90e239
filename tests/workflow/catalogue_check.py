"""Whether what a decider says can be said: every code in the catalogue, every placeholder filled."""

from __future__ import annotations

from rl_station.domain.messages import Message, Parameter
from rl_station.i18n.workflow_texts import TEXTS
from rl_station.workflow import Prompt


def spoken(message: Message) -> str:
    """The English sentence; KeyError for a code or a parameter that is missing."""
    if message.code == "text":
        return str(message.mapping["text"])
    return TEXTS[message.code] % {name: _spoken(value) for name, value in message.params}


def _spoken(value: Parameter) -> str:
    if isinstance(value, str) and value.startswith("@"):
        return ", ".join(TEXTS[part.removeprefix("@")] for part in value.split(", "))
    return str(value)


def check_prompt(shown: Prompt) -> None:
    """Everything on the screen can be said, and no two choices share a key or an id."""
    messages = [shown.instruction, shown.destination, shown.detail]
    messages += [shown.alarm.message, shown.alarm.next_step] if shown.alarm else []
    messages += [choice.label for choice in shown.choices]
    messages += [message for fact in shown.facts for message in (fact.label, fact.value)]
    messages += [line.label for line in shown.checklist]
    for message in messages:
        assert message is None or spoken(message).isprintable()
    keys = [choice.key for choice in shown.choices]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 1 for key in keys)
    names = [choice.id for choice in shown.choices]
    assert len(set(names)) == len(names)
    commands = [choice.command for choice in shown.choices if choice.command]
    assert len(set(commands)) == len(commands)
