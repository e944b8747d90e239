"""What can be answered at the rework station."""

from __future__ import annotations

from rl_station.domain.messages import content, message
from rl_station.workflow.choices import choice, keyed
from rl_station.workflow.inspect.choices import in_language, unit_choices
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Choice, Tone
from rl_station.workflow.rework.phases import current, phase_of
from rl_station.workflow.state import Reworking, UnitInHand

RESULT_COMMANDS = {"done": "FINISHED", "failed": "FAILED", "not_needed": "NOTNEEDED"}
_TONES = {"done": Tone.GOOD, "failed": Tone.WARN}


def job_choices(job: Reworking, unit: UnitInHand, knowledge: Knowledge, language: str = "") -> tuple[Choice, ...]:
    """The answers at this phase; those of the bench once the steps are done."""
    table = knowledge.rework
    match phase_of(job, unit, knowledge):
        case "method":
            found = [table.methods[name] for name in current(job, knowledge).methods if name in table.methods]
            methods = [choice(f"by_{each.id}", content(in_language(each.text, each.texts, language))) for each in found]
            return keyed([*methods, *_results(job, knowledge, without="done")])
        case "work":
            asked = [table.parts[name] for name in current(job, knowledge).parts if name in table.parts]
            parts = [
                choice(f"part_{each.id}", message("choice.part", part=in_language(each.text, each.texts, language)))
                for each in asked
            ]
            return keyed([*_results(job, knowledge), *parts])
        case "early":
            return keyed([choice("sure", command="SURE", tone=Tone.WARN), choice("work_on", command="GOON")])
        case "evidence":
            return keyed([choice("work_on", command="GOON")])
        case _:
            return unit_choices(unit, knowledge, language)


def _results(job: Reworking, knowledge: Knowledge, *, without: str = "") -> list[Choice]:
    return [
        choice(result, message(f"result.{result}"), RESULT_COMMANDS[result], _TONES.get(result, Tone.PLAIN))
        for result in current(job, knowledge).results
        if result != without
    ]
