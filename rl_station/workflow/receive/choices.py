"""What the worker at the dock may answer, step by step."""

from __future__ import annotations

from rl_station.domain.messages import message
from rl_station.workflow.choices import choice, keyed
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Choice, Tone
from rl_station.workflow.receive.lookup import parcels_of
from rl_station.workflow.state import Arrival

CONDITIONS = ("intact", "dented", "wet", "torn", "opened")
HAZARDS = ("none", "leak", "smoke", "heat", "swelling", "smell")

_SHOWN_RETURNS = 7


def rest_choices() -> tuple[Choice, ...]:
    """A box may come without any code at all."""
    return keyed([choice("no_code", command="NOCODE")])


def arrival_choices(job: Arrival, knowledge: Knowledge) -> tuple[Choice, ...]:
    """The returns a code may mean; at most seven, since a scan of the RMA label picks any of them."""
    blind = choice("blind", command="BLIND")
    if not job.rmas:
        return keyed([blind])
    if len(job.rmas) == 1:
        return keyed([choice("another", command="ANOTHER"), blind])
    options = [_return_choice(rma, knowledge) for rma in job.rmas[:_SHOWN_RETURNS]]
    return keyed([*options, choice("all", command="ALL"), blind])


def receiving_choices(step: str) -> tuple[Choice, ...]:
    """Outer condition, hazard look, a parcel that is not weighed, or a plate that cannot be scanned now."""
    match step:
        case "condition":
            return keyed(choice(name, message(f"condition.{name}"), command=name.upper()) for name in CONDITIONS)
        case "hazard":
            return keyed(
                choice(
                    name,
                    message(f"hazard.{name}"),
                    command="SAFE" if name == "none" else name.upper(),
                    tone=Tone.GOOD if name == "none" else Tone.BAD,
                )
                for name in HAZARDS
            )
        case "weigh":
            return keyed([choice("no_weight", command="NOWEIGHT")])
        case _:
            return keyed([choice("unlabelled", command="NOLABEL")])


def _return_choice(rma: str, knowledge: Knowledge) -> Choice:
    announced = knowledge.reference.announced(rma)
    if announced is None:
        return choice(rma, message("choice.return_gone", rma=rma))
    client = knowledge.reference.client(announced.client)
    cancelled = announced.status == "cancelled"
    code = "return_cancelled" if cancelled else "return_here" if parcels_of(rma, knowledge.records) else "return"
    label = message(
        f"choice.{code}",
        rma=rma,
        client=client.name if client else announced.client,
        pieces=sum(line.quantity for line in announced.lines),
    )
    return choice(rma, label, tone=Tone.PLAIN if code == "return" else Tone.WARN)
