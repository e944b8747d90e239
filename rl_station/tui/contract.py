"""What the screen needs from a running station, and nothing more: the station hands it an object of this shape.

The screen imports no station, device or store. Everything here may be called from, and may call, any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from rl_station.domain.kpi import Figures, Selection, Subject
from rl_station.domain.messages import Message
from rl_station.workflow.actions import Action
from rl_station.workflow.inputs import Input
from rl_station.workflow.prompt import Choice, Fact, Prompt


class ResultTone(StrEnum):
    """How the last input went. Good is only said after the commit."""

    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    INFO = "info"


class Link(StrEnum):
    """The way to the central server: up, down, none configured, or not known yet."""

    UP = "up"
    DOWN = "down"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one input. `seq` rises with every result; `echo` is the raw scan, control characters and all.

    `hands`: what has to be done by hand because of it, such as taking a unit out of a tote after an undo.
    """

    tone: ResultTone
    message: Message
    echo: str = ""
    seq: int = 0
    hands: Message | None = None


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One of a device's last reads. `text` is safe to show; `at` microseconds UTC; `note` says why it was refused.

    `fate`: read, duplicate, refused, not taken, weighed, test.
    """

    text: str
    fate: str
    at: int
    symbology: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device as people see it. `state`: absent, opening, ready, degraded, lost; `reason` a short English phrase for IT.

    The rest is for the devices screen. `kind`: scanner, scale, printer. `errors` counts how often it was lost or in trouble,
    `reconnects` how often it came back; `last_seen_at` is in microseconds UTC; `last_reads` are the newest first.
    """

    name: str
    state: str
    reason: str = ""
    kind: str = ""
    driver: str = ""
    good_reads: int = 0
    duplicates: int = 0
    refused: int = 0
    errors: int = 0
    reconnects: int = 0
    last_seen_at: int | None = None
    last_reads: tuple[ReadLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """What goes on around the work.

    `clock` and `oldest_at` are microseconds UTC of the station's clock. `unsynced` is None where it cannot be told, which is
    not the same as nothing. `language` is the operator's. `next_scan` is what the demo's scanner reads next.
    """

    station: str
    operator: str = ""
    language: str = "en"
    devices: tuple[DeviceLine, ...] = ()
    unsynced: int | None = None
    oldest_at: int | None = None
    link: Link = Link.UNKNOWN
    clock: int = 0
    notices: tuple[Message, ...] = ()
    next_scan: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """All that is on the screen: what to do next, how the last input went, and the status.

    `devices_asked` rises whenever a scan asks for the devices screen, or for the work again; `looked_up` whenever the history of
    something was asked for, be it the same as before.
    """

    prompt: Prompt
    status: Status
    result: Result | None = None
    devices_asked: int = 0
    looked_up: int = 0


Listener = Callable[[View], None]


class StationPort(Protocol):
    """A running station, seen from the screen. Every method returns at once; what comes of it arrives as a `View`."""

    def first(self) -> View:
        """What to show before anything has happened."""
        ...

    def subscribe(self, listener: Listener) -> None:
        """From now on every new view goes to the listener: from any thread, but one at a time and in order."""
        ...

    def submit(self, given: Input) -> None: ...

    def scan(self, data: bytes, *, device: str, manual: bool) -> None: ...

    def test_device(self, name: str) -> None:
        """Ask a device how it is; the answer comes as a result."""
        ...


@runtime_checkable
class FiresScans(Protocol):
    """A port whose simulated scanner can be fired by a key. Only the demo offers it."""

    def fire_next(self) -> None: ...


@runtime_checkable
class PullsNetwork(Protocol):
    """A port whose network can be pulled and plugged in again by a key. Only the demo offers it."""

    def pull_network(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a supervisor looks at: always the figures, of this station or of the whole `site`; and what is behind one of them.

    `selection`: its subjects are wanted. `subject`: its events are, and what can be done about it. `scanned`: so are those of
    what was scanned last.
    """

    site: bool = False
    selection: Selection | None = None
    subject: Subject | None = None
    scanned: bool = False


@dataclass(frozen=True, slots=True)
class Doable:
    """Something that can be done about a subject. `action` still lacks what is asked for.

    `choices` fill its field `picks`, `reasons` its field `why`: their ids are the values. `label` tells several of one kind
    apart. `marked`: it is about the event under the cursor. Without reasons a note is required.
    """

    action: Action
    picks: str = ""
    choices: tuple[Choice, ...] = ()
    reasons: tuple[Choice, ...] = ()
    label: Message | None = None
    marked: bool = False
    noted: bool = True


@dataclass(frozen=True, slots=True)
class PastEvent:
    """A line of a subject's history. `seq`: its place in this station's log, 0 where it is another's."""

    fact: Fact
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Sight:
    """What a supervisor sees of what was `wanted`. `figures` is None where they cannot be had at all.

    `subject`: whose history it is. `heard_at`: when the figures were had, by the station's clock, microseconds UTC. `remark` says
    what is wrong with it, such as that the site's figures are this station's only. `elsewhere`: which other station decides about
    the subject.
    """

    wanted: Wanted
    figures: Figures | None = None
    subjects: tuple[Subject, ...] = ()
    subject: Subject | None = None
    history: tuple[PastEvent, ...] = ()
    doables: tuple[Doable, ...] = ()
    remark: Message | None = None
    heard_at: int = 0
    elsewhere: Message | None = None


@runtime_checkable
class Supervises(Protocol):
    """A port that lets supervisors see figures and act. Every method returns at once."""

    def supervise(self, wanted: Wanted | None, listener: Callable[[Sight], None]) -> None:
        """Look at this from now on: sights of it go to the listener, at once and every other second; None ends it.

        They come from a thread of their own, and only while the station's prompt is the supervisor's.
        """
        ...

    def give_pin(self, pin: str) -> None:
        """Check a PIN, not kept anywhere; what comes of it arrives as a view."""
        ...


@dataclass(frozen=True, slots=True)
class TerminalKeys:
    """Bytes from the terminal that somebody typed, escape sequences included."""

    data: bytes


@dataclass(frozen=True, slots=True)
class TerminalScan:
    """One whole scan that came in through the terminal, terminator removed."""

    data: bytes


class TerminalInput(Protocol):
    """Tells scans from typing in the bytes of a terminal. Called from the input thread only."""

    def feed(self, data: bytes, now_ns: int) -> Sequence[TerminalKeys | TerminalScan]: ...

    def flush(self, now_ns: int) -> Sequence[TerminalKeys | TerminalScan]:
        """What has been waiting long enough to be certain. Called about every 20 ms while something waits."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether bytes are held back until it is clear what they are."""
        ...
