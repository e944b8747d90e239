"""In which form events travel that the server could not take as they are, and which of them it holds for a person."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from rl_station.domain.sync_wire import Ack, Form, Push, Sent
from rl_station.sync.batches import closed_more
from rl_station.sync.outbox import Numbered, Outbox
from rl_station.sync.state import MOST_HELD, Held


class Forms:
    """Remembers only the exceptions. Lost, they are found again."""

    def __init__(self, held: Sequence[Held] = ()) -> None:
        self._held = {each.seq: each.form for each in held}
        self._trying: dict[int, Form] = {}

    @property
    def held(self) -> tuple[Held, ...]:
        """Events that the server holds for a person, by seq."""
        return tuple(Held(seq, form) for seq, form in sorted(self._held.items()))

    def of(self, events: Sequence[Numbered], outbox: Outbox) -> tuple[Sent, ...]:
        """The events in the forms that are tried now. Raises OutboxError."""
        if not self._trying:
            return tuple(sent for _, sent in events)
        return tuple(self._one(seq, sent, outbox) for seq, sent in events)

    def close(self, seq: int, *, withhold: bool = False) -> bool:
        """Try the next form. False where there is none any more: then it is not this event that is bad, and it is plain again."""
        form = closed_more(self._trying.get(seq, "plain"))
        if form is None:
            del self._trying[seq]
            return False
        self._trying[seq] = "withheld" if withhold else form
        return True

    def stored(self, push: Push, ack: Ack) -> None:
        """What of a push the server has stored without understanding it, by itself or because we closed it."""
        for seq, sent in enumerate(push.events, start=push.first):
            if seq <= ack.through and sent.form != "plain":
                self._trying.pop(seq, None)
                self._held[seq] = sent.form
        for seq in ack.quarantined:
            self._held.setdefault(seq, "plain")
        for seq in sorted(self._held)[:-MOST_HELD]:
            del self._held[seq]

    def _one(self, seq: int, sent: Sent, outbox: Outbox) -> Sent:
        form = self._trying.get(seq, "plain")
        if form == "plain":
            return sent
        if form == "sealed":
            return replace(sent, form="sealed")
        # Not even its words go along: one of them may be what the server cannot store.
        return replace(sent, form="withheld", operator="", body=b"", source=None, basis=None, hash=outbox.hash_at(seq))
