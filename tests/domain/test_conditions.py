"""Conditions in CEL: what they say, and what they may not be, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from rl_station.domain.conditions import (
    ALWAYS,
    DEEPEST,
    LONGEST,
    ConditionError,
    Facts,
    amount,
    compile_condition,
    failed,
    given,
    number,
)

UNIT: Facts = {"client": "nord", "flags": ("a", "b"), "recall": False, "value": 900}
NOBODY: Facts = {"client": "", "flags": (), "recall": False, "value": 0}
SAMPLES = (NOBODY, UNIT)


def holds(source: str, facts: Facts = UNIT) -> bool:
    return failed(compile_condition(source, SAMPLES), given(facts)) is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('client == "nord"', True),
        ("client in ['sud', 'nord']", True),
        ('client != "nord"', False),
        ('"a" in flags', True),
        ('!("a" in flags)', False),
        ('any(flags, ["z", "b"])', True),
        ('any(["z"], flags)', False),
        ("any(flags, [])", False),
        ("size(flags) > 0", True),
        ("value >= 900 && value <= 900", True),
        ("value > 900 || recall", False),
        ("recall ? value > 0 : value > 100", True),
        ('client.startsWith("no") && client.contains("or")', True),
        ("true", True),
        ("", True),
        ("  \n", True),
    ],
)
def test_a_condition_says_what_it_reads_like(source: str, expected: bool) -> None:
    assert holds(source) is expected


def test_the_first_term_that_does_not_hold_is_named_as_it_is_written() -> None:
    condition = compile_condition('client == "nord" && value > 1000 && recall', SAMPLES)
    assert failed(condition, given(UNIT)) == "value > 1000"
    assert [part for part, _ in condition.parts] == ['client == "nord"', "value > 1000", "recall"]


def test_an_or_is_one_term_and_text_is_no_operator() -> None:
    assert len(compile_condition('recall && value > 1 || client == "x"', SAMPLES).parts) == 1
    assert len(compile_condition('client == "a && b" && recall', SAMPLES).parts) == 2
    assert len(compile_condition('(recall && value > 1) && client == "x"', SAMPLES).parts) == 2


def test_no_condition_always_holds() -> None:
    assert compile_condition(" ", SAMPLES) is ALWAYS


@pytest.mark.parametrize(
    ("source", "said", "hint"),
    [
        ("recal", "no 'recal'", "recall"),
        ("flagz == []", "no 'flagz'", "flags"),
        ("sise(flags) > 0", "no function 'sise'", "size"),
        ("value", "says 0, not true or false", ""),
        ('value > "x"', "cannot be evaluated", ""),
        ("client > 3", "cannot be evaluated", ""),
        ("recall || flags", "cannot be evaluated", ""),
        ("10 / value > 1", "division by zero", ""),
        ("client ==", "is no expression: column", ""),
        ("&&", "is no expression", ""),
        ('client == "nord', "is no expression", ""),
        ("value > 1 // and more", "a comment", ""),
    ],
)
def test_what_is_wrong_with_it_is_told(source: str, said: str, hint: str) -> None:
    with pytest.raises(ConditionError) as refused:
        compile_condition(source, SAMPLES)
    assert said in refused.value.message
    assert refused.value.hint == hint


HOSTILE = {
    "walks a list": "flags.all(f, flags.all(g, flags.all(h, true)))",
    "walks a list with spaces": "flags . exists (f, f == 'a')",
    "builds a list": "size([1, 2, 3].map(x, [x, x])) > 2",
    "hides a macro behind a raw string": 'r"\\" == \'x\' && flags.exists(f, true) || "" == "',
    "hides a macro behind a triple quote": '"""a" == "b""" && flags.exists(f, true)',
    "huge": "value > 1 && " * 200 + "recall",
    "a huge text": f'client == "{"x" * LONGEST}"',
    "deep brackets": "(" * 30 + "recall" + ")" * 30,
    "deep lists": "[" * 30 + "1" + "]" * 30 + " == []",
    "deep calls": "size(" * 25 + '"a"' + ")" * 25 + " > 1",
    "the time": 'timestamp("2026-01-01T00:00:00Z") > timestamp("2025-01-01T00:00:00Z")',
    "a pattern that never ends": "client.matches('(a+)+$')",
    "another type": "dyn(value) == 1",
    "a field of nothing": "client.length > 1",
    "an element": "flags[0] == 'a'",
    "nothing but signs": "!" * 900,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_conditions_are_refused(source: str) -> None:
    with pytest.raises(ConditionError):
        compile_condition(source, SAMPLES)


def test_the_bounds_are_those_that_are_told() -> None:
    assert holds("(" * DEEPEST + "value > 0" + ")" * DEEPEST)
    terms = " && ".join(["value > 0"] * (LONGEST // 13))
    assert holds(terms)
    with pytest.raises(ConditionError, match=f"{LONGEST} is the most"):
        compile_condition(f"{terms} && {terms}", SAMPLES)


def test_a_long_expression_is_cut_where_it_is_complained_about() -> None:
    with pytest.raises(ConditionError) as refused:
        compile_condition(f'client == "{"x" * 500}" ==', SAMPLES)
    assert len(refused.value.message) < 200


def test_what_cannot_be_evaluated_does_not_hold_and_says_so() -> None:
    condition = compile_condition("value * 1000000000000000 > 0", SAMPLES)
    told = failed(condition, given({**UNIT, "value": 2**62}))
    assert told is not None
    assert "cannot be evaluated" in told


def test_an_amount_is_a_whole_number() -> None:
    assert number(amount("value * 60 / 100", SAMPLES), given(UNIT)) == 540
    assert number(amount("-250", SAMPLES), given(UNIT)) == -250
    for wrong in ("value > 1", "client", "value * 0.5", "100 / value", "valu", "flags.map(x, 1)"):
        with pytest.raises(ConditionError):
            amount(wrong, SAMPLES)


@each(st.text(alphabet=st.sampled_from("ab()[]{}!&|=<>+-*/%?:,.\"'\\ 01\n") | st.characters(), max_size=60))
def test_no_text_does_anything_but_compile_or_be_refused(source: str) -> None:
    try:
        condition = compile_condition(source, SAMPLES)
    except ConditionError:
        return
    assert failed(condition, given(UNIT)) is None or isinstance(failed(condition, given(UNIT)), str)
