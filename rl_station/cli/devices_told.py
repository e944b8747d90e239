"""What came from a device, as lines for people and as JSON for programs: bytes, reads, meanings, states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from rl_station.cli.devices_tags import TagTally
from rl_station.devices import (
    DuplicateIgnored,
    FrameRefused,
    NotTaken,
    RawBytes,
    Read,
    ReaderEvent,
    Report,
    StateChange,
    TagReads,
    Weighed,
)
from rl_station.domain.meaning import interpret
from rl_station.domain.scan import Meaning, ScanSource, shown
from rl_station.settings import Site
from rl_station.station.clocks import rfc3339

_SECOND = 1_000_000_000


class Heard(NamedTuple):
    """A report or raw bytes, and the wall time in ns at which we had it."""

    report: Report | RawBytes
    at_ns: int


class Step(NamedTuple):
    """One line. `what`: state, bytes, read, meanings, duplicate, refused, not_taken, weight, tag, event.

    `told` is for people, `facts` for programs.
    """

    at_ns: int
    device: str
    what: str
    told: str
    facts: Mapping[str, object]


def tag_steps(heard: Heard, tally: TagTally) -> Iterator[Step]:
    """What there is to say about a tag reader's report; tags are kept in the tally in between."""
    match heard.report:
        case TagReads(device=device) as report:
            for told, facts in tally.note(report, heard.at_ns):
                yield Step(heard.at_ns, device, "tag", told, facts)
        case ReaderEvent(device=device, code=code, detail=detail):
            yield Step(heard.at_ns, device, "event", f"{code} {detail}".strip(), {"code": code, "detail": detail})


def steps(heard: Heard, site: Site) -> Iterator[Step]:
    """What there is to say about any other report; a read is followed by what it may mean."""
    report = heard.report

    def step(what: str, told: str, **facts: object) -> Step:
        return Step(heard.at_ns, report.device, what, told, facts)

    match report:
        case StateChange(state=state, reason=reason):
            yield step("state", f"{state.value}, {reason}" if reason else state.value, state=state.value, reason=reason)
        case RawBytes(data=data):
            yield step("bytes", _shown(data), raw=_text(data), hex=data.hex(" "), t_ns=report.received_ns)
        case Read(data=data, symbology=symbology):
            told = f"{_shown(data)}  {symbology}" if symbology else _shown(data)
            yield step("read", told, data=_text(data), symbology=symbology)
            meanings = interpret(
                ScanSource(report.device, _text(data), symbology), site.reference, site.carriers
            ).meanings
            told = ", ".join(map(_meaning, meanings)) or "nothing"
            yield step("meanings", told, meanings=[msgspec.to_builtins(meaning) for meaning in meanings])
        case DuplicateIgnored(read=read, after_ns=after):
            told = f"{_shown(read.data)} again after {after / 1e6:.0f} ms"
            yield step("duplicate", told, data=_text(read.data), after_ms=after / 1e6)
        case FrameRefused(reason=reason, length=length, head=head):
            told = f"{reason}: {length} bytes, {_shown(head)}"
            yield step("refused", told, reason=reason, length=length, head=_text(head))
        case NotTaken(data=data):
            yield step("not_taken", _shown(data), data=_text(data))
        case Weighed(grams=grams, stable=stable):
            yield step("weight", f"{grams} g{'' if stable else ', not settled'}", grams=grams, stable=stable)


def line(step: Step) -> str:
    """For people, in local time."""
    clock = datetime.fromtimestamp(step.at_ns // _SECOND).strftime("%H:%M:%S")
    return f"{clock}.{step.at_ns % _SECOND // 1_000_000:03} {step.device:<16} {step.what:<9} {step.told}"


def document(step: Step) -> dict[str, object]:
    return {"at": rfc3339(step.at_ns // 1000), "device": step.device, "what": step.what, **step.facts}


def _meaning(meaning: Meaning) -> str:
    return f"{meaning.kind.value} {shown(meaning.value)} ({meaning.source})"


def _text(data: bytes) -> str:
    return data.decode("latin-1")


def _shown(data: bytes) -> str:
    return shown(_text(data))
