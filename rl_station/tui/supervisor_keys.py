"""What each key does while a supervisor looks at figures. Pure, like `keys`, and for the same reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rl_station.domain.messages import Message
from rl_station.tui.contract import Doable
from rl_station.tui.keys import ENTER, ESCAPE, Local, Offer, unshifted
from rl_station.tui.wording import screen
from rl_station.workflow.actions import Approve, Declare, Hold, Override, Reassign, Release, Reopen, Settle
from rl_station.workflow.inputs import Command, Commanded
from rl_station.workflow.prompt import Prompt


class Steer(StrEnum):
    """What a key does to the figures on the screen."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    PAGE_UP = "pageup"
    PAGE_DOWN = "pagedown"
    OPEN = "open"
    BACK = "back"
    SITE = "site"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Do:
    """Prepare the deed in this place of what can be done, from 0."""

    place: int


class PinKey(StrEnum):
    """What a key does while a PIN is typed. A digit stands for itself."""

    ERASE = "erase"
    GIVE = "give"


MOVES = frozenset({Steer.UP, Steer.DOWN, Steer.LEFT, Steer.RIGHT, Steer.PAGE_UP, Steer.PAGE_DOWN})

_DEEDS: dict[str, type] = {
    "a": Approve,
    "o": Override,
    "h": Hold,
    "r": Release,
    "l": Reassign,
    "c": Reopen,
    "s": Settle,
    "w": Declare,
}
_STEERING = {
    **{str(move): move for move in MOVES},
    "enter": Steer.OPEN,
    "escape": Steer.BACK,
    "v": Steer.SITE,
    "tab": Steer.GROUP,
}
_COMMANDS = {"f9": Command.UNDO, "f12": Command.MENU}
_ALWAYS = {
    "f1": Local.HELP,
    "f6": Local.DEVICES,
    "ctrl+c": Local.LEAVE,
    "slash": Local.TYPE,
    "space": Local.FIRE,
    "n": Local.NETWORK,
}
_ARROWS = screen("cap.arrows")


def supervisor_action(key: str, prompt: Prompt, doables: tuple[Doable, ...]) -> Steer | Do | Local | Commanded | None:
    """What this key means on the figures; None for nothing."""
    key = unshifted(key)
    if key in _COMMANDS:
        return Commanded(_COMMANDS[key])
    if key == "slash" and not prompt.accepts:
        return None
    if key in _DEEDS:
        return next((Do(at) for at, each in enumerate(doables) if isinstance(each.action, _DEEDS[key])), None)
    return _STEERING.get(key) or _ALWAYS.get(key)


def pin_action(key: str, character: str | None) -> PinKey | str | Local | Commanded | None:
    """What this key means while a PIN is asked for: a digit, or something about those typed."""
    if character and character.isascii() and character.isdecimal():
        return character
    if key in {"escape", "f12"}:
        return Commanded(Command.MENU)
    if key in {"f1", "ctrl+c"}:
        return _ALWAYS[key]
    return {"backspace": PinKey.ERASE, "enter": PinKey.GIVE}.get(key)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the keys depend on: `deep` is below the overview; `grouped`: throughput can be told by something else."""

    doables: tuple[Doable, ...] = ()
    deep: bool = False
    site: bool = False
    grouped: bool = False


def supervisor_offers(here: Standing, prompt: Prompt, *, can_fire: bool, can_pull: bool = False) -> tuple[Offer, ...]:
    """The keys of the figures, the most useful first."""
    return tuple(_offers(here, prompt, can_fire=can_fire, can_pull=can_pull))


def _offers(here: Standing, prompt: Prompt, *, can_fire: bool, can_pull: bool) -> Iterator[Offer]:
    yield from (Offer(key.upper(), deed(found[0])) for key, found in _by_key(here.doables))
    if here.deep:
        yield Offer(ESCAPE, screen("key.back"))
    yield Offer(_ARROWS, screen("key.choose"))
    yield Offer(ENTER, screen("key.open"))
    yield Offer("V", screen("key.this_station" if here.site else "key.whole_site"))
    if here.grouped:
        yield Offer("Tab", screen("key.group"))
    if prompt.can_undo:
        yield Offer("F9", screen("key.undo"))
    if can_fire:
        yield Offer(screen("cap.space"), screen("key.fire"))
    if can_pull:
        yield Offer("N", screen("key.network"))
    if prompt.accepts:
        yield Offer("/", screen("key.type"))
    yield Offer("F12", screen("key.menu"))
    yield Offer("F6", screen("key.devices"))
    yield Offer("F1", screen("key.help"))


def pin_offers() -> tuple[Offer, ...]:
    return (
        Offer("0-9", screen("key.pin")),
        Offer(ENTER, screen("key.send")),
        Offer(ESCAPE, screen("key.menu")),
        Offer("F1", screen("key.help")),
    )


def deed(doable: Doable) -> Message:
    """What it is called."""
    return screen(f"deed.{type(doable.action).__name__.lower()}")


def _by_key(doables: tuple[Doable, ...]) -> Iterator[tuple[str, list[Doable]]]:
    for key, kind in _DEEDS.items():
        found = [each for each in doables if isinstance(each.action, kind)]
        if found:
            yield key, found
