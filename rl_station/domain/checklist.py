"""Branching questions: which comes next, and what the answers say about the unit. Pure; content comes from config."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from rl_station.domain.conditions import ALWAYS, Condition, Fact, Facts, failed, given
from rl_station.domain.grades import COSMETIC, FUNCTIONAL, PACKAGING, worst

END = "end"
HAZARD, DATA, REASON = "hazard", "data", "reason"
"""Checklists that belong to no category."""
GIVEN = "given"
"""The option that a text, a code, a photo or a finished timer stands for."""
TIMER_START, TIMER_FINISHED = "timer_start", "timer_finished"
"""What is said of a timer; no option has these names."""

NOTHING: Facts = MappingProxyType({})

FACTS: Facts = MappingProxyType(
    {
        "battery": "",
        "brand": "",
        "category": "",
        "client": "",
        "data_bearing": False,
        "flags": (),
        "group": "",
        "match": "",
        "reason": "",
        "serialized": False,
        "sku": "",
        "value": 0,
        "wish": "",
    }
)
"""What a question's condition may ask about besides earlier answers: the product, what was announced, the flags so far.

`value` in minor units; `reason` the customer's (X12 element 1293).
"""


class Option(msgspec.Struct, frozen=True):
    """One possible answer, or one band of the numbers that can be measured: those for which `when` holds of `answer`.

    `next`: id of the next question, empty for the one that follows in the file, `end` to finish. `functional`, `cosmetic` and
    `packaging` are ceilings: the unit's grade is the worst of those given. `flags` are facts for the rules (`battery_swollen`).
    `texts` holds translations by language.
    """

    id: str
    text: str
    texts: tuple[tuple[str, str], ...] = ()
    next: str = ""
    functional: str = ""
    cosmetic: str = ""
    packaging: str = ""
    flags: tuple[str, ...] = ()
    command: str = ""
    when: Condition = ALWAYS


class Question(msgspec.Struct, frozen=True):
    """`kind`: choice, number, text, scan, photo, timer. Asked only while `when` holds.

    `options` are the answers that are chosen; of kinds other than choice, the ways out. `bands` say what everything else means:
    of a number (`least` to `most`, in `unit`) the first whose condition holds, of the other kinds a single one. `codes` are the
    kinds of code that a scan may be; `seconds` what a timer takes at least.
    """

    id: str
    text: str
    options: tuple[Option, ...]
    texts: tuple[tuple[str, str], ...] = ()
    help: str = ""
    kind: str = "choice"
    when: Condition = ALWAYS
    bands: tuple[Option, ...] = ()
    unit: str = ""
    least: int = 0
    most: int = 0
    codes: tuple[str, ...] = ()
    seconds: int = 0

    def option(self, answer: str) -> Option | None:
        """What an answer, as `noted`, means."""
        id_ = answer.partition("=")[0]
        return next((option for option in (*self.options, *self.bands) if option.id == id_), None)

    def band(self, measured: int) -> Option | None:
        """The band a number is in; None where it is out of range."""
        if not self.least <= measured <= self.most:
            return None
        facts = given({"answer": measured})
        return next((band for band in self.bands if failed(band.when, facts) is None), None)


class Scope(msgspec.Struct, frozen=True):
    """What a checklist is for; what is empty is any. `product` is an article number of the client."""

    category: str
    client: str = ""
    group: str = ""
    product: str = ""

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """The larger one goes first: product before product group before client before none."""
        return bool(self.product), bool(self.group), bool(self.client)

    def fits(self, other: Scope) -> bool:
        """Whether a thing described as narrowly as can be is within it."""
        wanted = (self.client, self.group, self.product)
        has = (other.client, other.group, other.product)
        return self.category == other.category and all(not w or w == h for w, h in zip(wanted, has, strict=True))


class Checklist(msgspec.Struct, frozen=True):
    """The questions of one category, or of hazards, data-bearing devices, stated reasons. `version` is a content hash."""

    id: str
    title: str
    questions: tuple[Question, ...]
    version: str = ""
    scope: Scope = Scope("")

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)


class Findings(msgspec.Struct, frozen=True):
    """What the answers amount to."""

    functional: str
    cosmetic: str
    packaging: str
    flags: tuple[str, ...] = ()


def noted(option: str, value: str = "") -> str:
    """An answer as it is kept: the option, and after `=` what was measured, typed or scanned."""
    return f"{option}={value}" if value else option


def chosen(checklists: Iterable[Checklist], thing: Scope) -> Checklist | None:
    """The checklist for a thing: of those that are for it, the one with the narrowest scope."""
    fitting = [each for each in checklists if each.scope.category and each.scope.fits(thing)]
    return max(fitting, key=lambda each: each.scope.rank, default=None)


def names_of(questions: Iterable[tuple[str, str]]) -> dict[str, Fact]:
    """What conditions may ask about in a checklist of these questions (id, kind), with the value of what is not known."""
    names = dict(FACTS)
    for id_, kind in questions:
        names[f"answer_{name(id_)}"] = ""
        if kind != "choice":
            names[f"value_{name(id_)}"] = 0 if kind in ("number", "timer") else ""
    return names


def name(question_id: str) -> str:
    """A question's id as it stands in the names of conditions."""
    return question_id.replace("-", "_")


def path(
    checklist: Checklist, answers: Mapping[str, str], known: Facts = NOTHING
) -> tuple[tuple[Question, Option | None], ...]:
    """The questions met so far with their answers; the last has None while it is open. Each question at most once."""
    met: list[tuple[Question, Option | None]] = []
    seen: set[str] = set()
    flags = known.get("flags", ())
    so_far = flags if isinstance(flags, tuple) else ()
    question = checklist.questions[0] if checklist.questions else None
    while question is not None and question.id not in seen:
        seen.add(question.id)
        if question.when.parts and not _asked(checklist, question, answers, {**known, "flags": so_far}, met):
            question = following(checklist, question, "")
            continue
        option = question.option(answers[question.id]) if question.id in answers else None
        met.append((question, option))
        if option is None:
            break
        so_far = (*so_far, *option.flags)
        question = following(checklist, question, option.next)
    return tuple(met)


def open_question(checklist: Checklist, answers: Mapping[str, str], known: Facts = NOTHING) -> Question | None:
    """The question to ask now, or None when the checklist is finished."""
    met = path(checklist, answers, known)
    return met[-1][0] if met and met[-1][1] is None else None


def findings(*answered: tuple[Checklist, Mapping[str, str]], known: Facts = NOTHING) -> Findings:
    """Worst grade of every answer on the paths taken; flags in the order met, those of one checklist known in the next."""
    options: list[Option] = []
    for checklist, answers in answered:
        before = tuple(flag for option in options for flag in option.flags)
        met = path(checklist, answers, {**known, "flags": before})
        options.extend(option for _, option in met if option)
    return Findings(
        functional=worst(FUNCTIONAL, (option.functional for option in options if option.functional)),
        cosmetic=worst(COSMETIC, (option.cosmetic for option in options if option.cosmetic)),
        packaging=worst(PACKAGING, (option.packaging for option in options if option.packaging)),
        flags=tuple(dict.fromkeys(flag for option in options for flag in option.flags)),
    )


def following(checklist: Checklist, question: Question, next_: str) -> Question | None:
    """The question after this one, where an answer names `next_`."""
    if next_ == END:
        return None
    if next_:
        return checklist.question(next_)
    after = checklist.questions.index(question) + 1
    return checklist.questions[after] if after < len(checklist.questions) else None


def _asked(
    checklist: Checklist,
    question: Question,
    answers: Mapping[str, str],
    known: Facts,
    met: Iterable[tuple[Question, Option | None]],
) -> bool:
    """Whether the question's condition holds. Only answers on the way count."""
    facts = names_of((each.id, each.kind) for each in checklist.questions)
    facts.update(known)
    for each, option in met:
        value = answers[each.id].partition("=")[2]
        facts[f"answer_{name(each.id)}"] = option.id if option else ""
        if each.kind in ("number", "timer"):
            facts[f"value_{name(each.id)}"] = int(value) if value.removeprefix("-").isdecimal() else 0
        elif each.kind != "choice":
            facts[f"value_{name(each.id)}"] = value
    return failed(question.when, given(facts)) is None
