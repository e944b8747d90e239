"""Mistakes in rework.toml, and between it and the rules: each with file, line, key and the nearest valid name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from own_site import change, only

from rl_station.domain.rework import following
from rl_station.settings import check, load_site
from rl_station.settings.paths import example_site


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "said", "suggestion"),
    [
        (
            "dispositions.toml",
            r'^steps = \["wipe"\]',
            'steps = ["wype"]',
            "outcomes.wipe.steps[1]",
            "no rework step",
            "wipe",
        ),
        ("rework.toml", "^seconds = 60", "seconds = -1", "steps.wipe.seconds", "greater than or equal to 0", ""),
        ("rework.toml", "^secon", "sekon", "steps.wipe.sekonds", "is not a known key", "seconds"),
        ("rework.toml", r'"display", "battery"', '"dispaly", "battery"', "steps.repair.parts[1]", "no part", "display"),
        ("rework.toml", r'"clear", "purge"', '"cleer", "purge"', "steps.wipe.methods[1]", "no method", "clear"),
        (
            "rework.toml",
            r'^next = \{ failed = "regrade" \}',
            'next = { failed = "regrad" }',
            "steps.wipe.next.failed",
            "no rework step 'regrad'",
            "regrade",
        ),
        (
            "rework.toml",
            r'^next = \{ failed = "regrade" \}',
            'next = { failed = "regrade" }\nresults = ["done"]',
            "steps.wipe.next.failed",
            "not among the results",
            "",
        ),
        (
            "rework.toml",
            r'^next = \{ failed = "regrade" \}',
            'results = ["failed"]\nnext = { failed = "regrade" }',
            "steps.wipe.results",
            "nothing can be done here",
            "",
        ),
        ("rework.toml", "SP-BOX", "SP-CLOTH", "parts.box.codes[1]", "belongs to 'wipes' already", ""),
    ],
)
def test_every_mistake_is_named_with_its_place(  # noqa: PLR0913, PLR0917  # one column each
    config: Path, file: str, old: str, new: str, key: str, said: str, suggestion: str
) -> None:
    line = change(config, file, old, new)
    problem = only(config)
    assert (problem.file, problem.key, problem.suggestion) == (file, key, suggestion)
    assert abs(problem.line - line) <= 1
    assert said in problem.message


def test_steps_that_lead_back_to_themselves_are_refused(config: Path) -> None:
    change(config, "rework.toml", r'^next = \{ failed = "regrade" \}', 'next = { failed = "clean" }')
    change(config, "rework.toml", r'^next = \{ failed = "regrade" \}', 'next = { failed = "wipe" }')
    found = check(config, environ={})
    assert [problem.key for problem in found] == ["steps.wipe.next", "steps.clean.next"]
    assert all("might never end" in problem.message for problem in found)


def test_a_site_without_rework_has_no_rules_that_ask_for_it(config: Path) -> None:
    (config / "rework.toml").unlink()
    assert {problem.file for problem in check(config, environ={})} == {"dispositions.toml"}
    text = (config / "dispositions.toml").read_text("utf-8")
    (config / "dispositions.toml").write_text(re.sub(r"^steps = .*\n", "", text, flags=re.MULTILINE), "utf-8")
    assert check(config, environ={}) == []


def test_the_example_wipes_with_a_method_and_evidence_and_grades_at_once_where_that_fails() -> None:
    wipe = load_site(example_site(), environ={}).rework.step("wipe")
    assert wipe.methods
    assert wipe.evidence
    assert following(wipe, "done", ("clean",)) == ("clean",)
    assert following(wipe, "failed", ("clean",)) == ()
