"""What the goods' files say: valid GTINs and SSCCs, one article per name, returns of articles that exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rl_station.domain.identifiers import has_gs1_check_digit, parse_sscc
from rl_station.settings.content import gtin14
from rl_station.settings.csv_models import SHARED, ReturnRow
from rl_station.settings.csv_tables import Numbered
from rl_station.settings.parsed import PRODUCTS_FILE, RETURNS_FILE, Parsed
from rl_station.settings.problems import Problem, nearest

_HEX = frozenset("0123456789ABCDEFabcdef")


def check_products(parsed: Parsed) -> Iterator[Problem]:
    articles: dict[tuple[str, str], int] = {}
    gtins: dict[tuple[str, str], int] = {}
    for numbered in parsed.products or ():
        line, row = numbered.line, numbered.row
        yield from _unknown(PRODUCTS_FILE, line, "client", row.client, parsed.clients)
        yield from _unknown(PRODUCTS_FILE, line, "category", row.category, parsed.categories)
        if (row.client, row.sku) in articles:
            before = articles[row.client, row.sku]
            yield Problem(PRODUCTS_FILE, line, "sku", f"{row.client} has {row.sku!r} in line {before} already")
        articles.setdefault((row.client, row.sku), line)
        for gtin in row.gtins:
            key = (row.client, gtin14(gtin))
            if not has_gs1_check_digit(gtin):
                yield Problem(PRODUCTS_FILE, line, "gtins", f"{gtin!r} has a wrong check digit")
            elif key in gtins:
                yield Problem(PRODUCTS_FILE, line, "gtins", f"{gtin!r} is in line {gtins[key]} already")
            gtins.setdefault(key, line)


def check_streams(parsed: Parsed) -> Iterator[Problem]:
    """Where electrical waste is sorted by category, what has a battery needs one: it would go with the mixed waste."""
    sorted_out = any(bin_.weee for bin_ in (parsed.bins or {}).values())
    for numbered in parsed.products or () if sorted_out else ():
        row = numbered.row
        if (row.battery or row.data_bearing) and not row.weee:
            message = f"{row.sku!r} is electrical, and has no WEEE category: no bin for electrical waste takes it"
            yield Problem(PRODUCTS_FILE, numbered.line, "weee", message, severity="warning")


def check_recalls(parsed: Parsed) -> Iterator[Problem]:
    if parsed.recalls is None:
        return
    layers = parsed.layers["recalls"]
    known = {gtin14(gtin) for numbered in parsed.products or () for gtin in numbered.row.gtins}
    for index, recall in enumerate(parsed.recalls.recalls):
        places = [(("recalls", index, "gtin"), recall.gtin)] if recall.gtin else []
        places += [(("recalls", index, "gtins"), gtin) for gtin in recall.gtins]
        for place, gtin in places:
            if not has_gs1_check_digit(gtin):
                yield layers.problem(place, f"{gtin!r} has a wrong check digit")
            elif parsed.products is not None and gtin14(gtin) not in known:
                yield layers.problem(place, f"no article in {PRODUCTS_FILE} has the GTIN {gtin!r}", warning=True)


def check_returns(parsed: Parsed) -> Iterator[Problem]:
    skus = None if parsed.products is None else {(found.row.client, found.row.sku) for found in parsed.products}
    first: dict[str, Numbered[ReturnRow]] = {}
    lines: set[tuple[str, int]] = set()
    for numbered in parsed.returns or ():
        row, line = numbered.row, numbered.line
        before = first.setdefault(row.rma, numbered)
        yield from _disagreements(before, numbered)
        if (row.rma, row.line) in lines:
            yield Problem(RETURNS_FILE, line, "line", f"{row.rma} has a line {row.line} already")
        lines.add((row.rma, row.line))
        yield from _row(numbered, parsed, skus)


def _disagreements(first: Numbered[ReturnRow], later: Numbered[ReturnRow]) -> Iterator[Problem]:
    for column in SHARED:
        if getattr(first.row, column) != getattr(later.row, column):
            yield Problem(RETURNS_FILE, later.line, column, f"differs from line {first.line} of the same return")


def _row(numbered: Numbered[ReturnRow], parsed: Parsed, skus: Collection[tuple[str, str]] | None) -> Iterator[Problem]:
    row, line = numbered.row, numbered.line
    yield from _unknown(RETURNS_FILE, line, "client", row.client, parsed.clients)
    if skus is not None and (row.client, row.sku) not in skus:
        hint = nearest(row.sku, [sku for client, sku in skus if client == row.client])
        yield Problem(RETURNS_FILE, line, "sku", f"{row.client} has no article {row.sku!r}", hint)
    for sscc in row.sscc:
        if parse_sscc(sscc) is None:
            yield Problem(RETURNS_FILE, line, "sscc", f"{sscc!r} is not an SSCC: 18 digits with a check digit")
    for epc in row.epcs:
        if len(epc) % 4 or not set(epc) <= _HEX:
            yield Problem(RETURNS_FILE, line, "epcs", f"{epc!r} is not an EPC: hexadecimal in words of 16 bits")
    for column, found in (("serials", row.serials), ("epcs", row.epcs)):
        if len(found) > row.quantity:
            yield Problem(RETURNS_FILE, line, column, f"has {len(found)} for a quantity of {row.quantity}")


def _unknown(file: str, line: int, what: str, name: str, valid: Collection[str] | None) -> Iterator[Problem]:
    if valid is not None and name not in valid:
        yield Problem(file, line, what, f"there is no {what} {name!r}", nearest(name, valid))
