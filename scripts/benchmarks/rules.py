"""How fast the rules decide, and how long a year's decisions take under a draft of them."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import msgspec

from benchmarks import bulk
from benchmarks.bench import Bench
from benchmarks.bench_site import load, make_site
from benchmarks.figure import CannotMeasureError, Figure, at_most
from rl_station.domain.events import DispositionDecided, Event
from rl_station.domain.grades import COSMETIC, FUNCTIONAL, PACKAGING
from rl_station.domain.rules import FIELDS, Inputs, RuleTable, decide_disposition, inputs_of
from rl_station.settings import Site
from rl_station.station.clocks import SystemClock
from rl_station.store import Store

DECISIONS, REPLAY = "rules_decisions_per_s", "rules_replay_100k_s"
NAMES = (DECISIONS, REPLAY)
BAR = 60.0

_DECISIONS = 50_000
_UNITS = 100_000
_TOGETHER = 20_000
_MORE = "value >= 2000"
_DRAFT = "value >= 9000"


def measure(bench: Bench) -> list[Figure]:
    """Units of every kind under the example's rules; the replay is the command itself, from its start to its last line."""
    with bench.scratch() as scratch:
        config = make_site(scratch)
        site = load(config)
        units = list(islice(_units(site), bench.samples(_DECISIONS)))
        began = time.perf_counter()
        for inputs in units:
            decide_disposition(site.rules, inputs)
        rate = len(units) / (time.perf_counter() - began)
        wanted = bench.samples(_UNITS)
        bench.say(f"writing {wanted:,} decisions")
        _write(scratch / "data", site, wanted)
        seconds, moved = _replay(config, scratch / "data", _draft(config, scratch / "draft"), wanted)
    detail = {"units": wanted, "elsewhere": moved, "rules": len(site.rules.rules)}
    return [
        Figure(DECISIONS, rate, "1/s", detail={"rules": len(site.rules.rules)}),
        at_most(Figure(REPLAY, seconds, "s", detail=detail), BAR),
    ]


def _units(site: Site) -> Iterator[Inputs]:
    """The same units every time: any product in any condition."""
    chance = random.Random(6)  # noqa: S311 - no secret
    flags = sorted({flag for name in site.checklists for flag in _flags(site, name)})
    products = site.reference.facts.products
    while True:
        product = chance.choice(products)
        yield inputs_of(
            {
                **FIELDS,
                "brand": product.brand,
                "category": product.category,
                "client": product.client,
                "cosmetic": chance.choice(COSMETIC),
                "data_bearing": product.data_bearing,
                "flags": tuple(chance.sample(flags, chance.choice((0, 0, 1, 2)))),
                "functional": chance.choice(FUNCTIONAL),
                "match": "expected",
                "packaging": chance.choice(PACKAGING),
                "reason": chance.choice(("NA", "DR", "CO", "PF")),
                "sku": product.sku,
                "value": product.value,
                "wish": "refund",
            }
        )


def _flags(site: Site, checklist: str) -> Iterator[str]:
    for question in site.checklists[checklist].questions:
        for option in question.options:
            yield from option.flags


def _write(folder: Path, site: Site, units: int) -> None:
    with Store.open(
        folder, station=site.station.id, prefix=site.station.prefix, clock=SystemClock(), purpose="live", ballast=0
    ) as store:
        events = (_decided(site.rules, number, inputs) for number, inputs in zip(count(1), _units(site)))
        for _ in range(0, units, _TOGETHER):
            store.append(list(islice(events, min(_TOGETHER, units))), operator=bulk.OPERATOR)


def _decided(rules: RuleTable, number: int, inputs: Inputs) -> Event:
    decision = decide_disposition(rules, inputs)
    kept = set(DispositionDecided.__struct_fields__)
    same = {name: value for name, value in msgspec.structs.asdict(decision).items() if name in kept}
    return DispositionDecided(
        unit=f"U{number}",
        parcel=f"P{number}",
        client=dict(inputs)["client"],
        bin="B",
        rules_version=rules.version,
        inputs=inputs,
        **same,
    )


def _draft(config: Path, draft: Path) -> Path:
    draft.mkdir()
    shutil.copy(config / "dispositions.toml", draft)
    file = draft / "dispositions.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(_MORE, _DRAFT), encoding="utf-8")
    return draft


def _replay(config: Path, data: Path, draft: Path, wanted: int) -> tuple[float, int]:
    command = [str(Path(sys.executable).with_name("rl-station")), "rules", "diff", str(draft), "--json"]
    began = time.perf_counter()
    ran = subprocess.run(  # noqa: S603 - our own command
        [*command, "--config", str(config), "--data", str(data)], capture_output=True, check=False
    )
    seconds = time.perf_counter() - began
    if not ran.stdout:
        raise CannotMeasureError(ran.stderr.decode(errors="replace"))
    told = msgspec.json.decode(ran.stdout)
    if told["units"] != wanted or not told["elsewhere"]:
        raise CannotMeasureError(f"the replay looked at {told['units']} of {wanted} units")
    return seconds, len(told["elsewhere"])
