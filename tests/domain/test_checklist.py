"""Branching questions: they end whatever is answered, and say what the answers on the way amount to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain.checklist import Checklist, Option, Question, findings, open_question, path
from rl_station.settings import load_site
from rl_station.settings.paths import example_site

SITE = load_site(example_site(), environ={})
CHECKLISTS = sorted(SITE.checklists)

BRANCHING = Checklist(
    "lamps",
    "Lamps",
    (
        Question(
            "sealed",
            "Sealed?",
            (
                Option("yes", "Yes", functional="F6", packaging="sealed", flags=("factory_sealed",), next="end"),
                Option("no", "No", packaging="complete"),
            ),
        ),
        Question(
            "lights",
            "Does it light?",
            (Option("yes", "Yes"), Option("no", "No", functional="F2", flags=("dark",), next="box")),
        ),
        Question("glass", "Glass?", (Option("good", "Good"), Option("chipped", "Chipped", cosmetic="C3"))),
        Question("box", "Box?", (Option("there", "There"), Option("gone", "Gone", packaging="missing"))),
    ),
)


def ids(checklist: Checklist, answers: Mapping[str, str]) -> list[str]:
    return [question.id for question, _ in path(checklist, answers)]


def test_an_answer_without_a_next_leads_to_the_question_below() -> None:
    assert ids(BRANCHING, {"sealed": "no"}) == ["sealed", "lights"]


def test_factory_sealed_ends_at_once() -> None:
    assert open_question(BRANCHING, {"sealed": "yes"}) is None
    assert ids(BRANCHING, {"sealed": "yes", "lights": "no"}) == ["sealed"]


def test_a_branch_skips_what_does_not_matter_any_more() -> None:
    assert ids(BRANCHING, {"sealed": "no", "lights": "no", "box": "gone"}) == ["sealed", "lights", "box"]


def test_an_answer_taken_back_reopens_its_question() -> None:
    answers = {"sealed": "no", "lights": "yes", "glass": "good"}
    del answers["lights"]
    question = open_question(BRANCHING, answers)
    assert question is not None
    assert question.id == "lights"


def test_only_answers_on_the_way_count() -> None:
    found = findings((BRANCHING, {"sealed": "no", "lights": "no", "glass": "chipped", "box": "there"}))
    assert (found.functional, found.cosmetic, found.packaging, found.flags) == ("F2", "C9", "complete", ("dark",))


def test_several_checklists_make_one_grade_the_worst() -> None:
    other = Checklist("data", "Data", (Question("power", "On?", (Option("no", "No", functional="F1"),)),))
    found = findings((BRANCHING, {"sealed": "yes"}), (other, {"power": "no"}))
    assert (found.functional, found.packaging, found.flags) == ("F1", "sealed", ("factory_sealed",))


def test_an_answer_that_is_no_option_leaves_the_question_open() -> None:
    question = open_question(BRANCHING, {"sealed": "perhaps"})
    assert question is not None
    assert question.id == "sealed"


def test_questions_that_lead_in_a_circle_still_end() -> None:
    circle = Checklist(
        "c",
        "C",
        (Question("a", "A", (Option("x", "X", next="b"),)), Question("b", "B", (Option("y", "Y", next="a"),))),
    )
    assert open_question(circle, {"a": "x", "b": "y"}) is None


def test_a_checklist_without_questions_is_finished() -> None:
    assert open_question(Checklist("empty", "Empty", ()), {}) is None


@pytest.mark.parametrize("name", CHECKLISTS)
def test_every_option_of_the_example_can_be_given(name: str) -> None:
    checklist = SITE.checklists[name]
    met = {(question.id, option.id) for way in every_way(checklist, {}) for question, option in way if option}
    wanted = {(question.id, option.id) for question in checklist.questions for option in answers_of(question)}
    assert met == wanted


@pytest.mark.parametrize("name", CHECKLISTS)
@given(data=st.data())
def test_every_example_checklist_ends_whatever_is_answered(name: str, data: st.DataObject) -> None:
    checklist = SITE.checklists[name]
    answers: dict[str, str] = {}
    for _ in range(len(checklist.questions)):
        question = open_question(checklist, answers)
        if question is None:
            break
        answers[question.id] = data.draw(st.sampled_from(answers_of(question))).id
    assert open_question(checklist, answers) is None


@pytest.mark.parametrize("name", [name for name in CHECKLISTS if name not in ("hazard", "data", "footwear", "reason")])
def test_what_is_factory_sealed_is_as_good_as_new(name: str) -> None:
    checklist = SITE.checklists[name]
    sealed = next(
        (question, option)
        for question in checklist.questions
        for option in question.options
        if "factory_sealed" in option.flags
    )
    before = {question.id: question.options[0].id for question in checklist.questions}
    answers = {**before, sealed[0].id: sealed[1].id}
    found = findings((checklist, answers))
    assert open_question(checklist, answers) is None
    assert (found.functional, found.cosmetic, found.packaging) == ("F6", "C9", "sealed")


def answers_of(question: Question) -> tuple[Option, ...]:
    return (*question.options, *question.bands)


def every_way(checklist: Checklist, answers: dict[str, str]) -> Iterator[tuple[tuple[Question, Option | None], ...]]:
    """One way for every option of every question; those that lead on alike, and are not asked about, are followed once."""
    question = open_question(checklist, answers)
    if question is None:
        yield path(checklist, answers)
        return
    matters = any(f"answer_{question.id}" in later.when.names for later in checklist.questions)
    followed: set[tuple[str | None, str]] = set()
    for option in answers_of(question):
        answered = {**answers, question.id: option.id}
        after = open_question(checklist, answered)
        leads = (after.id if after else None, option.id if matters else "")
        if leads in followed:
            yield path(checklist, answered)
        else:
            followed.add(leads)
            yield from every_way(checklist, answered)
