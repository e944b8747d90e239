"""Rules with mistakes: every one is named by file, line, key and the nearest valid name, before a unit meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_site import change, only, problems

from rl_station.settings import ConfigError, load_site

RULES = "dispositions.toml"
EXAMPLES = "rules_examples.toml"


@pytest.fixture
def config(config: Path) -> Path:
    """Rules are looked at by themselves here."""
    (config / EXAMPLES).unlink()
    return config


def rule(when: str, outcomes: str = '"hold"', more: str = "") -> str:
    return f'[[rules]]\nid = "tried"\noutcomes = {outcomes}\nreason = "x"\n{more}\nwhen = {when!r}\n\n'


def put(config: Path, text: str) -> int:
    """Put lines before the rule for swapped goods; the line on which they begin."""
    return change(config, RULES, r'\[\[rules\]\]\nid = "swapped"', f'{text}[[rules]]\nid = "swapped"')


CONDITIONS = [
    ("recal", "no 'recal'", "recall"),
    ('"parts_mising" in flags', "'parts_mising' is never a value of flags", "parts_missing"),
    ('any(flags, ["swelling", "leek"])', "'leek' is never", "leak"),
    ('any(hazards, ["smok"])', "'smok' is never", "smoke"),
    ('client in ["nordwerk", "velor"]', "'velor' is never", "velora"),
    ('category == "phone"', "'phone' is never", "phones"),
    ('"laptop" == category', "'laptop' is never", "laptops"),
    ('functional == "F7"', "'F7' is never", ""),
    ('reason == "XX" || recall', "'XX' is never", ""),
    ('wish != "refnd"', "'refnd' is never", "refund"),
    ('match == "other-client"', "'other-client' is never", "other_client"),
    ('brand == "Fjel"', "'Fjel' is never", "Fjell"),
    ('any(channels_prohibited, ["outlt"])', "'outlt' is never", "outlet"),
    ('value == "12"', "which is a whole number", ""),
    ("client == 3", "which is text", ""),
    ('recall == "yes"', "which is true or false", ""),
    ('flags == "heat"', "flags is a list", ""),
    ('"phones" in category', "cannot be evaluated", ""),
    ("value > 1.5 && flags", "not true or false", ""),
    ("value >= 5000 && value < 100", "at least 5000 and at most 99", ""),
    ('client == "velora" && client in ["nordwerk"]', "client cannot be all of this", ""),
    ('client == "velora" && client != "velora"', "client cannot be all of this", ""),
    ("1 > 2", "never holds", ""),
    ("false", "never holds", ""),
    ("flags.exists(f, f == 'heat')", "walks a list", "any"),
    ('client.matches("(a+)+$")', "no function 'matches'", ""),
    ("true // recall", "a comment", ""),
    ("(" * 40 + "recall" + ")" * 40, "40 deep", ""),
    ("recall" + " && recall" * 200, "1000 is the most", ""),
    ("recall &&", "is no expression", ""),
]


@pytest.mark.parametrize(("when", "said", "hint"), CONDITIONS, ids=[each[0][:30] for each in CONDITIONS])
def test_a_condition_that_cannot_work_is_found_on_its_line(config: Path, when: str, said: str, hint: str) -> None:
    line = put(config, rule(when))
    found = only(config)
    assert (found.file, found.line, found.key, found.severity) == (RULES, line + 5, "rules[5].when", "error")
    assert said in found.message
    assert found.suggestion == hint
    assert len(str(found)) < 300


@pytest.mark.parametrize(
    ("text", "key", "said", "hint"),
    [
        (rule("recall", '"holdd"'), "rules[5].outcomes[1]", "no outcome and no disposition", "hold"),
        (rule("recall", '["outlet", "palet"]'), "rules[5].outcomes[2]", "no outcome", "pallet"),
        (rule("recall", '["outlet", "outlet"]'), "rules[5].outcomes[2]", "twice", ""),
        (rule("recall", more='aproval = "supervisor"'), "rules[5].aproval", "not a known key", "approval"),
        (rule("recall", more='approval = "supervisr"'), "rules[5].approval", "not one of", "supervisor"),
        (rule("recall", more='approve_when = "value > 1"'), "rules[5].approve_when", "not who", ""),
        (
            rule("recall", more='approval = "supervisor"\napprove_when = "valu > 1"'),
            "rules[5].approve_when",
            "no 'valu'",
            "value",
        ),
        (rule("swap && value > 5000", '"restock"').replace("tried", "recalled"), "rules[5].id", "twice", ""),
        ("[outcomes.nowhere]\ncosts = 5\n", "outcomes.nowhere.disposition", "is missing", ""),
        ('[outcomes.resell]\ndisposition = "hold"\n', "outcomes.resell.disposition", "name of a disposition", ""),
        ('[outcomes.air]\ndisposition = "hold"\n', "outcomes.air", "way to travel", ""),
        ('[outcomes.a]\ndisposition = "hold"\nchannel = "ground"\n', "outcomes.a.channel", "way to travel", ""),
        ('[outcomes.a]\ndisposition = "hold"\nchannel = "resell"\n', "outcomes.a.channel", "is a disposition", ""),
        ('[outcomes.a]\ndisposition = "holt"\n', "outcomes.a.disposition", "not one of", "hold"),
        ('[outcomes.a]\ndisposition = "hold"\ntravels = ["plane"]\n', "outcomes.a.travels[1]", "not one of", ""),
        ('[outcomes.a]\ndisposition = "hold"\ncosts = "valu * 2"\n', "outcomes.a.costs", "no 'valu'", "value"),
        ('[outcomes.a]\ndisposition = "hold"\nrecovers = "value * 0.5"\n', "outcomes.a.recovers", "evaluated", ""),
        ('[outcomes.a]\ndisposition = "hold"\nrecovers = "value > 5"\n', "outcomes.a.recovers", "whole number", ""),
        ('[outcomes.a]\ndisposition = "hold"\nrecovers = 1.5\n', "outcomes.a.recovers", "valid string", ""),
        ('[outcomes.a]\nlike = "restok"\n', "outcomes.a.like", "no outcome 'restok'", "restock"),
        ('[outcomes.a]\nlike = "b"\n[outcomes.b]\nlike = "a"\n', "outcomes.a.like", "a is like b is like a", ""),
        ('[outcomes.a]\nlike = "a"\n', "outcomes.a.like", "circle", ""),
        (
            '[[removals]]\nid = "r"\nreason = "x"\nremoves = ["airr"]\nwhen = "recall"\n',
            "removals[6].removes[1]",
            "no outcome, disposition, channel",
            "air",
        ),
        (
            '[[removals]]\nid = "always_hazard"\nreason = "x"\nremoves = ["air"]\nwhen = "recall"\n',
            "removals[6].id",
            "holds at every site",
            "",
        ),
        (
            '[[removals]]\nid = "unsafe"\nreason = "x"\nremoves = ["air"]\nwhen = "recall"\n',
            "removals[6].id",
            "twice",
            "",
        ),
        ('[[removals]]\nid = "r"\nreason = "x"\nremoves = ["air"]\nwhen = "no"\n', "removals[6].when", "no 'no'", ""),
        ('[[removals]]\nid = "r"\nreason = "x"\nremoves = ["air"]\n', "removals[6].when", "is missing", ""),
    ],
)
def test_a_mistake_is_found_where_it_stands(config: Path, text: str, key: str, said: str, hint: str) -> None:
    first = put(config, text)
    found = next((problem for problem in problems(config) if problem.key == key), None)
    assert found is not None, [str(problem) for problem in problems(config)]
    assert said in found.message
    assert found.suggestion == hint
    assert found.file == RULES
    assert first <= found.line <= first + text.count("\n")


def test_a_circle_of_outcomes_is_told_of_every_outcome_in_it(config: Path) -> None:
    put(config, '[outcomes.a]\nlike = "b"\n[outcomes.b]\nlike = "c"\n[outcomes.c]\nlike = "b"\n')
    assert [problem.key for problem in problems(config)] == [f"outcomes.{name}.like" for name in "abc"]


def test_an_outcome_without_a_bin_is_found_whoever_leads_to_it(config: Path) -> None:
    change(config, "bins.toml", r'^\[DONATE1\]\nname = "Charity"\ndispositions = \["donate"\]\n', "")
    put(config, rule("value > 100000", '"donate"'))
    found = problems(config)
    assert {problem.message for problem in found} == {"no bin in bins.toml takes 'donate'"}
    assert {problem.key for problem in found} == {"outcomes.charity.disposition", "rules[5].outcomes[1]"}


@pytest.mark.parametrize("when", ["", "true", "1 < 2", "swap", "swap && value > 100"])
def test_a_rule_that_can_never_decide_names_the_one_above_it(config: Path, when: str) -> None:
    change(config, RULES, r"^when = 'swap'", "when = 'value > 100 && swap'")
    put(config, rule(when))
    found = [problem.key for problem in problems(config)]
    assert "rules[6]" in found
    told = next(problem for problem in problems(config) if problem.key == "rules[6]")
    assert told.message == "the rule 'swapped' never decides: 'tried' above it holds whenever it does"


def test_a_rule_whose_outcome_may_be_taken_away_leaves_room_for_those_below(config: Path) -> None:
    put(config, rule("swap", '"restock"'))
    assert problems(config) == []


def test_the_last_rule_has_no_condition(config: Path) -> None:
    line = change(config, RULES, r'^reason = "Could not be graded.*?$', 'reason = "x"\nwhen = "value > 7"')
    found = only(config)
    assert (found.key, found.line) == ("rules[29].when", line + 1)
    assert "last rule must have no condition" in found.message


def test_the_last_rule_cannot_be_taken_away(config: Path) -> None:
    change(config, RULES, r'(?<=id = "undecided"\n)outcomes = "hold"', 'outcomes = "restock"')
    assert "nothing takes away" in only(config).message
    change(config, RULES, r'(?<=id = "undecided"\n)outcomes = "restock"', 'outcomes = ["restock", "recycle"]')
    assert problems(config) == []
    put(config, '[[removals]]\nid = "r"\nreason = "x"\nremoves = ["recycle"]\nwhen = "recall"\n')
    assert "nothing takes away" in only(config).message


def test_more_rules_than_anybody_could_read_are_refused(config: Path) -> None:
    many = "".join(rule(f"value == {number}").replace("tried", f"r{number}") for number in range(600))
    put(config, many)
    found = only(config)
    assert (found.file, found.key) == (RULES, "rules")
    assert "500" in found.message


def test_a_station_does_not_start_with_rules_that_have_mistakes(config: Path) -> None:
    put(config, rule("recal"))
    with pytest.raises(ConfigError, match="no 'recal' to ask about"):
        load_site(config, environ={})


@pytest.mark.parametrize(
    ("text", "key", "said", "hint"),
    [
        ('unit = { flag = ["heat"] }\ndisposition = "hold"', "unit.flag", "no 'flag'", "flags"),
        ('unit = { flags = "heat" }\ndisposition = "hold"', "unit.flags", "list of texts", ""),
        ('unit = { flags = ["haet"] }\ndisposition = "hold"', "unit.flags", "never a value", "heat"),
        ('unit = { client = ["velora"] }\ndisposition = "hold"', "unit.client", "one value", ""),
        ('unit = { client = "velor" }\ndisposition = "hold"', "unit.client", "never a value", "velora"),
        ('unit = { recall = "yes" }\ndisposition = "hold"', "unit.recall", "true or false", ""),
        ('unit = { value = true }\ndisposition = "hold"', "unit.value", "whole number", ""),
        ('unit = {}\ndisposition = "holt"', "disposition", "not one of", "hold"),
        ('unit = {}\ndisposition = "hold"\nrule = "recaled"', "rule", "no rule", "recalled"),
        ('unit = {}\ndisposition = "hold"\noutcome = "palet"', "outcome", "no outcome", "pallet"),
        ('unit = {}\ndisposition = "hold"\nexpectd = 5', "expectd", "not a known key", "expected"),
    ],
)
def test_an_example_of_a_unit_there_cannot_be_is_found(config: Path, text: str, key: str, said: str, hint: str) -> None:
    (config / EXAMPLES).write_text(f'[[examples]]\nname = "x"\n{text}\n')
    found = only(config)
    assert (found.file, found.key, found.suggestion) == (EXAMPLES, f"examples[1].{key}", hint)
    assert said in found.message


def test_a_site_without_examples_is_a_good_site(config: Path) -> None:
    assert problems(config) == []


def test_the_version_of_the_rules_changes_with_all_three_tables_and_not_with_comments(config: Path) -> None:
    versions = [load_site(config, environ={}).rules.version]
    for old, new in (
        (r"^costs = 150", "costs = 151"),
        (r'^removes = \["resell", "refurbish", "donate", "liquidate"\]', 'removes = ["resell", "refurbish"]'),
        (r"value >= 4000", "value >= 4001"),
    ):
        change(config, RULES, old, new)
        versions.append(load_site(config, environ={}).rules.version)
    assert len(set(versions)) == 4
    change(config, RULES, r"\A", "# a comment\n")
    assert load_site(config, environ={}).rules.version == versions[-1]
