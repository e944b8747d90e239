"""Checklists that cannot be asked, or promise what they cannot keep, are refused with file, line and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from own_site import change, problems

PHONES, COFFEE, REASONS = "checklists/phones.toml", "checklists/coffee_machines.toml", "reasons.toml"


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "said", "suggestion"),
    [
        (PHONES, "answer >= 90'", "answer > 90'", "questions[6].bands", "no band holds for 90", ""),
        (PHONES, "answer < 80'", "answer < 75'", "questions[6].bands", "no band holds for 75 to 79", ""),
        (PHONES, "answer < 80'", "answer < 83'", "questions[6].bands[3].when", "holds for 80 to 82 like 'worn'", ""),
        (PHONES, "answer < 80'", "answr < 80'", "questions[6].bands[3].when", "no 'answr' to ask about", "answer"),
        (PHONES, "answer < 80'", "answer'", "questions[6].bands[3].when", "not true or false", ""),
        (PHONES, "^max = 100", "max = 0", "questions[6].max", "more than `min`", ""),
        (PHONES, "^max = 100", "max = 900000", "questions[6].max", "too many", ""),
        (PHONES, "answer_screen == ", "answer_scren == ", "questions[10].when", "no 'answer_scren'", "answer_screen"),
        (PHONES, '== "cracked"', '== "crackd"', "questions[10].when", "never an answer of 'screen'", "cracked"),
        (PHONES, r"^when = .*", "when = 'answer_screen'", "questions[10].when", "not true or false", ""),
        (PHONES, r"^when = .*", "when = '[1].all(x, x > 0)'", "questions[10].when", "walks a list", "any"),
        (PHONES, '^kind = "photo"', 'kind = "foto"', "questions[10].kind", "not one of", "photo"),
        (PHONES, '^kind = "photo"', 'kind = "choice"', "questions[10].options", "two answers at least", ""),
        (PHONES, '^kind = "photo"', 'kind = "timer"', "questions[10]", "how many `seconds`", ""),
        (PHONES, '^kind = "photo"', 'kind = "photo"\nseconds = 3', "questions[10].seconds", "has no 'seconds'", ""),
        (PHONES, 'id = "not_shown"', 'id = "worn"', "questions[6].bands[2].id", "stands here twice", ""),
        (COFFEE, 'command = "OPENED"', 'command = "START"', "questions[1].options[2].command", "of its own", ""),
        (COFFEE, 'id = "drips"', 'id = "timer_start"', "questions[5].options[1].id", "of its own", ""),
        (PHONES, '"light", text', '"timer_finished", text', "questions[8].options[2].id", "of its own", ""),
        (PHONES, 'id = "none"', 'id = "given"', "questions[10].options[1].id", "of its own", ""),
        (COFFEE, '^id = "error"', 'id = "rinse"', "questions[6].id", "stands here twice", ""),
        (COFFEE, 'group = "coffee_machines"', 'group = "coffe_machines"', "scope.group", "no product", "coffee_machines"),
        (COFFEE, 'group = "coffee_machines"', 'client = "velorra"', "scope.client", "no client", "velora"),
        (COFFEE, 'group = "coffee_machines"', 'product = "KA-IRON-ST"', "scope.product", "without its `client`", ""),
        (COFFEE, ", group = .coffee_machines.", "", "scope", "", ""),
        (COFFEE, '"small_appliances"', '"small_appliance"', "scope.category", "no checklist is for all", "small_appliances"),
        (REASONS, r"^\[reasons.DR\]", "[reasons.DX]", "reasons.DX", "", ""),
        (REASONS, r'"factory_sealed" in flags', '"factory_sealed" in flgs', "reasons.DR.when", "no 'flgs'", "flags"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_checklist_is_named(  # noqa: PLR0913, PLR0917 - one column each
    config: Path, file: str, old: str, new: str, key: str, said: str, suggestion: str
) -> None:
    change(config, file, old, new)
    found = problems(config)
    assert [problem for problem in found if said in problem.message and problem.line], [str(each) for each in found]
    if suggestion:
        assert suggestion in [problem.suggestion for problem in found]
    if key != "scope":
        assert key in [problem.key for problem in found], [str(each) for each in found]


def write(config: Path, text: str) -> list[str]:
    """The toys' checklist is this one; gives what is said about it."""
    (config / "checklists" / "toys.toml").write_text(text, encoding="utf-8")
    return [f"{each.line}: {each.message}" for each in problems(config) if each.file == "checklists/toys.toml"]


def question(id_: str, *options: str, more: str = "") -> str:
    rows = ", ".join(f'{{ id = "o{number}", text = "O", {option} }}' for number, option in enumerate(options))
    return f'[[questions]]\nid = "{id_}"\ntext = "Q"\n{more}options = [{rows.replace(",  }", " }")}]\n'


TITLE = 'title = "Toys"\n'


def test_a_grade_that_every_way_makes_worse_is_listed(config: Path) -> None:
    text = (
        TITLE
        + question("a", 'functional = "F6"', 'functional = "F4"')
        + question("b", 'functional = "F3"', 'functional = "F2"')
    )
    found = write(config, text)
    assert [said for said in found if "F6" in said or "F4" in said] == [
        "5: no unit can end with F6: every way also finds a worse one",
        "5: no unit can end with F4: every way also finds a worse one",
    ]
    assert not [said for said in found if "F3" in said or "F2" in said]


def test_a_grade_counts_where_a_condition_can_pass_over_what_would_hide_it(config: Path) -> None:
    first = question("a", 'functional = "F6"', 'functional = "F4"')
    for source, hidden in (("answer_a == 'o1'", False), ("client == 'acme'", False), ("answer_a != 'o2'", True)):
        text = TITLE + first + question("b", 'functional = "F3"', 'functional = "F2"', more=f'when = "{source}"\n')
        assert any("F6" in said for said in write(config, text)) is hidden, source


def test_a_question_whose_condition_never_holds_is_found(config: Path) -> None:
    for source in ("answer_a == 'o0' && answer_a == 'o1'", "answer_b == 'o1'", "'mine' in flags && answer_a == 'o1'"):
        text = TITLE + question("a", 'flags = ["mine"]', "") + question("b", "", "", more=f'when = "{source}"\n')
        assert [said for said in write(config, text) if "never holds" in said], source


def test_a_way_back_that_only_a_condition_opens_is_refused(config: Path) -> None:
    text = TITLE + question("a", "", 'next = "c"') + question("b", "", "", more="when = \"client == 'acme'\"\n")
    assert not [said for said in write(config, text + question("c", "", "")) if "lead back" in said]
    found = write(config, text + question("c", 'next = "b"', ""))
    assert [said for said in found if "can lead back" in said]


def test_two_checklists_for_the_same_goods_are_refused(config: Path) -> None:
    shutil.copy(config / COFFEE, config / "checklists" / "espresso.toml")
    found = [str(each) for each in problems(config)]
    assert len(found) == 1
    assert "espresso.toml:4: scope: 'coffee_machines' is for the very same" in found[0]


def test_two_questions_that_conditions_cannot_tell_apart_are_refused(config: Path) -> None:
    text = TITLE + question("a-b", "", "") + question("a_b", "", "")
    assert [said for said in write(config, text) if "cannot tell it from 'a-b'" in said]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("answer % 2 == 0", "answer % 2 == 1", ""),
        ("answer % 2 == 0", "answer % 4 == 1", "no band holds for 3 and 1 more"),
        ("answer -3 > 2", "answer < 5", "no band holds for 5"),
        ("!(answer != 5)", "answer != 5", ""),
        ("answer <= 5", "answer > 6", "no band holds for 6"),
        ("answer == 5 || answer > 7", "answer < 5 || (answer >= 5 && answer <= 7)", "holds for 5 like 'x' above"),
    ],
)
def test_every_number_of_the_range_is_in_one_band_whatever_the_conditions_are(
    config: Path, first: str, second: str, said: str
) -> None:
    bands = f"bands = [ {{ id = 'x', text = 'X', when = '{first}' }}, {{ id = 'y', text = 'Y', when = '{second}' }} ]\n"
    text = TITLE + '[[questions]]\nid = "n"\ntext = "N"\nkind = "number"\nmin = 1\nmax = 9\n' + bands
    found = [each for each in write(config, text) if "band" in each or "holds for" in each]
    assert len(found) == bool(said), found
    assert said in "".join(found)


def test_an_answer_that_stands_for_no_number_in_the_range_is_found(config: Path) -> None:
    bands = (
        "bands = [ { id = 'x', text = 'X', when = 'answer < 20' }, { id = 'y', text = 'Y', when = 'answer > 20' } ]\n"
    )
    text = TITLE + '[[questions]]\nid = "n"\ntext = "N"\nkind = "number"\nmin = 1\nmax = 9\n' + bands
    assert [said for said in write(config, text) if "holds for no number from 1 to 9" in said]
