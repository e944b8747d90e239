"""`rl-station replay`: a script of reads through the same workflows, without a screen."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from rl_station.cli import opening
from rl_station.cli.history import as_document, as_line
from rl_station.cli.options import Exit, UsageError, complain, print_json
from rl_station.i18n import Translator
from rl_station.settings import Site
from rl_station.settings.paths import DATA_VARIABLE
from rl_station.station.clocks import ReplayClock
from rl_station.station.engine import Engine, Outcome
from rl_station.station.replay import ScriptError, Step, parse, play
from rl_station.station.tag_field import TagField
from rl_station.store import Store

EPOCH = "replay"
"""The epoch of a new replay store is always this one, so that the same script gives the same hashes."""


def replay(args: Namespace) -> int:
    """Play a script. Without --data it plays into a store that is thrown away; a live store is never written to."""
    site = opening.site(args)
    clock = ReplayClock()
    with (
        opening.store_errors(),
        _folder(args) as folder,
        _lines(args.file) as lines,
        open_replay_store(folder, site, clock) as store,
    ):
        engine = Engine(site, store, TagField(lambda: bool(site.station.readers)))
        teller = Teller(engine, as_json=args.json)
        try:
            for number, step in parse(lines):
                outcome = play(engine, clock, step)
                if outcome is not None:
                    teller.tell(step, outcome)
                if outcome is not None and not outcome.stored:
                    raise UsageError(f"line {number} could not be stored; everything before it is")
        except ScriptError as error:
            raise UsageError(f"{args.file}: {error}; what stands before it was played") from error
        teller.summary()
    return Exit.FINE


def open_replay_store(folder: Path, site: Site, clock: ReplayClock) -> Store:
    return Store.open(
        folder,
        station=site.station.id,
        prefix=site.station.prefix,
        clock=clock,
        purpose="replay",
        epoch=EPOCH,
    )


class Teller:
    """Prints what each step led to: one JSON document a line, or one line for people."""

    def __init__(self, engine: Engine, *, as_json: bool) -> None:
        self._engine = engine
        self._as_json = as_json
        self._translator = Translator("en")
        self._steps = 0
        self._events = 0
        self._refused = 0

    def tell(self, step: Step, outcome: Outcome) -> None:
        self._steps += 1
        self._events += len(outcome.events)
        self._refused += outcome.refusal is not None
        if self._as_json:
            print_json(self._document(step, outcome))
            return
        for recorded in outcome.events:
            print(as_line(recorded))
        if outcome.refusal is not None:
            print(f"{'':>8} refused: {self._translator.text(outcome.refusal.message)}")

    def summary(self) -> None:
        if not self._as_json:
            print(f"{self._steps} inputs, {self._events} events, {self._refused} refused")

    def _document(self, step: Step, outcome: Outcome) -> dict[str, object]:
        text = self._translator.text
        refusal = outcome.refusal
        first = outcome.events[0].seq if outcome.events else 0
        entries = self._engine.store.entries(since=first - 1) if outcome.events else ()
        prompt = msgspec.to_builtins(outcome.prompt)
        prompt["text"] = text(outcome.prompt.instruction)
        return {
            "input": msgspec.to_builtins(step),
            "events": [as_document(recorded, link) for recorded, link in entries],
            "prompt": prompt,
            "refusal": None if refusal is None else {"code": refusal.code, "message": text(refusal.message)},
        }


@contextmanager
def _folder(args: Namespace) -> Iterator[Path]:
    if args.data is not None or os.environ.get(DATA_VARIABLE):
        yield opening.data(args)
        return
    complain("rl-station: playing into a store that is thrown away; --data DIR keeps it")
    with tempfile.TemporaryDirectory(prefix="rl-station-replay-") as folder:
        yield Path(folder)


@contextmanager
def _lines(file: Path) -> Iterator[Iterator[bytes]]:
    if str(file) == "-":
        yield iter(sys.stdin.buffer)
        return
    try:
        with file.open("rb") as opened:
            yield iter(opened)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
