"""Conditions of rules and checklists: one expression of CEL (Common Expression Language), bounded before it is ever run.

Sandboxed: no loops (the macros that walk lists are refused; `any(list, list)` stands in for them), no time, no files, and a
length that bounds the work of an evaluation. Source: Common Expression Language specification, github.com/google/cel-spec.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import ModuleType
from typing import Any, TypeAlias

LONGEST = 1000
DEEPEST = 20
_SHOWN = 60

Fact: TypeAlias = "str | int | bool | tuple[str, ...]"
Facts: TypeAlias = Mapping[str, Fact]
"""Name to value; a name's kind is that of its value."""

_MACROS = re.compile(r"\.\s*(all|exists|exists_one|existsOne|map|filter|transformList|transformMap|sortBy|reduce)\s*\(")
_STRINGS = re.compile(r"""[rRbB]*("[^"\n]*"|'[^'\n]*')""")
_UNWANTED = (("\\", "a backslash"), ('"""', "a triple quote"), ("'''", "a triple quote"))
"""What would let a text end somewhere else than it seems to."""
_OPERATORS = ("&&", "||", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%")
_FUNCTIONS = frozenset(
    [
        "any",
        "size",
        "contains",
        "startsWith",
        "endsWith",
        "@in",
        "!_",
        "-_",
        "_?_:_",
        *(f"_{each}_" for each in _OPERATORS),
    ]
)


class ConditionError(ValueError):
    """Why an expression is refused; `hint` is the nearest name that would be valid, or empty."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, eq=False)
class Condition:
    """A compiled expression. `parts` are the terms of its outermost `&&`, so that it can be said which did not hold."""

    source: str
    parts: tuple[tuple[str, Any], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The facts it asks about."""
        return frozenset(name for _, program in self.parts for name in program.variables())


ALWAYS = Condition("")


def compile_condition(source: str, samples: Sequence[Facts]) -> Condition:
    """Compile an expression over the names of `samples`, each of which it must judge true or false.

    Raises ConditionError for what is too long, too deep, misspelt, of the wrong type or outside the sandbox.
    """
    text = source.strip()
    if not text:
        return ALWAYS
    _bounded(text)
    parts = tuple((part, _program(part)) for part in _terms(text))
    for part, program in parts:
        _known(program, samples[0])
        for sample in map(given, samples):
            found = _tried(program, sample)
            if not isinstance(found, bool):
                raise ConditionError(f"{_cut(part)} says {found!r}, not true or false")
    return Condition(text, parts)


def given(facts: Facts) -> Any:
    """The facts, made ready to judge many conditions by."""
    return _cel().Context(dict(facts), {"any": _any})


def failed(condition: Condition, facts: Any) -> str | None:
    """The first term that does not hold, as it is written; None where all hold. What cannot be evaluated does not hold.

    `facts` as made by `given`.
    """
    for part, program in condition.parts:
        try:
            if _run(program, facts) is not True:
                return part
        except ConditionError as error:
            return f"{part} ({error.message})"
    return None


def amount(source: str, samples: Sequence[Facts]) -> Any:
    """Compile an expression that gives a whole number, to be run with `number`. Raises ConditionError."""
    _bounded(source)
    program = _program(source)
    _known(program, samples[0])
    for sample in map(given, samples):
        found = _tried(program, sample)
        if isinstance(found, bool) or not isinstance(found, int):
            raise ConditionError(f"{_cut(source)} gives {found!r}, not a whole number")
    return program


def number(program: Any, facts: Any) -> int:
    """The value of an `amount` for facts made by `given`. Raises ConditionError where it is no whole number."""
    found = _run(program, facts)
    if isinstance(found, bool) or not isinstance(found, int):
        raise ConditionError(f"gives {found!r}, not a whole number")
    return found


def _bounded(text: str) -> None:
    if len(text) > LONGEST:
        raise ConditionError(f"the condition has {len(text)} characters; {LONGEST} is the most")
    for found, name in _UNWANTED:
        if found in text:
            raise ConditionError(f"{name} has no place in a condition")
    bare = _STRINGS.sub('""', text)
    if "//" in bare:
        raise ConditionError("a comment has no place in a condition: write it above, after a #")
    macro = _MACROS.search(bare)
    if macro:
        raise ConditionError(f"{macro[1]} walks a list and is not available", "any")
    depth = deepest = 0
    for char in bare:
        depth += (char in "([{") - (char in ")]}")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise ConditionError(f"brackets stand {deepest} deep; {DEEPEST} is the most")


def _program(text: str) -> Any:
    try:
        program = _cel().compile(text)
    except ValueError as error:
        said = " ".join(str(error).split())
        told = said.partition("ERROR:")[2].strip() or said
        told = told.removeprefix("<input>:1:").partition(" expecting ")[0]
        raise ConditionError(f"{_cut(text)} is no expression: column {told}") from None
    strange = sorted(set(program.functions()) - _FUNCTIONS)
    if strange:
        near = get_close_matches(strange[0], filter(str.isalpha, _FUNCTIONS), 1)
        raise ConditionError(f"there is no function {strange[0]!r}", near[0] if near else "")
    return program


def _known(program: Any, names: Facts) -> None:
    for name in sorted(program.variables()):
        if name not in names:
            near = get_close_matches(name, names, 1)
            raise ConditionError(f"there is no {name!r} to ask about", near[0] if near else "")


def _tried(program: Any, facts: Any) -> Any:
    """As `_run`, where nobody knows yet which expression it is."""
    try:
        return _run(program, facts)
    except ConditionError as error:
        raise ConditionError(f"{_cut(program.source)} {error.message}") from None


def _cut(text: str) -> str:
    """An expression in quotes, no longer than a line has room for."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def _run(program: Any, facts: Any) -> Any:
    try:
        return program.execute(facts)
    except (ValueError, TypeError, RuntimeError, ArithmeticError) as error:
        said = " ".join(str(error).split())
        raise ConditionError(f"cannot be evaluated: {said.partition('. ')[0]}") from None


def _any(some: object, others: object) -> bool:
    """Whether two lists have something in common; what is no list has nothing."""
    return isinstance(some, list) and isinstance(others, list) and any(one in others for one in some)


def _terms(text: str) -> tuple[str, ...]:
    """The terms of the outermost `&&`; one where there is an `||` or `?` beside it, which binds weaker."""
    bare = _STRINGS.sub(lambda found: "_" * len(found[0]), text)
    depth, cuts = 0, [0]
    for place, char in enumerate(bare):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and (char == "?" or bare.startswith("||", place)):
            return (text,)
        if depth == 0 and bare.startswith("&&", place):
            cuts.append(place)
    ends = [*cuts[1:], len(text)]
    return tuple(text[start:end].removeprefix("&&").strip() for start, end in zip(cuts, ends, strict=True))


def _cel() -> ModuleType:
    """The extension module alone: the package around it would load its command line at every start (0.3 s)."""
    module = sys.modules.get("cel.cel")
    if module is not None:
        return module
    package = importlib.util.find_spec("cel")
    places = list(package.submodule_search_locations or ()) if package else []
    spec = importlib.machinery.PathFinder.find_spec("cel.cel", places)
    if spec is None or spec.loader is None:
        raise ImportError("the package common-expression-language is not installed")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["cel.cel"] = module
    return module
