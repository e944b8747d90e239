"""What each key does right now. Pure: the hint bar, the help and the keyboard all ask here, so they cannot disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rl_station.domain.messages import Message
from rl_station.tui.modes import Mode, mode_of
from rl_station.tui.wording import screen
from rl_station.workflow.inputs import Answered, Command, Commanded, Input
from rl_station.workflow.prompt import Prompt


class Local(StrEnum):
    """What a key does to the screen alone."""

    HELP = "help"
    TYPE = "type"
    FIRE = "fire"
    NETWORK = "network"
    LEAVE = "leave"
    DEVICES = "devices"
    UP = "up"
    DOWN = "down"
    PAGE_UP = "pageup"
    PAGE_DOWN = "pagedown"


@dataclass(frozen=True, slots=True)
class AskDevice:
    """Ask the device in this place of the list, from 0."""

    place: int


Action = Input | Local


@dataclass(frozen=True, slots=True)
class Offer:
    """A key that does something now. `cap`: what is printed on it, a message where that depends on the language."""

    cap: str | Message
    label: Message


ENTER = screen("cap.enter")
ESCAPE = screen("cap.escape")
SPACE = screen("cap.space")

_BY_CHOICE = {
    Command.OK: Offer(ENTER, screen("key.ok")),
    Command.DONE: Offer("F10", screen("key.done")),
    Command.REPRINT: Offer("F8", screen("key.reprint")),
    Command.RETAG: Offer("F7", screen("key.retag")),
    Command.RECEIVE: Offer("F2", screen("key.receive")),
    Command.INSPECT: Offer("F3", screen("key.inspect")),
    Command.SORT: Offer("F4", screen("key.sort")),
    Command.REWORK: Offer("F7", screen("key.rework")),
    Command.TRACE: Offer("F5", screen("key.trace")),
    Command.SUPERVISE: Offer("F11", screen("key.supervise")),
}
_MENU = Offer("F12", screen("key.menu"))
_SCROLLING = Offer(screen("cap.up_down"), screen("key.scroll"))
_DEVICES = Offer("F6", screen("key.devices"))
_NETWORK = Offer("N", screen("key.network"))
_HELP = Offer("F1", screen("key.help"))
_ALWAYS = {
    Mode.SIGN_IN: (),
    Mode.MENU: (Offer("F12", screen("key.sign_out")),),
    Mode.GUIDED: (_MENU,),
    Mode.TRACE: (_SCROLLING, _MENU),
    Mode.SUPERVISE: (_MENU,),
}

_TASKS = {
    "f2": Command.RECEIVE,
    "f3": Command.INSPECT,
    "f4": Command.SORT,
    "f5": Command.TRACE,
    "f7": Command.REWORK,
    "f11": Command.SUPERVISE,
}
_COMMANDS = {
    "enter": Command.OK,
    "escape": Command.CANCEL,
    "f7": Command.RETAG,
    "f8": Command.REPRINT,
    "f9": Command.UNDO,
    "f10": Command.DONE,
}
_LOCAL = {"f1": Local.HELP, "f6": Local.DEVICES, "slash": Local.TYPE, "ctrl+c": Local.LEAVE}
_SCROLL = {"up": Local.UP, "down": Local.DOWN, "pageup": Local.PAGE_UP, "pagedown": Local.PAGE_DOWN}


def unshifted(key: str) -> str:
    """Caps lock must not make a key another."""
    return key.removeprefix("upper_")


def action(key: str, character: str | None, prompt: Prompt, *, can_fire: bool, can_pull: bool = False) -> Action | None:
    """What this key means at this prompt; None for nothing. `key` and `character` as Textual names them."""
    if prompt.alarm is not None:
        return _in_alarm(key, prompt)
    if answer := _answer(character, prompt):
        return answer
    key = unshifted(key)
    if key in {"space", "n"}:
        return _of_demo(key, can_fire=can_fire, can_pull=can_pull)
    if key in _LOCAL:
        return _LOCAL[key]
    if key in _SCROLL:
        return _SCROLL[key] if mode_of(prompt) is Mode.TRACE else None
    return _command(key, prompt)


def _of_demo(key: str, *, can_fire: bool, can_pull: bool) -> Local | None:
    if key == "space":
        return Local.FIRE if can_fire else None
    return Local.NETWORK if can_pull else None


def offers(prompt: Prompt, *, can_fire: bool, can_pull: bool = False) -> tuple[Offer, ...]:
    """The keys worth showing, the most useful first."""
    if prompt.alarm is not None:
        undo = (Offer("F9", screen("key.undo")),) if prompt.can_undo else ()
        return (Offer(ENTER, screen("key.acknowledge")), *undo)
    return tuple(_offers(prompt, can_fire=can_fire, can_pull=can_pull))


def _offers(prompt: Prompt, *, can_fire: bool, can_pull: bool) -> Iterator[Offer]:
    if can_fire:
        yield Offer(SPACE, screen("key.fire"))
    if can_pull:
        yield _NETWORK
    if prompt.choices:
        first, last = prompt.choices[0].key.upper(), prompt.choices[-1].key.upper()
        yield Offer(first if first == last else f"{first}-{last}", screen("key.answer"))
    commands = {*prompt.commands, *(choice.command for choice in prompt.choices)}
    yield from (offer for command, offer in _BY_CHOICE.items() if command in commands)
    if prompt.can_cancel:
        yield Offer(ESCAPE, screen("key.cancel"))
    if prompt.can_undo:
        yield Offer("F9", screen("key.undo"))
    if prompt.accepts:
        yield Offer("/", screen("key.type"))
    yield from _ALWAYS[mode_of(prompt)]
    yield _DEVICES
    yield _HELP


# --- on the devices screen --------------------------------------------------------------------------------------------

TESTED_BY_KEY = 9
"""Devices that have a digit of their own."""


def device_action(
    key: str, character: str | None, count: int, *, can_fire: bool, can_pull: bool = False
) -> AskDevice | Local | None:
    """What this key means on the devices screen, `count` devices shown. Nothing here answers the prompt: it is not in sight."""
    if character and character.isdecimal() and 0 < int(character) <= min(count, TESTED_BY_KEY):
        return AskDevice(int(character) - 1)
    key = unshifted(key)
    if key in {"escape", "f6"}:
        return Local.DEVICES
    if key in {"space", "n"}:
        return _of_demo(key, can_fire=can_fire, can_pull=can_pull)
    if key in {"f1", "ctrl+c"}:
        return _LOCAL[key]
    return _SCROLL.get(key)


def device_offers(count: int, *, can_fire: bool, can_pull: bool = False) -> tuple[Offer, ...]:
    """The keys of the devices screen. Scans go to the work as ever."""
    digits = f"1-{min(count, TESTED_BY_KEY)}" if count > 1 else "1"
    return (
        Offer(ESCAPE, screen("key.back")),
        *((Offer(digits, screen("key.test")), Offer(screen("cap.up_down"), screen("key.choose"))) if count else ()),
        *((Offer(SPACE, screen("key.fire")),) if can_fire else ()),
        *((_NETWORK,) if can_pull else ()),
        _HELP,
    )


def _in_alarm(key: str, prompt: Prompt) -> Action | None:
    if key == "enter":
        return Commanded(Command.ACK)
    if key == "f9" and prompt.can_undo:
        return Commanded(Command.UNDO)
    return Local.LEAVE if key == "ctrl+c" else None


def _answer(character: str | None, prompt: Prompt) -> Answered | None:
    if not character:
        return None
    key = character.casefold()
    return next((Answered(choice.key) for choice in prompt.choices if choice.key.casefold() == key), None)


def _command(key: str, prompt: Prompt) -> Commanded | None:
    mode = mode_of(prompt)
    if mode is Mode.SIGN_IN:
        return None
    if key == "f12":
        return Commanded(Command.SIGN_OUT if mode is Mode.MENU else Command.MENU)
    command = _COMMANDS.get(key)
    if key in _TASKS and command not in prompt.commands:
        # F7 is a task's key wherever the step has no use of its own for it.
        command = _TASKS[key]
    return Commanded(command) if command else None
