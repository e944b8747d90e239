"""One input at a time: interpret, decide, commit, evolve, prompt. Nothing is called good before it is on the disk."""

from __future__ import annotations

import logging

import msgspec

from rl_station.domain.events import Event, ParcelWeighed, Recorded, ScanRefused
from rl_station.domain.meaning import interpret
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import ScanSource
from rl_station.settings import Site
from rl_station.station.knowledge import StationKnowledge
from rl_station.station.scale_pan import ScalePan
from rl_station.station.tag_field import TagField
from rl_station.store import Store, StoreError
from rl_station.store.known import KnownReader
from rl_station.workflow import Session, State, Tag, advance, at_rest, decide, fold, initial, prompt, strays
from rl_station.workflow.inputs import Input, Scanned, TagsObserved, WeightSettled
from rl_station.workflow.prompt import Prompt
from rl_station.workflow.state import has_unit
from rl_station.workflow.supervise import pin_asked
from rl_station.workflow.tags import heeded

log = logging.getLogger(__name__)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one input led to. `stored` is False where not even the refusal could be written down."""

    input: Input
    events: tuple[Recorded, ...]
    prompt: Prompt
    refusal: Refusal | None = None
    source: ScanSource | None = None
    stored: bool = True


class Checkpoint(msgspec.Struct, frozen=True):
    """A moment at rest to fold from after a restart: the state as it was after event `seq` of `epoch`."""

    epoch: str
    seq: int
    state: State


class Engine:
    """The station's single line of decisions. All methods belong to one thread.

    `field` is what its tag readers see, `scale` what lies on its scale, `known` what the centre says: by default what lies in the
    store's folder.
    """

    def __init__(
        self,
        site: Site,
        store: Store,
        field: TagField | None = None,
        scale: ScalePan | None = None,
        known: KnownReader | None = None,
    ) -> None:
        self.site = site
        self.store = store
        self.field = field or TagField()
        self.scale = scale or ScalePan()
        self.known = known or KnownReader(store.folder)
        self.knowledge = StationKnowledge(site, store, self.field, self.scale, self.known)
        self.session = resume(store)
        self.field.expect(Tag(*visit) for visit in strays(self.session.state))
        self._unheeded: set[str] = set()
        """Tags in the field that appeared while nobody was at work."""
        self._last_rest: bytes | None = None
        self.knowledge.look(between_units=True)

    def prompt(self) -> Prompt:
        return prompt(self.session, self.knowledge)

    def scan(self, source: ScanSource) -> Outcome:
        """What a reader read, or what was typed by hand (`source.manual`)."""
        self._look()
        return self._handle(Scanned(interpret(source, self.knowledge.reference, self.site.carriers)), source)

    def handle(self, given: Input, source: ScanSource | None = None) -> Outcome:
        """Decide, commit and evolve. A refused input is recorded too: its raw bytes are kept like any other's."""
        self._look()
        return self._handle(given, source)

    def _handle(self, given: Input, source: ScanSource | None) -> Outcome:
        source = self._without_pin(source)
        decided = decide(self.session, given, self.knowledge)
        if decided == ():
            return Outcome(input=given, events=(), prompt=self.prompt(), source=source)
        refusal = decided if isinstance(decided, Refusal) else None
        events: tuple[Event, ...] = (
            (ScanRefused(code=decided.code, params=decided.params, blocking=decided.blocking, unit=decided.unit),)
            if isinstance(decided, Refusal)
            else decided
        )
        try:
            recorded = self._record(events, source)
        except StoreError as error:
            unstored = not_stored(error)
            return Outcome(input=given, events=(), prompt=self.prompt(), refusal=unstored, source=source, stored=False)
        return Outcome(input=given, events=recorded, prompt=self.prompt(), refusal=refusal, source=source)

    def _without_pin(self, source: ScanSource | None) -> ScanSource | None:
        """Digits that are read while a PIN is asked for might be one: they are not kept."""
        if source is None or not pin_asked(self.session.state) or not source.raw.strip().isdigit():
            return source
        return msgspec.structs.replace(source, raw="")

    def observe(self, observed: TagsObserved) -> Outcome:
        """What changed among the tags in the field."""
        found = self.field.take(observed)
        if not heeded(self.session.state):
            appeared = {tag.epc for tag in found.appeared}
            self._unheeded = {tag.epc for tag in self.field.tags if tag.epc in self._unheeded | appeared}
        return self.handle(found)

    def settle(self) -> Outcome | None:
        """What the tags that are in the field already say of what is in hand now; None where they say nothing new."""
        if not self.field.tags:
            return None
        outcome = self.handle(TagsObserved(tuple(tag for tag in self.field.tags if tag.epc in self._unheeded)))
        if outcome.stored and heeded(self.session.state):
            self._unheeded = set()
        return outcome if outcome.events or not outcome.stored else None

    def weigh(self) -> Outcome | None:
        """Something may have come to rest on the scale; None where that says nothing new."""
        if self.scale.load is None:
            return None
        outcome = self.handle(WeightSettled())
        return outcome if outcome.events or not outcome.stored else None

    def note(self, events: tuple[Event, ...], source: ScanSource | None = None) -> Refusal | None:
        """Record facts that no input of the worker's brought about; a refusal where they could not be stored."""
        try:
            self._record(events, source)
        except StoreError as error:
            return not_stored(error)
        return None

    def close(self) -> None:
        """Let go of everything."""
        self.known.close()
        self.store.close()

    def _look(self) -> None:
        """Everything about one input is decided on what the centre says when it comes."""
        self.knowledge.look(between_units=not has_unit(self.session.state))

    def _record(self, events: tuple[Event, ...], source: ScanSource | None = None) -> tuple[Recorded, ...]:
        """Append the events of one input and evolve. Raises `StoreError`; then nothing has changed."""
        worker = self.session.state.worker
        recorded = self.store.append(
            events,
            operator=worker.id if worker else "",
            source=source,
            checkpoint=self._last_rest,
            known=self.knowledge.basis,
        )
        self.session = advance(self.session, recorded)
        for event in events:
            if isinstance(event, ParcelWeighed):
                self.scale.used(event.device)
        # Written with the next append: a restart then folds at least one whole subject, and its undo with it.
        self._last_rest = None
        if at_rest(self.session.state):
            last = recorded[-1]
            self._last_rest = msgspec.json.encode(Checkpoint(last.epoch, last.seq, self.session.state))
        return recorded


def not_stored(error: StoreError) -> Refusal:
    """What the worker hears when the store cannot take an input; the details are for IT, in the log."""
    log.error("not stored: %s", error)
    return refuse("store.refused", reason=f"@store.{error.code}")


def resume(store: Store) -> Session:
    """Where the worker was: the last checkpoint and everything after it."""
    saved = store.checkpoint()
    if saved is not None:
        try:
            checkpoint = msgspec.json.decode(saved[1], type=Checkpoint)
        except msgspec.ValidationError:
            log.warning("the checkpoint is of another version; reading the whole log instead")
        else:
            return fold(Session(checkpoint.state), store.log(since=checkpoint.seq))
    return fold(initial(), store.log())
