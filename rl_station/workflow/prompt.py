"""What the worker is asked: one instruction, the scans it takes, the choices, the facts. The screen renders any of them."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from rl_station.domain.messages import Message
from rl_station.domain.scan import ScanKind
from rl_station.workflow.inputs import Command


class Tone(StrEnum):
    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Choice(msgspec.Struct, frozen=True):
    """An answer. `key` is what the keyboard takes (`1`-`9`, then letters), `command` the body of its command barcode.

    A choice also answers to the positional command barcode of its key (`ANSWER1`), so one sheet serves every question.
    """

    id: str
    key: str
    label: Message
    command: str = ""
    tone: Tone = Tone.PLAIN


class Fact(msgspec.Struct, frozen=True):
    label: Message
    value: Message
    tone: Tone = Tone.PLAIN


class ChecklistLine(msgspec.Struct, frozen=True):
    """One announced line, or one thing nobody announced. `state`: open, seen, partial, missing, unexpected, other_client."""

    label: Message
    state: str
    seen: int = 0
    expected: int = 0


class Alarm(msgspec.Struct, frozen=True):
    """Fills the screen until acknowledged. `next_step` tells what to do now."""

    message: Message
    next_step: Message | None = None


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """The one thing to do next.

    `workflow` and `step` name the place for tests and help; `accepts` are the scan kinds that are taken; `destination` fills the
    screen where there is one (a bin, a lane); `progress` is (done, of) where a sequence is known. `commands` are those that work
    here besides the choices, CANCEL, UNDO and the tasks: OK, DONE, REPRINT. A `timed` one says how long something has taken, and
    is other words every second.
    """

    workflow: str
    step: str
    instruction: Message
    accepts: tuple[ScanKind, ...] = ()
    choices: tuple[Choice, ...] = ()
    facts: tuple[Fact, ...] = ()
    checklist: tuple[ChecklistLine, ...] = ()
    destination: Message | None = None
    detail: Message | None = None
    alarm: Alarm | None = None
    progress: tuple[int, int] | None = None
    commands: tuple[Command, ...] = ()
    can_undo: bool = False
    timed: bool = False
    can_cancel: bool = False
