"""The devices of one station: started, watched, swapped and stopped together, each kept from hurting the others."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from drivers.contract import (
    DeviceError,
    DeviceState,
    FiredScanner,
    Health,
    HealthLevel,
    NoSuchTagError,
    RawBytes,
    StateChange,
    TagReader,
    TagReads,
    Tapped,
    TerminalScanner,
)
from rl_station.devices import health
from rl_station.devices.active import AT_WORK, ActiveScanner
from rl_station.devices.bound import Bound, BoundPrinter, BoundScanner, Changes, changes, goes_on
from rl_station.devices.minder import Minder
from rl_station.devices.reports import DeviceStatus, Report, ReportListener
from rl_station.devices.statistics import load
from rl_station.devices.stream import Full, Stream
from rl_station.devices.table import DeviceTable
from rl_station.devices.tag_places import TagPlaces
from rl_station.devices.tags import ChangesListener, TagWatch
from rl_station.devices.terminal_line import TerminalLine
from rl_station.devices.trial import Trial

_logger = logging.getLogger(__name__)
_STOP_S = 6.0
_SWAP_S = 0.5
_CHECK_S = 2.0


class DeviceSet:
    """Starts, stops, swaps and watches devices; merges their reports into one stream.

    The listener is called from the devices' threads, one call at a time. It has to return at once and may not raise.
    With a `folder`, counters are kept there from one start to the next. `places` say where tag readers look.
    """

    def __init__(
        self,
        scanners: Iterable[BoundScanner],
        printers: Iterable[BoundPrinter] = (),
        *,
        folder: Path | None = None,
        places: TagPlaces | None = None,
    ) -> None:
        self._bound = _by_name(scanners, printers)
        self._table = DeviceTable(map(_line, self._bound.values()), load(folder) if folder else None)
        self._stream = Stream(self._table)
        self._alarm = False
        self._active = {
            bound.name: self._made(bound) for bound in self._bound.values() if isinstance(bound, BoundScanner)
        }
        self._terminal = TerminalLine(_typing(self._active.values()))
        self._places = places or TagPlaces()
        self._tags = TagWatch(self._places)
        self._minder = Minder(self._look_after, self._table.counters, folder)
        self._changing = threading.Lock()
        self._running = False

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(
        self,
        listener: ReportListener,
        *,
        full: Full = lambda: False,
        tags: ChangesListener = lambda changes: None,
    ) -> None:
        """Start everything; what cannot be started is lost with its reason, and the rest goes on.

        While `full` says so, scans are not taken: they are counted and told as `NotTaken` (see `caught_up`). `tags` hears,
        from a thread of its own, what becomes of the tags whose single reads the listener gets.
        """

        def heard(report: Report) -> None:
            if isinstance(report, TagReads):
                self._tags.take(report.reads)
            listener(report)

        with self._changing:
            self._tags.start(tags)
            self._stream.open(heard, full)
            self._running = True
            self._begin(self._bound.values())
            self._minder.start()

    def stop(self) -> None:
        """Stop everything. No report comes after this returns."""
        with self._changing:
            self._stream.close()
            _stop_all(list(self._active.values()), _STOP_S, lambda active: None)
            self._tags.stop()
            if self._running:
                self._minder.stop()
            self._running = False

    def swap(
        self, scanners: Iterable[BoundScanner], printers: Iterable[BoundPrinter], places: TagPlaces | None = None
    ) -> Changes:
        """Have these devices from now on. One that is the very same object goes on undisturbed, as does one with the very same
        adapter, under its new settings; blocks until the rest is done.
        """
        with self._changing:
            fresh = _by_name(scanners, printers)
            found = changes(self._bound, fresh)
            kept = {name for name in fresh if goes_on(self._bound.get(name), fresh[name])}
            for name in kept & self._active.keys():
                if isinstance(bound := fresh[name], BoundScanner):
                    self._stream.tune(self._active[name], bound)
            leaving = [active for name, active in self._active.items() if name not in kept]
            with self._terminal.held():
                _stop_all(leaving, _SWAP_S, self._stream.retire)
                self._active = {
                    name: self._active[name] if name in kept else self._made(bound)
                    for name, bound in fresh.items()
                    if isinstance(bound, BoundScanner)
                }
                self._terminal.use(_typing(self._active.values()))
            if places is not None and places != self._places:
                self._places, found = places, replace(found, places=True)
                self._tags.use(places)
            self._bound = fresh
            self._table.set(map(_line, fresh.values()), kept)
            if self._running:
                self._begin(bound for name, bound in fresh.items() if name not in kept)
            return found

    def _begin(self, some: Iterable[Bound]) -> None:
        for bound in some:
            if bound.failure:
                self._stream.tell(StateChange(bound.name, DeviceState.LOST, bound.failure))
            elif isinstance(bound, BoundPrinter):
                self._ask(bound)
            else:
                self._active[bound.name].start()

    def _made(self, bound: BoundScanner) -> ActiveScanner:
        made = ActiveScanner(bound, self._stream.deliver, self._failed, self._tone_failed)
        made.alarm(self._alarm)
        return made

    # --- what is there ------------------------------------------------------------------------------------------------

    def status(self) -> tuple[DeviceStatus, ...]:
        """The device table, scanners first."""
        return self._table.lines()

    @property
    def bound(self) -> Mapping[str, Bound]:
        """Everything that is configured, made or not, by name."""
        return self._bound

    @property
    def printers(self) -> Mapping[str, BoundPrinter]:
        """Printers that could be made, in the order of the station's list."""
        return {
            name: bound
            for name, bound in self._bound.items()
            if isinstance(bound, BoundPrinter) and bound.printer is not None
        }

    @property
    def terminal(self) -> TerminalScanner:
        """Where the terminal's bytes go in: through the scanner that types, if there is one, and on as keys."""
        return self._terminal

    @property
    def zone(self) -> str:
        """The station's own place among those its tag readers look at; empty where it has no reader."""
        return self._tags.zone

    @property
    def readers(self) -> frozenset[str]:
        """Names of the tag readers."""
        return frozenset(name for name, bound in self._bound.items() if bound.kind == "reader")

    @property
    def watches_tags(self) -> bool:
        """Whether a tag reader is at work now."""
        return any(line.kind == "reader" and line.state in AT_WORK for line in self._table.lines())

    @property
    def weighs(self) -> bool:
        """Whether a scale is at work now."""
        return any(line.kind == "scale" and line.state in AT_WORK for line in self._table.lines())

    def reader(self) -> TagReader | None:
        """The first tag reader of the station that could be made."""
        found = (active.bound.scanner for active in self._active.values())
        return next((each for each in found if isinstance(each, TagReader)), None)

    def write_tag(self, old: str, new: str, timeout: float) -> None:
        """Give the tag with EPC `old` the EPC `new`, by whichever reader sees it, and read it back.

        Blocks up to `timeout` seconds for each reader. Raises `DeviceError` where the tag does not hold `new` for certain.
        """
        unseen = DeviceError("no tag reader is at work")
        for active in list(self._active.values()):
            line, reader = self._table.line(active.name), active.bound.scanner
            if line is None or line.state not in AT_WORK or not isinstance(reader, TagReader):
                continue
            try:
                reader.write_epc(old, new, timeout)
            except NoSuchTagError as error:
                unseen = error
            else:
                return
        raise unseen

    def fired_scanner(self) -> FiredScanner | None:
        """The scanner that a key fires, if the station has one now."""
        for active in self._active.values():
            if isinstance(active.bound.scanner, FiredScanner):
                return active.bound.scanner
        return None

    # --- feedback -----------------------------------------------------------------------------------------------------

    def good(self, device: str) -> None:
        """Let the scanner give its good tone, if it can. Never waits for it."""
        if (active := self._active.get(device)) is not None:
            active.good()

    def bad(self, device: str) -> None:
        if (active := self._active.get(device)) is not None:
            active.bad()

    def answered(self, device: str, data: bytes) -> None:
        """Say that this read answered a question and another is open: the same code may answer that at once."""
        if (active := self._active.get(device)) is not None:
            self._stream.answered(active, data)

    def alarm(self, on: bool) -> None:
        """Light the lamps at the tag readers' outputs for as long as an alarm waits. Never waits for them."""
        if on is not self._alarm:
            self._alarm = on
            for active in list(self._active.values()):
                active.alarm(on)

    def tags_good(self) -> None:
        """Light the good ones for a moment: the tags said what they should."""
        for active in list(self._active.values()):
            active.lit_good()

    def caught_up(self) -> None:
        """Say that there is room for scans again."""
        self._stream.caught_up()

    # --- checks -------------------------------------------------------------------------------------------------------

    def test(self, name: str, level: str = HealthLevel.EXTERNAL, timeout: float = 5.0, *, code: str = "") -> Health:
        """Check a device, waiting up to `timeout` seconds; `level` is one of `HealthLevel`. Never raises.

        Interactive: waits for a scan. With a `code`, only that code counts, and it goes nowhere else; every other read goes
        its usual way. A printer or scale cannot be scanned with: it is asked instead.
        """
        bound, line = self._bound.get(name), self._table.line(name)
        if bound is None or line is None:
            return Health(False, "there is no such device")
        if level == HealthLevel.INTERNAL:
            return health.known(bound, line)
        if level == HealthLevel.INTERACTIVE and bound.kind == "reader":
            return health.tag_read(bound, line, timeout)
        if level == HealthLevel.INTERACTIVE and bound.kind == "scanner" and not bound.failure:
            trial = Trial(code.encode())
            self._stream.try_out(name, trial)
            try:
                return trial.wait(timeout)
            finally:
                self._stream.try_out(name, None)
        return health.answered(bound, line, timeout)

    def tap(self, name: str, listener: Callable[[RawBytes], None] | None) -> bool:
        """Hear a device's raw bytes, on its thread; None ends it. False where its driver cannot tell them."""
        bound = self._bound.get(name)
        if not isinstance(bound, BoundScanner) or not isinstance(bound.scanner, Tapped):
            return False
        bound.scanner.tap(None if listener is None else lambda data, at: listener(RawBytes(name, data, at)))
        return True

    def _look_after(self) -> None:
        """Ask what has been silent for long whether it lives."""
        now = time.monotonic_ns()
        for name, active in list(self._active.items()):
            line = self._table.line(name)
            ready = line is not None and line.state in AT_WORK
            if ready and active.watchdog.due(now):
                threading.Thread(target=self._look_at, args=(active, now), name=f"look-{name}", daemon=True).start()

    def _look_at(self, active: ActiveScanner, now: int) -> None:
        """A device that does not answer is in trouble, and opened anew: the other end of its port may be gone."""
        found = health.alive(active.bound, _CHECK_S)
        silence = active.watchdog.silence(now)
        if found is None:
            self._stream.silent(active, silence)
        elif found.ok:
            active.watchdog.alive(time.monotonic_ns())
            self._stream.silent(active, "")
        else:
            self._stream.silent(active, f"{silence}; {found.report}")
            active.restart()

    # --- printers -----------------------------------------------------------------------------------------------------

    def check_printers(self) -> None:
        """Ask every printer how it is, each on a thread of its own; the answers come as reports."""
        for bound in self.printers.values():
            self._ask(bound)

    def printed(self, printer: str, problem: str = "") -> None:
        """What came of a print job: fine, or the reason it failed."""
        self._table.count_job(printer, problem)
        state = DeviceState.DEGRADED if problem else DeviceState.READY
        self._stream.tell(StateChange(printer, state, problem))

    def _ask(self, bound: BoundPrinter) -> None:
        self._stream.tell(StateChange(bound.name, DeviceState.OPENING))
        threading.Thread(target=self._check_printer, args=(bound,), name=f"check-{bound.name}", daemon=True).start()

    def _check_printer(self, bound: BoundPrinter) -> None:
        change = StateChange(bound.name, *health.printer_status(bound, bound.timeout))
        if self._bound.get(bound.name) is bound:
            self._stream.tell(change)

    # --- failures -----------------------------------------------------------------------------------------------------

    def _failed(self, active: ActiveScanner, error: Exception) -> None:
        reason = str(error) or type(error).__name__
        self._stream.deliver(active, StateChange(active.name, DeviceState.LOST, reason))

    def _tone_failed(self, active: ActiveScanner, error: Exception) -> None:
        _logger.warning("scanner %s could not beep or light: %s", active.name, error)
        self._table.count_error(active.name)


def _stop_all(scanners: Sequence[ActiveScanner], seconds: float, stopped: Callable[[ActiveScanner], None]) -> None:
    """Stop them at the same time. One that does not stop in time is left behind: a stuck driver holds up no other."""
    threads = [threading.Thread(target=each.stop, name=f"stop-{each.name}", daemon=True) for each in scanners]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for scanner, thread in zip(scanners, threads, strict=True):
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            _logger.warning("device %s does not stop; it is left behind", scanner.name)
        stopped(scanner)


def _typing(scanners: Iterable[ActiveScanner]) -> TerminalScanner | None:
    for active in scanners:
        if isinstance(active.bound.scanner, TerminalScanner):
            return active.bound.scanner
    return None


def _line(bound: Bound) -> DeviceStatus:
    line = DeviceStatus(bound.name, bound.kind, bound.driver)
    return replace(line, state=DeviceState.LOST, reason=bound.failure) if bound.failure else line


def _by_name(scanners: Iterable[BoundScanner], printers: Iterable[BoundPrinter]) -> dict[str, Bound]:
    bound: list[Bound] = [*scanners, *printers]
    return {each.name: each for each in bound}
