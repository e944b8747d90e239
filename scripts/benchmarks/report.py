"""The document: for programs as JSON, for people as a table."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.figure import Figure

_DIGITS = 4


def as_json(machine: Mapping[str, float | str], figures: Sequence[Figure]) -> str:
    document = {"machine": dict(machine), "figures": [dataclasses.asdict(figure) for figure in figures]}
    return json.dumps(_rounded(document), ensure_ascii=False, indent=2)


def as_table(machine: Mapping[str, float | str], figures: Sequence[Figure]) -> str:
    return "\n".join(_lines(machine, figures))


def _lines(machine: Mapping[str, float | str], figures: Sequence[Figure]) -> Iterator[str]:
    yield ", ".join(f"{name} {_shown(value)}" for name, value in machine.items())
    yield ""
    wide = max((len(figure.name) for figure in figures), default=0)
    for figure in figures:
        verdict = {None: "", True: "ok", False: "MISSED"}[figure.ok]
        bar = "" if figure.bar is None else f"bar {_shown(figure.bar)}"
        value = "-" if figure.value is None else _shown(figure.value)
        yield f"{figure.name:<{wide}}  {value:>9} {figure.unit:<6} {bar:<10} {verdict}".rstrip()
        if figure.note:
            yield f"{'':<{wide}}  {figure.note}"
        if figure.detail:
            yield f"{'':<{wide}}  " + ", ".join(f"{name} {_shown(value)}" for name, value in figure.detail.items())


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else str(_rounded(value))


def _rounded(value: object) -> object:
    """Four digits that mean something; whole numbers whole."""
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    if not isinstance(value, float):
        return value
    if value.is_integer() or abs(value) >= 10**_DIGITS:
        return round(value)
    return float(f"{value:.{_DIGITS}g}")
