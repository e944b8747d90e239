"""A station at work: one engine thread decides and commits, devices feed it, printers and the screen hear from it.

Every public method may be called from any thread and returns at once.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from rl_station.devices import DeviceSet, DeviceState, DuplicateIgnored, FrameRefused, Read, Report
from rl_station.domain.events import Event, LabelRequested, Recorded, ScanRefused
from rl_station.domain.messages import Message, message
from rl_station.domain.scan import ScanSource
from rl_station.station.engine import Engine, Outcome
from rl_station.station.printing import layouts
from rl_station.station.spools import Spools
from rl_station.tui.contract import DeviceLine, Link, Listener, Result, ResultTone, Status, View
from rl_station.workflow import said
from rl_station.workflow.inputs import Input
from rl_station.workflow.prompt import Prompt, Tone

log = logging.getLogger(__name__)

_TICK_S = 1.0
_SLOW_S = 1.0
_TONES = {Tone.GOOD: ResultTone.GOOD, Tone.PLAIN: ResultTone.INFO, Tone.WARN: ResultTone.WARN, Tone.BAD: ResultTone.BAD}

Work = Callable[[Engine], None]


class RunningStation:
    """Implements `tui.contract.StationPort`. `open_engine` is called on the engine's own thread, where the store lives."""

    def __init__(self, open_engine: Callable[[], Engine], devices: DeviceSet) -> None:
        self._open_engine = open_engine
        self.devices = devices
        self._spools = Spools(devices, self._label_failed)
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._ticker = threading.Thread(target=self._tick, name="ticker", daemon=True)
        self._opened: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._results = count(1)
        self._publishing = threading.Lock()
        self._listener: Listener | None = None
        self._view: View | None = None
        self._busy_since: float | None = None

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the store and start the devices. Raises what keeps the store from opening."""
        self._thread.start()
        failure = self._opened.get()
        if failure is not None:
            raise failure
        self._spools.start()
        self.devices.start(self._report)
        self._ticker.start()

    def stop(self) -> None:
        """Finish what was scanned, then stop. Labels that were not printed are noted, to be printed again."""
        self.devices.stop()
        self._stopping.set()
        self._spools.stop()
        self._work.put(None)
        self._thread.join()

    # --- what the screen calls ----------------------------------------------------------------------------------------

    def first(self) -> View:
        if self._view is None:
            raise RuntimeError("the station has not been started")
        return self._view

    def subscribe(self, listener: Listener) -> None:
        with self._publishing:
            self._listener = listener
            if self._view is not None:
                listener(self._view)

    def submit(self, given: Input) -> None:
        self._work.put(lambda engine: self._answer(engine, engine.handle(given)))

    def scan(self, data: bytes, *, device: str, manual: bool) -> None:
        source = ScanSource(device=device, raw=data.decode("latin-1"), manual=manual)
        self._work.put(lambda engine: self._scan(engine, source))

    # --- what devices report ------------------------------------------------------------------------------------------

    def _report(self, report: Report) -> None:
        match report:
            case Read():
                source = ScanSource(
                    device=report.device,
                    raw=report.data.decode("latin-1"),
                    symbology=report.symbology,
                    manual=report.manual,
                )
                self._work.put(lambda engine: self._scan(engine, source))
            case DuplicateIgnored(read=read):
                echo = read.data.decode("latin-1")
                self._show(result=self._result(ResultTone.INFO, message("station.duplicate_ignored"), echo))
            case FrameRefused():
                self._work.put(lambda engine: self._refuse_frame(engine, report))
            case _:
                self._show()

    def _refuse_frame(self, engine: Engine, report: FrameRefused) -> None:
        head = report.head.decode("latin-1")
        refused = ScanRefused(code="station.too_long", params=(("length", report.length),))
        self._record(engine, (refused,), ScanSource(device=report.device, raw=head))
        self.devices.bad(report.device)
        told = message("station.too_long", length=report.length)
        self._show(prompt=engine.prompt(), result=self._result(ResultTone.BAD, told, head))

    def _label_failed(self, failed: Event, reason: str) -> None:
        def note(engine: Engine) -> None:
            self._record(engine, (failed,), None)
            told = message("station.label_failed", reason=reason)
            self._show(prompt=engine.prompt(), result=self._result(ResultTone.BAD, told))

        self._work.put(note)

    # --- the engine's thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            engine = self._open_engine()
            prompt = engine.prompt()
            self._opened_engine(engine)
        except BaseException as error:  # noqa: BLE001 - carried to the thread that called start(), which raises it
            self._opened.put(error)
            return
        self._view = View(prompt, self._status(engine))
        self._opened.put(None)
        while (work := self._work.get()) is not None:
            self._busy_since = time.monotonic()
            try:
                work(engine)
            except Exception:
                # The outermost frame: a bug must not end the station. The worker hears that this input was not taken.
                log.exception("an input could not be handled")
                self._show(result=self._result(ResultTone.BAD, message("station.fault")))
            self._busy_since = None
        engine.store.close()

    def _opened_engine(self, engine: Engine) -> None:
        """For those who follow what happens from the beginning of the log."""

    def _happened(self, recorded: tuple[Recorded, ...]) -> None:
        """For those who follow what happens."""

    def _scan(self, engine: Engine, source: ScanSource) -> None:
        outcome = engine.scan(source)
        self._answer(engine, outcome)
        if outcome.refusal is None:
            self.devices.good(source.device)
        else:
            self.devices.bad(source.device)

    def _answer(self, engine: Engine, outcome: Outcome) -> None:
        """Show what came of an input, then print its labels: the next instruction never waits for a printer."""
        echo = outcome.source.raw if outcome.source else ""
        if outcome.refusal is not None:
            result = self._result(ResultTone.BAD, outcome.refusal.message, echo)
        else:
            tone, told = said(recorded.event for recorded in outcome.events)
            result = self._result(_TONES[tone], told, echo)
        self._happened(outcome.events)
        self._show(prompt=outcome.prompt, result=result, status=self._status(engine))
        self._print(engine, outcome.events)

    def _print(self, engine: Engine, recorded: tuple[Recorded, ...]) -> None:
        for line in recorded:
            if isinstance(line.event, LabelRequested):
                self._spools.submit(line.event, layouts(line.event, engine.site, engine.store.records))

    def _record(self, engine: Engine, events: tuple[Event, ...], source: ScanSource | None) -> None:
        """Note something that no input of the worker's asked for; a store that cannot take it says so itself."""
        refusal = engine.note(events, source)
        if refusal is not None:
            self._show(result=self._result(ResultTone.BAD, refusal.message))

    # --- the view -----------------------------------------------------------------------------------------------------

    def _result(self, tone: ResultTone, told: Message, echo: str = "") -> Result:
        return Result(tone, told, echo, next(self._results))

    def _show(
        self, *, prompt: Prompt | None = None, result: Result | None = None, status: Status | None = None
    ) -> None:
        """Hand a new view to the screen; what is not given stays as it was."""
        with self._publishing:
            if self._view is None:
                return
            before = self._view
            fresh = replace(status or before.status, devices=self._device_lines(), notices=self._notices())
            self._view = View(prompt or before.prompt, fresh, result or before.result)
            if self._listener is not None:
                self._listener(self._view)

    def _status(self, engine: Engine) -> Status:
        worker = engine.session.state.worker
        unsynced, oldest = engine.store.unsynced()
        return Status(
            station=engine.site.station.name,
            operator=worker.name if worker else "",
            language=worker.language if worker else engine.site.language,
            devices=self._device_lines(),
            unsynced=unsynced,
            oldest_at=oldest,
            link=Link.NONE,
            clock=_now(),
            notices=self._notices(),
        )

    def _device_lines(self) -> tuple[DeviceLine, ...]:
        return tuple(
            DeviceLine(line.name, line.state.value, "" if line.state is DeviceState.READY else line.reason)
            for line in self.devices.status()
        )

    def _notices(self) -> tuple[Message, ...]:
        since = self._busy_since
        if since is not None and time.monotonic() - since > _SLOW_S:
            return (message("station.slow_disk"),)
        return ()

    def _tick(self) -> None:
        """Once a second: the clock goes on, and a disk that does not answer shows, even while the engine waits for it."""
        while not self._stopping.wait(_TICK_S):
            view = self._view
            if view is not None:
                self._show(status=replace(view.status, clock=_now()))


def _now() -> int:
    return time.time_ns() // 1000
