"""Work on a unit before it goes on: the steps a decision can ask for, their parts and methods. Content comes from config."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

RESULTS = ("done", "failed", "not_needed")
REGRADE = "regrade"
"""In the place of a next step: the rest is left out, and the unit is graded at once."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is built in or packed beside. `codes` are what its own barcodes say; `texts` by language."""

    id: str
    text: str
    texts: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...] = ()


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """How a step can be done, such as a way of wiping data. NIST SP 800-88 Rev. 1, table 5-1, names those of media."""

    id: str
    text: str
    texts: tuple[tuple[str, str], ...] = ()


class WorkStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step. `seconds`: what it takes at least.

    `parts` are asked for by name; `methods`, where there are any, have to be chosen from; with `evidence` the step is only done
    with the reference of a certificate or log. `next`: result and the step that follows then, or `regrade`.
    """

    id: str
    text: str
    texts: tuple[tuple[str, str], ...] = ()
    seconds: int = 0
    parts: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    evidence: bool = False
    results: tuple[str, ...] = RESULTS
    next: tuple[tuple[str, str], ...] = ()


class WorkTable(msgspec.Struct, frozen=True):
    """The site's steps, parts and methods by name."""

    steps: Mapping[str, WorkStep] = {}
    parts: Mapping[str, Part] = {}
    methods: Mapping[str, Method] = {}

    def step(self, name: str) -> WorkStep:
        """One that the table no longer has is still done: by its name, without a least time."""
        return self.steps.get(name) or WorkStep(id=name, text=name)


def following(step: WorkStep, result: str, rest: tuple[str, ...]) -> tuple[str, ...]:
    """What is left to do after a step with this result, where `rest` came after it."""
    named = dict(step.next).get(result, "")
    if named == REGRADE:
        return ()
    return (named, *rest) if named else rest
