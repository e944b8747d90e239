"""`rl-station recalls`: take published lists in, show them, find the units they mean, and reverse one that does not hold."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.domain.recalls import Article, Hit, Recall, RecallTable, Reversal, age_days, find
from rl_station.domain.scan import shown
from rl_station.settings import Site
from rl_station.settings.paths import config_dir
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.recall_files import Header, read_feeds, write_feed, write_reversals
from rl_station.settings.recall_sources import read_published
from rl_station.store import open_reader
from rl_station.store.records import StoreRecords
from rl_station.workflow.knowledge import UnitRecord
from rl_station.workflow.recalls import late_hit


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the work list. `todo`: set_aside, warn (it has left) or decide_anew (its recall was reversed)."""

    unit: str
    todo: str
    recall: str
    how: str
    ask: str
    hazard: str
    client: str
    name: str
    disposition: str
    bin: str
    container: str


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one file. `passed` as in `Published`."""

    source: str
    snapshot: str
    recalls: int
    new: int
    passed: tuple[str, ...]


def import_(args: Namespace) -> int:
    """Files into recalls/ of the configuration: a notice that is there already is replaced, the others stay."""
    folder = _folder(args)
    problems: list[Problem] = []
    lists = [found for file in args.files if (found := read_published(file, args.source, problems))]
    feeds = {feed.header.source: feed.recalls for feed in read_feeds(folder, problems).feeds}
    if problems:
        raise UsageError("nothing was imported:\n" + "\n".join(map(str, problems)))
    for published in lists:
        before = feeds.get(published.source, ())
        fresh = {recall.reference for recall in published.recalls}
        kept = tuple(recall for recall in before if recall.reference not in fresh)
        feeds[published.source] = (*kept, *published.recalls)
        done = Imported(
            source=published.source,
            snapshot=args.snapshot or published.snapshot or _today(),
            recalls=len(published.recalls),
            new=len(fresh.difference(recall.reference for recall in before)),
            passed=published.passed,
        )
        _written(partial(write_feed, folder, Header(done.source, done.snapshot), feeds[done.source]))
        _print_imported(done, as_json=args.json)
    return Exit.FINE


def list_(args: Namespace) -> int:
    """Print what stands. Exit 1 where the list is older than the site allows."""
    table = opening.site(args).reference.recalls()
    age = age_days(table.snapshot, _now())
    old = age is None or age > table.warn_after_days
    if args.json:
        about = {"snapshot": table.snapshot, "age_days": age, "old": old, "version": table.version}
        print_json({**about, "recalls": table.recalls, "reversed": list(table.reversals.values())})
        return Exit.FOUND if old else Exit.FINE
    for recall in table.recalls:
        print(f"{shown(recall.reference):<16} {recall.date or '-':<10} {shown(_means(recall))}  {shown(recall.hazard)}")
    for reversal in table.reversals.values():
        print(f"{shown(reversal.reference):<16} {reversal.date:<10} reversed: {shown(reversal.reason)}")
    warning = f", older than {table.warn_after_days} days: import a new one" if old else ""
    print(f"{len(table.recalls)} recalled articles as of {table.snapshot}, {age} days old{warning}")
    return Exit.FOUND if old else Exit.FINE


def affected(args: Namespace) -> int:
    """Print the work list. Exit 1 where there is something to do."""
    site = opening.site(args)
    with opening.store_errors(), open_reader(opening.data(args)) as reader:
        found = list(work_list(site, reader.records))
    if args.json:
        print_json({"snapshot": site.reference.recalls().snapshot, "units": found})
    for each in () if args.json else found:
        place = each.container or each.bin or "-"
        asked = f" (ask: {each.ask})" if each.ask else ""
        print(f"{each.unit}  {each.todo:<11}  {shown(each.recall)} by {each.how}{asked}  {place}  {shown(each.name)}")
    if not args.json:
        print(f"{len(found)} units; scan those to set aside, or to decide anew, in TRACE")
    return Exit.FOUND if found else Exit.FINE


def reverse(args: Namespace) -> int:
    """Note that a recall does not hold. Units that were taken out for it are decided anew when they are scanned."""
    folder = _folder(args)
    table = opening.site(args).reference.recalls()
    references = {recall.reference for recall in table.recalls}
    if args.reference not in references:
        known = "was reversed already" if args.reference in table.reversals else "is not on the list"
        hint = nearest(args.reference, references)
        raise UsageError(f"{args.reference} {known}." + (f" Did you mean {hint}?" if hint else ""))
    if not args.reason.strip():
        raise UsageError("A reversal needs a reason: it stands in the records.")
    problems: list[Problem] = []
    fresh = Reversal(reference=args.reference, reason=args.reason.strip(), date=_today())
    path = _written(lambda: write_reversals(folder, (*read_feeds(folder, problems).reversals, fresh)))
    if args.json:
        print_json(fresh)
    else:
        print(f"{args.reference} is reversed ({path}). `rl-station recalls affected` lists its units.")
    return Exit.FINE


def work_list(site: Site, records: StoreRecords) -> Iterator[Affected]:
    """Units that a later recall means and that are here, those that have left, and those whose recall was reversed."""
    table = site.reference.recalls()
    for record in _candidates(site, table, records).values():
        hit = late_hit(record, records, site.reference)
        if hit is not None:
            yield _affected(record, "warn" if record.status == "shipped" else "set_aside", hit)
    for reversal in table.reversals.values():
        for record in records.units_recalled(reversal.reference):
            if record.status != "shipped":
                yield _affected(record, "decide_anew", Hit(Recall(reference=reversal.reference), "reversed"))


def _candidates(site: Site, table: RecallTable, records: StoreRecords) -> dict[str, UnitRecord]:
    """Every unit whose code or article some notice names, whatever its lot."""
    found = {record.unit: record for gtin in table.by_gtin for record in records.units_by_gtin(gtin)}
    for product in site.reference.facts.products:
        article = Article(gtins=product.gtins, brand=product.brand, names=(product.name, product.sku))
        if find(table, article):
            found.update((record.unit, record) for record in records.units_by_product(product.client, product.sku))
    return found


def _affected(record: UnitRecord, todo: str, hit: Hit) -> Affected:
    return Affected(
        unit=record.unit,
        todo=todo,
        recall=hit.recall.reference,
        how=hit.how,
        ask=hit.ask,
        hazard=hit.recall.hazard,
        client=record.client,
        name=record.name,
        disposition=record.disposition,
        bin=record.bin,
        container=record.container,
    )


def _print_imported(done: Imported, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    passed = f"; {len(done.passed)} passed over, with no GTIN and no model to compare with" if done.passed else ""
    print(f"{done.source}: {done.recalls} recalled articles, {done.new} new notices, as of {done.snapshot}{passed}")


def _means(recall: Recall) -> str:
    what = " ".join(recall.gtins) or f"{recall.brands[0]}: {', '.join(recall.models)}"
    return f"{what} lot {', '.join(recall.lots)}" if recall.lots else what


def _folder(args: Namespace) -> Path:
    folder = config_dir(args.config)
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise UsageError(f"Recalls are kept beside the configuration, and {folder} cannot be written to.")
    return folder


def _written(write: Callable[[], Path]) -> Path:
    try:
        return write()
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from error


def _now() -> int:
    return int(datetime.now(UTC).timestamp()) * 1_000_000


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
