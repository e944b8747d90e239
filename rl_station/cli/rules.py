"""`rl-station rules`: try the rules on their examples, and run what was decided through a draft of them."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.domain.rule_replay import Moved, Replayed, replay
from rl_station.settings.paths import config_dir
from rl_station.settings.problems import ConfigError
from rl_station.settings.rule_sets import RuleSet, load_rules, tried
from rl_station.store import open_reader


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Units that go to one disposition, as it was and as it would be, with their price new in minor units."""

    disposition: str
    was: int
    would_be: int
    was_value: int
    would_be_value: int


def test(args: Namespace) -> int:
    """Run the examples kept beside the rules. Exit 1 where one fails, or there are none to run."""
    rules = _rules(args, args.draft)
    failed = []
    for example in rules.examples:
        decision, wrong = tried(example.model, rules.table)
        if wrong:
            place = {"file": example.file, "line": example.line, "example": example.model.name}
            failed.append({**place, "wrong": wrong, "rule": decision.rule, "lost": decision.lost})
            if not args.json:
                print(f"{example.file}:{example.line}: {example.model.name}: {'; '.join(wrong)}")
    if args.json:
        print_json({"rules_version": rules.table.version, "examples": len(rules.examples), "failed": failed})
    else:
        print(f"{len(rules.examples)} examples, {len(failed)} failed (rules {rules.table.version})")
    return Exit.FOUND if failed or not rules.examples else Exit.FINE


def diff(args: Namespace) -> int:
    """Run the decisions of this station through a draft. Exit 1 where a unit would have gone elsewhere."""
    rules = _rules(args, args.draft)
    last: dict[str, Replayed] = {}
    with opening.store_errors(), open_reader(opening.data(args)) as reader:
        for decided in reader.decisions(since=args.since):
            known = rules.under_policy(decided.inputs)
            last[decided.unit] = replay(msgspec.structs.replace(decided, inputs=known), rules.table)
    moved = [each.moved for each in last.values() if each.moved is not None]
    totals = totals_of(last.values())
    if args.json:
        print_json(
            {
                "rules_version": rules.table.version,
                "units": len(last),
                "elsewhere": moved,
                "totals": totals,
                "value": sum(each.value for each in moved),
                "gain": sum(each.gain or 0 for each in moved),
                "gain_unknown": _unknown(moved),
            }
        )
    else:
        _print(rules.table.version, len(last), moved, totals)
    return Exit.FOUND if moved else Exit.FINE


def totals_of(replayed: Iterable[Replayed]) -> list[Totals]:
    """By disposition, in alphabetical order."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in replayed:
        counts[each.was, "was"] += 1
        counts[each.was, "was_value"] += each.value
        counts[each.would_be, "would_be"] += 1
        counts[each.would_be, "would_be_value"] += each.value
    return [
        Totals(
            disposition=name, **{key: counts[name, key] for key in ("was", "would_be", "was_value", "would_be_value")}
        )
        for name in sorted({name for name, _ in counts})
    ]


def _rules(args: Namespace, draft: Path | None) -> RuleSet:
    folder = config_dir(args.config)
    try:
        return load_rules(folder, draft)
    except ConfigError as error:
        where = f"the draft {draft} over {folder}" if draft else f"the configuration in {folder}"
        raise UsageError(f"{where} cannot be used:\n{error}") from error


def _print(version: str, units: int, moved: list[Moved], totals: list[Totals]) -> None:
    for each in moved:
        was, would_be = _way(each.was, each.was_outcome), _way(each.would_be, each.would_be_outcome)
        gain = "" if each.gain is None else f", {_money(each.gain, sign='+')}"
        print(
            f"{each.unit}  {was} -> {would_be}  ({each.was_rule} -> {each.would_be_rule})"
            f"  {_money(each.value)}{gain}  {each.reason}"
        )
    print(f"{'disposition':<18} {'was':>8} {'would be':>8} {'value':>14} {'would be':>14}")
    for line in totals:
        print(
            f"{line.disposition:<18} {line.was:>8} {line.would_be:>8} "
            f"{_money(line.was_value):>14} {_money(line.would_be_value):>14}"
        )
    at_stake, more = sum(each.value for each in moved), sum(each.gain or 0 for each in moved)
    unknown = f", {_unknown(moved)} left out of which nobody says what they bring" if _unknown(moved) else ""
    print(
        f"{len(moved)} of {units} units would have gone elsewhere, worth {_money(at_stake)} new; "
        f"they would bring {_money(more, sign='+')}{unknown} (rules {version})"
    )


def _unknown(moved: Iterable[Moved]) -> int:
    """Of how many a decision does not say what it brings: the sum is without them, which makes them neither gain nor loss."""
    return sum(each.gain is None for each in moved)


def _way(disposition: str, outcome: str) -> str:
    return disposition if outcome in ("", disposition) else f"{disposition}/{outcome}"


def _money(minor: int, sign: str = "") -> str:
    return f"{minor / 100:{sign},.2f}"
