"""Runs seeds of the simulation, or cuts the power, as often as asked; prints what broke, and how to have it again.

Called by scripts/simulate.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "store")]

from sim_run import Outcome, run  # noqa: E402  # after the path


def main() -> int:
    arguments = _parser().parse_args()
    if not arguments.verbose:
        logging.disable(logging.CRITICAL)
    if arguments.power_cuts:
        return _power_cuts(arguments.power_cuts, arguments.start)
    if arguments.seed is not None:
        outcome = run(arguments.seed)
        if arguments.verbose:
            print("\n".join(outcome.timeline))
        print(_line(outcome))
        return 1 if outcome.broken else 0
    return _seeds(arguments.start, arguments.seeds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds to live through (default 200)")
    parser.add_argument("--start", type=int, default=1, help="the first of them (default 1)")
    parser.add_argument("--seed", type=int, help="just this one")
    parser.add_argument("--verbose", action="store_true", help="with --seed: print its timeline")
    parser.add_argument(
        "--power-cuts", type=int, metavar="N", help="instead: cut the power at N places of a station's day"
    )
    return parser


def _seeds(start: int, count: int) -> int:
    began = time.monotonic()
    broken: list[Outcome] = []
    happened: Counter[str] = Counter()
    events = 0
    for seed in range(start, start + count):
        outcome = run(seed)
        happened.update(outcome.happened)
        events += outcome.events
        if outcome.broken:
            broken.append(outcome)
            print(_line(outcome), flush=True)
    for name, times in happened.most_common():
        print(f"{times:8} {name}")
    took = time.monotonic() - began
    print(f"{count} seeds, {events} events, {sum(happened.values())} troubles, {took:.0f} s: {len(broken)} broken")
    return 1 if broken else 0


def _line(outcome: Outcome) -> str:
    said = (
        f"BROKEN: {outcome.broken}\n  again: scripts/simulate --seed {outcome.seed} --verbose"
        if outcome.broken
        else "kept"
    )
    return f"seed {outcome.seed} ({outcome.events} events): {said}"


def _power_cuts(count: int, start: int) -> int:
    import random  # noqa: PLC0415

    from power_cut import a_day, points, scratch, try_cuts  # noqa: PLC0415

    bad: list[str] = []
    with scratch() as folder:
        tape = a_day(folder / "day")
        chance = random.Random(start)  # noqa: S311  # no secret
        opened = try_cuts(
            tape,
            points(tape, count, chance),
            chance,
            folder,
            lambda cut, wrong: bad.append(f"after {cut.after} calls, {cut.kind}: {wrong}"),
        )
    print("\n".join([*bad, f"{opened} states opened: {len(bad)} broken"]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
