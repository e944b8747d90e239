"""Whether a question has what its kind of answer needs, and nothing that only another kind has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rl_station.settings.checklist_models import QuestionModel
from rl_station.settings.documents import Layers
from rl_station.settings.problems import Problem
from rl_station.settings.toml_positions import Path

_LEAST_CHOICES = 2
_KEYS = 9

_ONLY: Mapping[str, tuple[str, ...]] = {
    "unit": ("number",),
    "min": ("number",),
    "max": ("number",),
    "bands": ("number",),
    "codes": ("scan",),
    "seconds": ("timer",),
    "then": ("text", "scan", "photo", "timer"),
}
"""Which kinds a key belongs to."""


def check_kind(question: QuestionModel, place: Path, layers: Layers) -> Iterator[Problem]:
    """What is too much, and what is missing."""
    for key in sorted(question.model_fields_set & _ONLY.keys()):
        if question.kind not in _ONLY[key]:
            yield layers.problem((*place, key), f"a question of the kind {question.kind} has no {key!r}")
    keys = len(question.options) + len(question.bands) + (question.kind == "timer")
    if question.kind == "choice" and keys < _LEAST_CHOICES:
        yield layers.problem((*place, "options"), "two answers at least have to be there")
    if keys > _KEYS:
        yield layers.problem((*place, "options"), f"{keys} answers; there are keys for {_KEYS}")
    if question.kind == "timer" and not question.seconds:
        yield layers.problem(place, "how many `seconds` does it take at least?")
