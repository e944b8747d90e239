"""A station at work: one engine thread decides and commits, devices feed it, printers and the screen hear from it.

Every public method may be called from any thread and returns at once.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

from rl_station.devices import (
    DeviceSet,
    DeviceState,
    DuplicateIgnored,
    FrameRefused,
    HealthLevel,
    NotTaken,
    Read,
    ReaderEvent,
    ReaderEventCode,
    Report,
    StateChange,
    TagChange,
    TagReads,
    Weighed,
)
from rl_station.domain.events import (
    CodeTraced,
    DevicesAsked,
    Event,
    LabelPrintFailed,
    LabelRequested,
    Recorded,
    ScanRefused,
    TagWriteFailed,
    TagWriteRequested,
    TagWritten,
)
from rl_station.domain.messages import Message, message
from rl_station.domain.scan import ScanSource
from rl_station.labels import LabelError
from rl_station.station.engine import Engine, Outcome
from rl_station.station.hot_swap import HotSwap, Swapped, SwapRefused
from rl_station.station.inbox import Inbox
from rl_station.station.overflow import Overflow
from rl_station.station.printing import layouts
from rl_station.station.scale_inbox import ScaleInbox
from rl_station.station.screen_feed import ScreenFeed
from rl_station.station.spools import Spools
from rl_station.station.supervision import Listener as SightListener
from rl_station.station.supervisor_desk import Desk, SupervisorDesk
from rl_station.station.sync import StationSync, StoreWork
from rl_station.station.tag_field import observed
from rl_station.station.tag_inbox import TagInbox
from rl_station.station.tag_writing import STOPPED, TagWriter
from rl_station.store import StoreError
from rl_station.tui.contract import Link, Listener, ResultTone, Status, View, Wanted
from rl_station.workflow import abandoned, agreed, alarm_of, said, understood
from rl_station.workflow.inputs import Answered, Input, Scanned, TagsObserved
from rl_station.workflow.prompt import Tone
from rl_station.workflow.supervise import unattended

log = logging.getLogger(__name__)

_TICK_S = 1.0
_SLOW_S = 1.0
_HOUSEKEEPING_S = 30.0
_TOO_LONG = "longer than"
_TEST_S = 5.0
_TONES = {Tone.GOOD: ResultTone.GOOD, Tone.PLAIN: ResultTone.INFO, Tone.WARN: ResultTone.WARN, Tone.BAD: ResultTone.BAD}

_TOLD = frozenset(ReaderEventCode) - {
    ReaderEventCode.BAD_MESSAGE,
    ReaderEventCode.REBOOTED,
    ReaderEventCode.INPUT_CHANGED,
}
"""What a reader says that a worker has to know; the rest is for the devices screen and the log."""

_AT_WORK = (DeviceState.READY, DeviceState.DEGRADED)

Work = Callable[[Engine], None]


class RunningStation:
    """Implements `tui.contract.StationPort` and, with a desk, `Supervises`.

    `open_engine` is called on the engine's own thread, where the store lives.
    """

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        devices: DeviceSet,
        hot_swap: HotSwap | None = None,
        sync: StationSync | None = None,
        desk: Desk | None = None,
    ) -> None:
        self.devices = devices
        self._sync = sync
        self._open_engine = open_engine
        self._hot_swap = hot_swap
        self._spools = Spools(devices, self._label_failed)
        self._feed = ScreenFeed(devices, self._notices, lambda: sync.link if sync else Link.NONE)
        self._work: Inbox[Work] = Inbox()
        self._overflow = Overflow(self._feed)
        self._tags = TagInbox()
        self._weights = ScaleInbox()
        self._tag_writer = TagWriter(devices, self._tag_done)
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._ticker = threading.Thread(target=self._tick, name="ticker", daemon=True)
        self._opened: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._busy_since: float | None = None
        self._disk_notices: tuple[Message, ...] = ()
        self._device_notices: tuple[Message, ...] = ()
        self._heard_at: int | None = None
        self._sent_notices: tuple[Message, ...] = ()
        self._supervisor = SupervisorDesk(desk, self._feed, self._work, self._answer) if desk else None

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the store and start the devices. Raises what keeps the store from opening."""
        self._thread.start()
        failure = self._opened.get()
        if failure is not None:
            raise failure
        self._spools.start()
        self.devices.start(self._report, full=lambda: self._work.full, tags=self._tags_changed)
        self._ticker.start()
        if self._hot_swap is not None:
            self._hot_swap.start(self._swapped)
        if self._sync is not None:
            self._sync.start(self._for_sync, self._feed.show)

    def stop(self) -> None:
        """Finish what was scanned, then stop. Labels that were not printed are noted, to be printed again."""
        if self._hot_swap is not None:
            self._hot_swap.stop()
        if self._sync is not None:
            self._sync.stop()
        self.devices.stop()
        self._tag_writer.stop()
        if self._supervisor is not None:
            self._supervisor.stop()
        self._stopping.set()
        self._spools.stop()
        self._work.close()
        self._thread.join()

    # --- what the screen calls ----------------------------------------------------------------------------------------

    def first(self) -> View:
        return self._feed.view

    def subscribe(self, listener: Listener) -> None:
        self._feed.subscribe(listener)

    def submit(self, given: Input) -> None:
        self._attended()
        if self._work.full:
            self._overflow.happened()
        else:
            self._work.put_scan(lambda engine: self._answer(engine, engine.handle(given)))

    def scan(self, data: bytes, *, device: str, manual: bool) -> None:
        source = ScanSource(device=device, raw=data.decode("latin-1"), manual=manual)
        if self._work.full:
            self._overflow.happened(source.raw)
        else:
            self._scanned(source)

    def test_device(self, name: str) -> None:
        """Ask a device how it is; the answer comes as a result."""

        def ask() -> None:
            found = self.devices.test(name, HealthLevel.EXTERNAL, _TEST_S)
            told = message("station.device_tested", device=name, report=found.report)
            self._feed.tell(ResultTone.INFO if found.ok else ResultTone.WARN, told)

        threading.Thread(target=ask, name=f"test-{name}", daemon=True).start()

    def supervise(self, wanted: Wanted | None, listener: SightListener) -> None:
        """See `tui.contract.Supervises`; nothing without a desk, as with a PIN."""
        if self._supervisor is not None:
            self._supervisor.look(wanted, listener)

    def give_pin(self, pin: str) -> None:
        if self._supervisor is not None:
            self._supervisor.give_pin(pin)

    def _attended(self) -> None:
        """Somebody has scanned something or pressed a key."""
        if self._supervisor is not None:
            self._supervisor.touch()

    # --- what devices report ------------------------------------------------------------------------------------------

    def _report(self, report: Report) -> None:
        match report:
            case Read(device=device, data=data, symbology=symbology, manual=manual):
                self._scanned(ScanSource(device, data.decode("latin-1"), symbology, manual))
            case DuplicateIgnored(read=read):
                self._feed.tell(ResultTone.INFO, message("station.duplicate_ignored"), read.data.decode("latin-1"))
            case FrameRefused():
                self._work.put_scan(lambda engine: self._refuse_frame(engine, report))
            case NotTaken(device=device, data=data):
                self.devices.bad(device)
                self._overflow.happened(data.decode("latin-1"))
            case TagReads():
                # Scales and tag readers talk many times a second; what they say is drawn with the clock.
                return
            case ReaderEvent(device=device, code=code, detail=detail):
                if code in _TOLD:
                    told = message("station.reader_event", device=device, what=f"@reader.{code}", detail=detail)
                    self._feed.tell(ResultTone.WARN, told)
            case Weighed() | StateChange():
                self._changed(report)

    def _scanned(self, source: ScanSource) -> None:
        self._attended()
        self._work.put_scan(lambda engine: self._scan(engine, source))

    def _tags_changed(self, changes: tuple[TagChange, ...]) -> None:
        self._observed(observed(changes, self.devices.zone))

    def _observed(self, found: TagsObserved) -> None:
        """Tags wait behind every scan, and however many come, for one piece of work."""
        if (found.appeared or found.gone) and self._tags.put(found):
            self._work.put_last(lambda engine: self._tell_tags(engine, engine.observe(self._tags.take())))

    def _changed(self, report: Weighed | StateChange) -> None:
        """What scales say, and that one of them is gone, waits behind every scan; a lost tag reader sees nothing any more."""
        if self._weights.put(report):
            self._work.put_last(self._look_at_scale)
        if isinstance(report, StateChange):
            if report.state not in _AT_WORK and report.device in self.devices.readers:
                self._work.put(lambda engine: engine.field.lost_sight())
            self._feed.show()

    def _room_again(self) -> None:
        """Half of what waited is done: scans are taken again."""
        self.devices.caught_up()
        self._overflow.over()

    def _swapped(self, outcome: Swapped | SwapRefused) -> None:
        """What came of device settings that were saved while we work."""
        if isinstance(outcome, SwapRefused):
            told = message("station.devices_refused", problem=str(outcome.problems[0]), count=len(outcome.problems))
            self._device_notices = (told,)
            self._feed.tell(ResultTone.WARN, told)
            return
        self._device_notices = ()
        self._spools.follow()
        found = outcome.changes
        if found.places:
            # Every tag seems to leave and to come; none of them has.
            self._work.put(lambda engine: engine.field.lost_sight())
        zone = (self.devices.zone,) if found.places and self.devices.zone else ()
        names = ", ".join((*found.added, *found.changed, *found.removed, *zone))
        told = message("station.devices_swapped", names=names) if names else message("station.devices_mended")
        self._feed.tell(ResultTone.INFO, told)

    def _label_failed(self, failed: LabelPrintFailed) -> None:
        self._work.put(lambda engine: self._note_unprinted(engine, failed))

    def _tag_done(self, found: TagWritten | TagWriteFailed) -> None:
        self._work.put(lambda engine: self._note_tag(engine, found))

    def _for_sync(self, work: StoreWork) -> None:
        """What sync has to write waits behind every scan; what the centre has by now is shown with it."""

        def write(engine: Engine) -> None:
            before = engine.store.epoch
            work(engine.store)
            self._feed.show(status=self._status(engine))
            if engine.store.epoch != before:
                self._feed.tell(ResultTone.WARN, message("station.forked"))

        self._work.put_last(write)

    # --- the engine's thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            engine = self._open_engine()
            self._begin(engine)
        except BaseException as error:  # noqa: BLE001 - carried to the thread that called start(), which raises it
            self._opened.put(error)
            return
        self._opened.put(None)
        sent = engine.store.head.seq
        while (work := self._work.get(self._room_again)) is not None:
            self._busy_since = time.monotonic()
            try:
                work(engine)
                self.devices.alarm(bool(engine.session.state.alarms))
            except Exception:
                # The outermost frame: a bug must not end the station. The instruction tells what was taken and what not.
                log.exception("an input could not be handled")
                self._feed.tell(ResultTone.BAD, message("station.fault"), prompt=engine.prompt())
            self._busy_since = None
            self._sent_notices = engine.knowledge.notices
            if self._sync is not None and engine.store.head.seq != sent:
                sent = engine.store.head.seq
                self._sync.wake()
        engine.close()

    def _begin(self, engine: Engine) -> None:
        self._look_at_disk(engine)
        if (lost := abandoned(engine.session.state, STOPPED)) is not None:
            engine.note((lost,))
        if closed := unattended(engine.session.state):
            engine.note(closed)
        self._feed.open(engine.prompt(), self._status(engine))
        self.devices.alarm(bool(engine.session.state.alarms))
        if engine.store.epoch_reason != "new":
            self._feed.tell(ResultTone.WARN, message("station.new_epoch"))

    def _happened(self, recorded: tuple[Recorded, ...]) -> None:
        """For those who follow what happens."""

    def _scan(self, engine: Engine, source: ScanSource) -> None:
        self._tags.look(engine.field)
        self._weights.empty_into(engine.scale)
        asked = self._feed.view.prompt
        outcome = engine.scan(source)
        if _answers(outcome) and (asked.step, asked.instruction) != (outcome.prompt.step, outcome.prompt.instruction):
            self.devices.answered(source.device, source.raw.encode("latin-1"))
        self._answer(engine, outcome)
        if outcome.refusal is None:
            self.devices.good(source.device)
        else:
            self.devices.bad(source.device)

    def _answer(self, engine: Engine, outcome: Outcome) -> None:
        """Show what came of an input, then print its labels: the next instruction never waits for a printer."""
        if outcome.refusal is not None:
            tone, told = ResultTone.BAD, outcome.refusal.message
        else:
            mood, told = said(line.event for line in outcome.events)
            tone = _TONES[mood]
        if not outcome.stored:
            self._look_at_disk(engine)
        self._happened(outcome.events)
        self._tags_agree(outcome.events)
        echo = outcome.source.raw if outcome.source else ""
        if any(isinstance(line.event, DevicesAsked) for line in outcome.events):
            self._feed.ask_for_devices()
        if any(isinstance(line.event, CodeTraced) for line in outcome.events):
            self._feed.look_up()
        self._feed.answer(tone, told, echo, outcome.prompt, self._status(engine))
        for line in outcome.events:
            if isinstance(line.event, LabelRequested):
                self._print(engine, line.event)
            elif isinstance(line.event, TagWriteRequested):
                self._tag_writer.write(line.event)
        if outcome.refusal is None and engine.field.tags:
            self._work.put_last(self._settle)
        if outcome.refusal is None and engine.scale.load is not None:
            self._work.put_last(self._look_at_scale)

    def _look_at_scale(self, engine: Engine) -> None:
        self._weights.empty_into(engine.scale)
        outcome = engine.weigh()
        if outcome is not None:
            self._answer(engine, outcome)

    def _settle(self, engine: Engine) -> None:
        outcome = engine.settle()
        if outcome is not None:
            self._tell_tags(engine, outcome)

    def _tell_tags(self, engine: Engine, outcome: Outcome) -> None:
        """The list fills silently, beside what the worker does; what alarms is told."""
        if outcome.refusal is not None:
            self._look_at_disk(engine)
            self._feed.tell(ResultTone.BAD, outcome.refusal.message)
        elif outcome.events:
            self._happened(outcome.events)
            self._tags_agree(outcome.events)
            status = self._status(engine)
            loud = [line.event for line in outcome.events if alarm_of(line.event) is not None]
            if loud:
                self._feed.answer(ResultTone.WARN, said(loud)[1], "", outcome.prompt, status)
            else:
                self._feed.show(prompt=outcome.prompt, status=status)

    def _tags_agree(self, recorded: tuple[Recorded, ...]) -> None:
        """The green lamp at the tag readers, for what only they can tell."""
        if any(agreed(line.event) for line in recorded):
            self.devices.tags_good()

    def _print(self, engine: Engine, wanted: LabelRequested) -> None:
        try:
            self._spools.submit(wanted, layouts(wanted, engine.site, engine.knowledge))
        except (LabelError, ValueError) as error:
            log.exception("no label for %s", wanted)
            self._spools.give_up(wanted, str(error))

    def _refuse_frame(self, engine: Engine, report: FrameRefused) -> None:
        """What never became a code is refused like any scan; of its bytes only the first are kept."""
        told = message("station.not_whole", reason=report.reason)
        if report.reason.startswith(_TOO_LONG):
            told = message("station.too_long", length=report.length)
        refused = ScanRefused(code=told.code, params=told.params)
        source = ScanSource(report.device, report.head.decode("latin-1"))
        self._note(engine, refused, source)
        self.devices.bad(report.device)
        self._feed.tell(ResultTone.BAD, told, source.raw, prompt=engine.prompt())

    def _note_unprinted(self, engine: Engine, failed: LabelPrintFailed) -> None:
        self._note(engine, failed)
        told = message("station.label_failed", reason=failed.reason)
        self._feed.tell(ResultTone.BAD, told, prompt=engine.prompt())

    def _note_tag(self, engine: Engine, found: TagWritten | TagWriteFailed) -> None:
        """What came of a tag that was to be written."""
        if isinstance(found, TagWritten):
            tone, told = ResultTone.GOOD, message("station.tag_written", epc=found.epc)
        else:
            tone, told = ResultTone.BAD, message("station.tag_not_written", reason=found.reason)
        if self._note(engine, found):
            if tone is ResultTone.GOOD:
                self.devices.tags_good()
            self._feed.tell(tone, told, prompt=engine.prompt())
            self._work.put_last(self._settle)

    def _note(self, engine: Engine, event: Event, source: ScanSource | None = None) -> bool:
        """Record something that no input of the worker's asked for; a store that cannot take it says so itself."""
        refusal = engine.note((event,), source)
        if refusal is not None:
            self._look_at_disk(engine)
            self._feed.tell(ResultTone.BAD, refusal.message)
        return refusal is None

    def _status(self, engine: Engine) -> Status:
        worker = engine.session.state.worker
        waiting, oldest = engine.store.unsynced()
        self._heard_at = engine.knowledge.contact_at
        return Status(
            station=engine.site.station.name,
            operator=worker.name if worker else "",
            language=worker.language if worker else engine.site.language,
            unsynced=waiting,
            oldest_at=oldest,
        )

    # --- housekeeping -------------------------------------------------------------------------------------------------

    def _look_at_disk(self, engine: Engine) -> None:
        """Put the ballast back where there is room again, and warn in hours of work where there is little."""
        try:
            engine.store.replenish()
            space = engine.store.space()
        except StoreError as error:
            self._disk_notices = (message("store.refused", reason=f"@store.{error.code}"),)
            return
        if not space.ballast and space.hours < 1:
            self._disk_notices = (message("station.disk_full"),)
        elif space.low:
            self._disk_notices = (message("station.disk_low", hours=int(space.hours)),)
        else:
            self._disk_notices = ()

    def _notices(self) -> tuple[Message, ...]:
        since = self._busy_since
        slow = since is not None and time.monotonic() - since > _SLOW_S
        synced = self._sync.notices(self._heard_at) if self._sync is not None else ()
        notices = (*self._overflow.notices, *self._disk_notices, *self._device_notices, *self._sent_notices, *synced)
        return (message("station.slow_disk"), *notices) if slow else notices

    def _tick(self) -> None:
        """Once a second: the clock goes on, and a disk that does not answer shows, even while the engine waits for it."""
        looked = time.monotonic()
        while not self._stopping.wait(_TICK_S):
            if time.monotonic() - looked > _HOUSEKEEPING_S:
                looked = time.monotonic()
                self._work.put(self._look_at_disk)
            if not self._work.full:
                # A key pressed at the very moment there was room again is still to be told.
                self._overflow.over()
            if self._supervisor is not None:
                self._supervisor.tick()
            if self._feed.view.prompt.timed:
                self._work.put_last(self._recount)
            self._feed.show()

    def _recount(self, engine: Engine) -> None:
        """The prompt says how long something has taken."""
        self._feed.show(prompt=engine.prompt())


def _answers(outcome: Outcome) -> bool:
    """Whether it was a scanned answer that was taken; a command such as UNDO is none."""
    given = outcome.input
    return outcome.refusal is None and isinstance(given, Scanned) and isinstance(understood(given), Answered)
