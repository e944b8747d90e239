"""A measured figure with its bar, and the percentiles it is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

Detail = Mapping[str, float | str]


class CannotMeasureError(Exception):
    """Something that a figure stands on did not work. The message says what, for a person."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the document.

    `bar` is the limit and `ok` whether it was met, both None where there is none. `detail` holds what the value is made of,
    with units in its names; `note` is what a reader has to know.
    """

    name: str
    value: float | None
    unit: str
    bar: float | None = None
    ok: bool | None = None
    note: str = ""
    detail: Detail = field(default_factory=dict)


def at_most(figure: Figure, bar: float) -> Figure:
    """Judged: good up to the bar. A figure that could not be measured has missed it."""
    return replace(figure, bar=bar, ok=figure.value is not None and figure.value <= bar)


def at_least(figure: Figure, bar: float) -> Figure:
    """Judged: good from the bar on."""
    return replace(figure, bar=bar, ok=figure.value is not None and figure.value >= bar)


def percentile(samples: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest sample that `share` per cent do not exceed."""
    if not samples:
        raise CannotMeasureError("there are no samples")
    return sorted(samples)[max(0, math.ceil(share / 100 * len(samples)) - 1)]


def spread(samples: Sequence[float], unit: str, *, prefix: str = "") -> dict[str, float]:
    """How samples are spread: their number, median, 99th percentile and maximum."""
    return {
        f"{prefix}p50_{unit}": percentile(samples, 50),
        f"{prefix}p99_{unit}": percentile(samples, 99),
        f"{prefix}max_{unit}": max(samples),
        f"{prefix}samples": len(samples),
    }
