"""The queue before each printer: whoever prints goes on working, and hears later what became of it."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rl_station.labels.layout import LabelError, Layout
from rl_station.labels.pixels import to_png
from rl_station.labels.zpl import to_zpl

_log = logging.getLogger(__name__)
_KEPT = 200
_JOIN_SECONDS = 0.5

_RENDERERS: dict[str, Callable[[Layout, int], bytes]] = {"application/zpl": to_zpl, "image/png": to_png}


class LabelPrinter(Protocol):
    """What the spool needs of a printer; `send` raises when the job did not go out whole."""

    @property
    def name(self) -> str: ...

    @property
    def accepts(self) -> str: ...

    def send(self, job: bytes, timeout: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Job:
    """Labels to print together. `id` is what they are reprinted by, such as a plate."""

    id: str
    layouts: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    printer: str
    job: Job


@dataclass(frozen=True, slots=True)
class PrintFailed:
    """One attempt that failed, and whether another follows by itself. The job stays known for `reprint`."""

    printer: str
    job: Job
    reason: str
    retrying: bool


Report = Callable[[Printed | PrintFailed], None]


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a job is tried, seconds between attempts, and seconds one attempt may take."""

    attempts: int = 3
    pause: float = 2.0
    timeout: float = 5.0


class Spool:
    """One printer, its thread and its bounded queue.

    Reports come on the spool's thread, or on the caller's for a job that finds the queue full or the spool stopped.
    Raises ValueError for a printer that accepts neither ZPL nor PNG.
    """

    def __init__(
        self, printer: LabelPrinter, report: Report, *, dpi: int = 203, retry: Retry | None = None, capacity: int = 50
    ) -> None:
        if printer.accepts not in _RENDERERS:
            raise ValueError(
                f"printer {printer.name} takes {printer.accepts}, and labels come as {' or '.join(_RENDERERS)}"
            )
        self._printer = printer
        self._render = _RENDERERS[printer.accepts]
        self._report = report
        self._dpi = dpi
        self._retry = retry or Retry()
        self._capacity = capacity
        self._waiting: deque[Job] = deque()
        self._in_hand: Job | None = None
        self._known: OrderedDict[str, Job] = OrderedDict()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"spool {printer.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; never waits for the printer."""
        with self._changed:
            self._remember(job)
            refusal = self._refusal()
            if not refusal:
                self._waiting.append(job)
                self._changed.notify_all()
        if refusal:
            self._report(PrintFailed(self._printer.name, job, refusal, retrying=False))

    def reprint(self, job_id: str) -> bool:
        """Queue a job again, printed or not. False where it is no longer known."""
        with self._changed:
            job = self._known.get(job_id)
        if job is None:
            return False
        self.submit(job)
        return True

    @property
    def waiting(self) -> int:
        """Jobs in the queue, without the one being printed."""
        with self._changed:
            return len(self._waiting)

    def stop(self) -> tuple[Job, ...]:
        """Stop at once and return the jobs that are not known to be printed; of these nothing more is reported.

        A printer that hangs is left to its own timeout.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_JOIN_SECONDS)
        with self._changed:
            left = ((self._in_hand,) if self._in_hand else ()) + tuple(self._waiting)
            self._waiting.clear()
            self._in_hand = None
        return left

    def _remember(self, job: Job) -> None:
        self._known[job.id] = job
        self._known.move_to_end(job.id)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)

    def _refusal(self) -> str:
        if self._stopping:
            return "stopped"
        return "queue full" if len(self._waiting) >= self._capacity else ""

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._print(job)
            except Exception:  # noqa: BLE001  the thread's outermost frame: a listener that breaks must not end the printing
                _log.exception("reporting %s on %s", job.id, self._printer.name)

    def _next(self) -> Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            if self._stopping:
                return None
            self._in_hand = self._waiting.popleft()
            return self._in_hand

    def _print(self, job: Job) -> None:
        left = list(job.layouts)
        for attempt in range(1, self._retry.attempts + 1):
            error = self._attempt(left)
            last = error is None or attempt == self._retry.attempts or isinstance(error, LabelError)
            if not self._still_ours(job, done=last):
                return
            if error is None:
                self._report(Printed(self._printer.name, job))
                return
            reason = str(error) or type(error).__name__
            self._report(PrintFailed(self._printer.name, job, reason, retrying=not last))
            if last or not self._pause():
                return

    def _still_ours(self, job: Job, *, done: bool) -> bool:
        """False where `stop` gave the job back meanwhile: then somebody else answers for it."""
        with self._changed:
            ours = self._in_hand is job
            if done:
                self._in_hand = None
            return ours

    def _attempt(self, left: list[Layout]) -> Exception | None:
        """Send the layouts, taking out of `left` what went, so that no retry prints it twice."""
        while left:
            try:
                self._printer.send(self._render(left[0], self._dpi), self._retry.timeout)
            except Exception as error:  # noqa: BLE001  drivers bring errors labels may not know: it becomes the job's state
                _log.warning("printer %s: %s", self._printer.name, error)
                return error
            del left[0]
        return None

    def _pause(self) -> bool:
        """Wait before the next attempt. False when stopped meanwhile."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopping, self._retry.pause)
