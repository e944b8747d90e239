"""What the inspector may answer, step by step."""

from __future__ import annotations

from rl_station.domain.checklist import TIMER_FINISHED, TIMER_START, Question, Scope, chosen
from rl_station.domain.messages import content, message
from rl_station.workflow.choices import choice, keyed
from rl_station.workflow.facts import client_name
from rl_station.workflow.inspect.approval import approval_choices
from rl_station.workflow.inspect.grading import STEPS
from rl_station.workflow.inspect.lines import missing_lines
from rl_station.workflow.inspect.questions import asked, started
from rl_station.workflow.inspect.recall import recall_choices
from rl_station.workflow.inspect.steps import step_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Choice, Tone
from rl_station.workflow.state import Inspecting, ItemInQuestion, UnitInHand

_SHOWN_LINES = 8


def parcel_choices(job: Inspecting, knowledge: Knowledge) -> tuple[Choice, ...]:
    """An item without a readable code: one of the announced lines that lack a piece, or something else."""
    if job.closing:
        return keyed([choice("close", command="CLOSE", tone=Tone.WARN), choice("go_on", command="GOON")])
    lines = [
        choice(f"{line.rma}/{line.line.line}", message("choice.line", name=line.name))
        for line in missing_lines(job, knowledge)[:_SHOWN_LINES]
    ]
    return keyed([*lines, choice("something_else", command="OTHER")])


def item_choices(item: ItemInQuestion, knowledge: Knowledge) -> tuple[Choice, ...]:
    """The products a code fits, or the categories of a thing nobody knows."""
    if not item.products:
        every = knowledge.checklists.values()
        titles = [(name, chosen(every, Scope(name))) for name in knowledge.categories]
        return keyed(choice(name, content(found.title), command=_command(name)) for name, found in titles if found)
    products = [found for client, sku in item.products if (found := knowledge.reference.product(client, sku))]
    return keyed(
        choice(
            f"{product.client}/{product.sku}",
            message("choice.product", name=product.name, client=client_name(product.client, knowledge)),
        )
        for product in products
    )


def unit_choices(  # noqa: PLR0911 - a table: one return for each row
    unit: UnitInHand, knowledge: Knowledge, language: str = ""
) -> tuple[Choice, ...]:
    """The options of the open question, or the way out where something cannot be scanned."""
    match step_of(unit, knowledge):
        case "mismatch":
            return keyed([choice("swap", command="SWAPPED", tone=Tone.BAD), choice("other_item", command="OTHERTAG")])
        case "plate":
            return keyed([choice("unlabelled", command="NOLABEL")])
        case "serial":
            return keyed([choice("no_serial", command="NOSERIAL")])
        case "grade":
            return keyed(choice(name) for name in STEPS)
        case "recall_model" | "recall_lot":
            return recall_choices(unit)
        case "approval" | "approve" | "overrule":
            return approval_choices(unit, knowledge)
        case _:
            question = asked(unit, knowledge)
            return (
                question_choices(question.question, language, running=started(unit, question) > 0) if question else ()
            )


def question_choices(question: Question, language: str = "", *, running: bool = False) -> tuple[Choice, ...]:
    """What can be chosen: the options, the bands of a number, the start or the end of a timer before the ways out."""
    timer = choice(TIMER_START, command="START")
    if running:
        timer = choice(TIMER_FINISHED, command="FINISHED", tone=Tone.GOOD)
    bands = question.bands if question.kind == "number" else ()
    return keyed(
        [
            *([timer] if question.kind == "timer" else []),
            *(
                choice(option.id, content(in_language(option.text, option.texts, language)), command=option.command)
                for option in (*bands, *question.options)
            ),
        ]
    )


def in_language(text: str, texts: tuple[tuple[str, str], ...], language: str) -> str:
    """Site content in the worker's language, where the site has it."""
    return dict(texts).get(language, text)


def _command(name: str) -> str:
    return "".join(char for char in name.upper() if char.isalnum())
