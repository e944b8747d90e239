"""A deed being prepared: which choice, which reason, which note; and the whole action in the end. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from rl_station.tui.contract import Doable
from rl_station.workflow.actions import Action, Declare
from rl_station.workflow.prompt import Choice

OTHER = "other"
"""The reason that says nothing by itself."""


class Step(StrEnum):
    CHOICE = "choice"
    WHY = "why"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Asking:
    """`seqs`: the event under the cursor, for a deed that is about events."""

    doable: Doable
    seqs: tuple[int, ...] = ()
    picked: str = ""
    why: str = ""

    @property
    def step(self) -> Step:
        if self.doable.choices and not self.picked:
            return Step.CHOICE
        return Step.WHY if self.doable.reasons and not self.why else Step.NOTE

    @property
    def offered(self) -> tuple[Choice, ...]:
        """What can be answered at this step; nothing where a note is typed."""
        return {Step.CHOICE: self.doable.choices, Step.WHY: self.doable.reasons, Step.NOTE: ()}[self.step]

    @property
    def needs_note(self) -> bool:
        """Whoever gives no reason from the list has to say it in words."""
        return self.doable.noted and (not self.doable.reasons or self.why == OTHER)

    def answered(self, key: str) -> Asking:
        """After the choice of this key; the same where there is none."""
        chosen = next((each.id for each in self.offered if each.key.casefold() == key.casefold()), "")
        if not chosen:
            return self
        return replace(self, picked=chosen) if self.step is Step.CHOICE else replace(self, why=chosen)

    def done(self, note: str) -> Action | None:
        """The action, whole; None while something is missing."""
        if self.step is not Step.NOTE or (self.needs_note and not note.strip()):
            return None
        fields: dict[str, object] = {"why": self.why, "note": note.strip(), self.doable.picks: self.picked}
        known = {
            name: value for name, value in fields.items() if name in self.doable.action.__struct_fields__ and value
        }
        if isinstance(self.doable.action, Declare):
            known["seqs"] = self.seqs
        return msgspec.structs.replace(self.doable.action, **known)
