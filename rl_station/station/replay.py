"""Scripts of reads: parse them, run them through an engine, and answer line by line. No screen, no hardware."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from rl_station.domain import site_codes
from rl_station.domain.epc import canonical
from rl_station.domain.scan import ScanSource
from rl_station.station.clocks import ReplayClock, microseconds
from rl_station.station.engine import Engine, Outcome
from rl_station.workflow.inputs import Answered, Command, Commanded, Tag, TagsObserved
from rl_station.workflow.sign_in import TASKS

DEVICE = "replay"


class ScriptError(Exception):
    """A line that is no step of a script. The message names the line number and what is wrong."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line: exactly one of `data`, `epc`, `answer`, `task`, `sign_in`, `command`; `at` (RFC 3339) sets the clock.

    `data` is the raw read; characters up to U+00FF stand for the byte of that number, any other for its UTF-8. `epc` is a tag
    that appeared at the station's own place (smoothing is over), in hexadecimal; with `gone` it left.
    """

    device: str = DEVICE
    data: str | None = None
    epc: str | None = None
    gone: bool = False
    answer: str | None = None
    task: str | None = None
    sign_in: str | None = None
    command: str | None = None
    manual: bool = False
    at: str | None = None


_KINDS = ("data", "epc", "answer", "task", "sign_in", "command")
_TASKS = {name: command for command, name in TASKS.items()}


def parse(lines: Iterable[bytes]) -> Iterator[tuple[int, Step]]:
    """Line numbers and steps; blank lines are passed over. Raises `ScriptError` at the first line that is no step."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            step = msgspec.json.decode(line, type=Step)
            check(step)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise ScriptError(f"line {number}: {error}") from error
        yield number, step


def check(step: Step) -> None:
    """Raises ValueError where a step says nothing, two things, or something unknown."""
    given = [kind for kind in _KINDS if getattr(step, kind) is not None]
    if len(given) > 1 or (not given and step.at is None):
        raise ValueError(f"expected one of {', '.join(_KINDS)}, found {', '.join(given) or 'none'}")
    if step.task is not None and step.task not in _TASKS:
        raise ValueError(f"unknown task {step.task!r}: expected one of {', '.join(_TASKS)}")
    if step.command is not None and step.command not in Command.__members__.values():
        raise ValueError(f"unknown command {step.command!r}: expected one of {', '.join(Command)}")
    if step.epc is not None and canonical(step.epc) is None:
        raise ValueError(f"{step.epc!r} is not an EPC: hexadecimal in words of 16 bits")
    if step.gone and step.epc is None:
        raise ValueError("only an epc can be gone")
    if step.at is not None:
        microseconds(step.at)


def play(engine: Engine, clock: ReplayClock, step: Step) -> Outcome | None:
    """Carry out one step, with what the tags in the field have to say of it; None where it only set the clock."""
    if step.at is not None:
        clock.set(microseconds(step.at))
    outcome = _played(engine, clock, step)
    settled = engine.settle() if outcome is not None and outcome.refusal is None else None
    if outcome is None or settled is None:
        return outcome
    events = (*outcome.events, *settled.events)
    return msgspec.structs.replace(settled, input=outcome.input, source=outcome.source, events=events)


def _played(engine: Engine, clock: ReplayClock, step: Step) -> Outcome | None:
    if step.epc is not None:
        # Later than any before it, although a script's clock may stand: to come back is to appear anew.
        at = max(clock.now(), engine.field.latest + 1)
        return engine.observe(_seen(step.epc.upper(), at, gone=step.gone))
    if step.answer is not None:
        return engine.handle(Answered(step.answer))
    if step.task is not None:
        return engine.handle(Commanded(_TASKS[step.task]))
    if step.command is not None:
        return engine.handle(Commanded(Command(step.command)))
    data = step.data if step.data is not None else _badge(step.sign_in)
    if data is None:
        return None
    return engine.scan(ScanSource(device=step.device, raw=raw_text(data), manual=step.manual))


def _seen(epc: str, at: int, *, gone: bool) -> TagsObserved:
    return TagsObserved(gone=(epc,)) if gone else TagsObserved(appeared=(Tag(epc, at),))


def raw_text(data: str) -> str:
    """A script's text as raw Latin-1 text (code point = byte)."""
    try:
        data.encode("latin-1")
    except UnicodeEncodeError:
        return data.encode("utf-8", "surrogatepass").decode("latin-1")
    return data


def _badge(given: str | None) -> str | None:
    """A badge as scanned: its whole code as it is, a bare badge number wrapped in the site's code."""
    if given is None or site_codes.parse(given):
        return given
    try:
        return site_codes.make(site_codes.BADGE, given.upper())
    except ValueError:
        return given
