"""A disk that remembers every call which changes it, so that the states a power cut can leave may be built afterwards.

The model is POSIX at its meanest: what was not synced reached the disk or did not, in any selection, down to single sectors; a
name made, moved or deleted is certain only after its folder was synced, and earlier ones go before later ones.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512


@dataclass(frozen=True)
class Create:
    file: int
    name: str


@dataclass(frozen=True)
class Rename:
    old: str
    new: str


@dataclass(frozen=True)
class Delete:
    name: str


@dataclass(frozen=True)
class SyncFolder:
    pass


@dataclass(frozen=True)
class Write:
    file: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Truncate:
    file: int
    size: int


@dataclass(frozen=True)
class Sync:
    file: int


@dataclass(frozen=True)
class Promise:
    """Somebody was told that this seq, with this hash, is safe."""

    seq: int
    hash: bytes


NameChange = Create | Rename | Delete
Change = Write | Truncate
Call = NameChange | SyncFolder | Change | Sync | Promise
State = Mapping[str, bytes]
"""The files of the folder by name, as the machine finds them when it is switched on again."""


class Tape:
    """The calls in order. Files are numbered, since a name may move from one to another."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._names: dict[str, int] = {}
        self._numbers = itertools.count()

    def file(self, name: str) -> int:
        """The file of this name now, made where there was none."""
        if name not in self._names:
            self._names[name] = next(self._numbers)
            self.calls.append(Create(self._names[name], name))
        return self._names[name]

    def rename(self, old: str, new: str) -> None:
        self._names[new] = self.file(old)
        del self._names[old]
        self.calls.append(Rename(old, new))

    def delete(self, name: str) -> None:
        if self._names.pop(name, None) is not None:
            self.calls.append(Delete(name))

    def promised(self, until: int) -> Promise | None:
        """The last promise among the first `until` calls."""
        return next((call for call in reversed(self.calls[:until]) if isinstance(call, Promise)), None)


@dataclass
class Medium:
    """What is certain on the disk at some moment, and what is on its way there."""

    certain: dict[int, bytes] = field(default_factory=dict)
    pending: dict[int, list[Change]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    name_changes: list[NameChange] = field(default_factory=list)

    def take(self, call: Call) -> None:
        match call:
            case Create() | Rename() | Delete():
                self.name_changes.append(call)
            case SyncFolder():
                self.names = renamed(self.names, self.name_changes)
                self.name_changes = []
            case Write() | Truncate():
                self.pending.setdefault(call.file, []).append(call)
            case Sync():
                changes = self.pending.pop(call.file, [])
                self.certain[call.file] = changed(self.certain.get(call.file, b""), changes)

    def nothing_more(self) -> State:
        """Only what was synced."""
        return {name: self.certain.get(file, b"") for name, file in self.names.items()}

    def everything(self) -> State:
        """All that was asked for; what a killed process leaves, too."""
        return self._state(self.pending, len(self.name_changes))

    def some(self, chance: random.Random, *, torn: bool) -> State:
        """A selection of what was not synced; `torn`: down to single sectors."""
        keep = chance.choice((0.1, 0.5, 0.9))
        chosen = {
            file: [part for each in changes for part in (_torn(each) if torn else (each,)) if chance.random() < keep]
            for file, changes in self.pending.items()
        }
        return self._state(chosen, chance.randint(0, len(self.name_changes)))

    def _state(self, changes: Mapping[int, Sequence[Change]], moves: int) -> State:
        names = renamed(self.names, self.name_changes[:moves])
        return {name: changed(self.certain.get(file, b""), changes.get(file, ())) for name, file in names.items()}


def renamed(names: Mapping[str, int], changes: Sequence[NameChange]) -> dict[str, int]:
    after = dict(names)
    for change in changes:
        match change:
            case Create(file, name):
                after[name] = file
            case Rename(old, new):
                after[new] = after.pop(old)
            case Delete(name):
                del after[name]
    return after


def changed(content: bytes, changes: Sequence[Change]) -> bytes:
    if not changes:
        return content
    after = bytearray(content)
    for change in changes:
        match change:
            case Truncate(_, size):
                del after[size:]
                after.extend(bytes(size - len(after)))
            case Write(_, offset, data):
                after.extend(bytes(max(0, offset - len(after))))
                after[offset : offset + len(data)] = data
    return bytes(after)


def _torn(change: Change) -> Iterator[Change]:
    if isinstance(change, Truncate):
        yield change
        return
    start, end = change.offset, change.offset + len(change.data)
    for sector in range(start - start % SECTOR, end, SECTOR):
        first, last = max(start, sector), min(end, sector + SECTOR)
        yield Write(change.file, first, change.data[first - start : last - start])


@dataclass(frozen=True)
class Cut:
    """The power went after the first `after` calls; `kind` says which of the possible states this is."""

    after: int
    kind: str
    state: State
    promise: Promise | None


def cuts(tape: Tape, after: Sequence[int], chance: random.Random) -> Iterator[Cut]:
    """For each of these cut points a state of every kind."""
    medium = Medium()
    done = 0
    for point in sorted(set(after)):
        for call in tape.calls[done:point]:
            medium.take(call)
        done = point
        promise = tape.promised(point)
        yield Cut(point, "only what was synced", medium.nothing_more(), promise)
        yield Cut(point, "everything", medium.everything(), promise)
        yield Cut(point, "some writes", medium.some(chance, torn=False), promise)
        yield Cut(point, "some sectors", medium.some(chance, torn=True), promise)


def lay_out(state: State, folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, content in state.items():
        (folder / name).write_bytes(content)
