"""The demo without a screen: parcels played by the demo's hands, each step printed as it happens."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.domain.events import ParcelReceived, UnitSorted
from rl_station.domain.scan import shown
from rl_station.i18n import Translator
from rl_station.settings import Site
from rl_station.station.compose import open_engine
from rl_station.station.demo import DemoWorker, play_parcels
from rl_station.station.engine import Outcome
from rl_station.station.replay import Step
from rl_station.station.tag_field import TagField
from rl_station.workflow import said


def play(site: Site, data: Path, args: Namespace) -> int:
    """Play `--parcels` parcels all the way; with --record, keep the inputs as a replay script."""
    received = units = 0
    with opening.store_errors(), _script(args.record) as script:
        engine = open_engine(site, data, "demo", TagField(lambda: bool(site.station.readers)))
        with engine.store:
            hands = DemoWorker(site, args.seed)
            hands.observe(engine.store.log())
            for step, outcome in play_parcels(engine, hands, args.parcels):
                received += sum(isinstance(line.event, ParcelReceived) for line in outcome.events)
                units += sum(isinstance(line.event, UnitSorted) for line in outcome.events)
                if script is not None:
                    script.write(msgspec.json.encode(step) + b"\n")
                if not args.json and step.epc is None:
                    print(_line(step, outcome))
    if args.json:
        print_json({"parcels": received, "units_sorted": units, "data": str(data)})
    else:
        print(f"{received} parcels received, {units} units sorted; the data is in {data}")
    return Exit.FINE


def _line(step: Step, outcome: Outcome) -> str:
    """What was scanned, what came of it, and what the worker is asked next."""
    text = Translator("en").text
    told = outcome.refusal.message if outcome.refusal else said(line.event for line in outcome.events)[1]
    mark = "NO" if outcome.refusal else "ok"
    return f"{shown(step.data or ''):<36} {mark} {text(told)}  ->  {text(outcome.prompt.instruction)}"


@contextmanager
def _script(target: Path | None) -> Iterator[BinaryIO | None]:
    if target is None:
        yield None
    elif str(target) == "-":
        yield sys.stdout.buffer
    else:
        try:
            with target.open("wb") as opened:
                yield opened
        except OSError as error:
            raise UsageError(f"{target}: {error.strerror}") from error
