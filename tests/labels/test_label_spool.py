"""The queue before a printer: it never holds up whoever prints, and says what became of every job."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
import zxingcpp
from label_samples import PARCEL, SAMPLES
from PIL import Image

from rl_station.labels import Job, Layout, Media, Printed, PrintFailed, Retry, Spool, parcel_plate
from rl_station.labels.layout import Code128

QUICK = Retry(attempts=3, pause=0.01, timeout=1)
Outcome = Printed | PrintFailed


class BenchPrinter:
    """Prints into a list, after as many failures as a test asks for, and only while its gate is open."""

    def __init__(self, *, accepts: str = "application/zpl", failures: int = 0, fails_after: int = 0) -> None:
        self.name = "bench"
        self.accepts = accepts
        self.failures = failures
        self.fails_after = fails_after
        self.printed: list[bytes] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def send(self, job: bytes, timeout: float) -> None:
        self.entered.set()
        assert self.gate.wait(10)
        if self.failures and len(self.printed) >= self.fails_after:
            self.failures -= 1
            raise ConnectionError("out of paper")
        self.printed.append(job)


def job(name: str, layouts: int = 1) -> Job:
    return Job(name, (parcel_plate(PARCEL, heading=name),) * layouts)


@contextmanager
def spooling(
    printer: BenchPrinter, *, capacity: int = 50, retry: Retry = QUICK
) -> Iterator[tuple[Spool, queue.Queue[Outcome]]]:
    outcomes: queue.Queue[Outcome] = queue.Queue()
    spool = Spool(printer, outcomes.put, retry=retry, capacity=capacity)
    spool.start()
    try:
        yield spool, outcomes
    finally:
        printer.gate.set()
        spool.stop()


def test_jobs_are_printed_in_order_and_reported() -> None:
    printer = BenchPrinter()
    with spooling(printer) as (spool, outcomes):
        for name in "abc":
            spool.submit(job(name))
        assert [outcomes.get(timeout=5) for _ in "abc"] == [Printed("bench", job(name)) for name in "abc"]
    assert len(printer.printed) == 3


@pytest.mark.parametrize("name", SAMPLES)
def test_a_printer_of_pictures_gets_pictures(name: str) -> None:
    make, codes = SAMPLES[name]
    printer = BenchPrinter(accepts="image/png")
    with spooling(printer) as (spool, outcomes):
        spool.submit(Job(name, (make("Resell"),)))
        outcomes.get(timeout=5)
    image = Image.open(BytesIO(printer.printed[0])).convert("L")
    assert {(result.format.name, result.text) for result in zxingcpp.read_barcodes(image)} == codes


def test_a_failure_is_told_at_once_and_tried_again() -> None:
    with spooling(BenchPrinter(failures=2)) as (spool, outcomes):
        spool.submit(job("a"))
        told = [outcomes.get(timeout=5) for _ in range(3)]
    assert told == [
        PrintFailed("bench", job("a"), "out of paper", retrying=True),
        PrintFailed("bench", job("a"), "out of paper", retrying=True),
        Printed("bench", job("a")),
    ]


def test_a_job_given_up_can_be_printed_later_and_holds_up_no_other() -> None:
    printer = BenchPrinter(failures=3)
    with spooling(printer) as (spool, outcomes):
        spool.submit(job("a"))
        spool.submit(job("b"))
        told = [outcomes.get(timeout=5) for _ in range(4)]
        assert told[2:] == [PrintFailed("bench", job("a"), "out of paper", retrying=False), Printed("bench", job("b"))]
        assert spool.reprint("a")
        assert outcomes.get(timeout=5) == Printed("bench", job("a"))
        assert not spool.reprint("never seen")


def test_a_retry_does_not_print_the_first_label_of_a_job_again() -> None:
    printer = BenchPrinter(fails_after=1, failures=1)
    with spooling(printer) as (spool, outcomes):
        spool.submit(job("a", layouts=3))
        assert isinstance(outcomes.get(timeout=5), PrintFailed)
        assert outcomes.get(timeout=5) == Printed("bench", job("a", layouts=3))
    assert len(printer.printed) == 3


def test_a_stalled_printer_never_holds_up_submit_and_a_full_queue_is_told() -> None:
    printer = BenchPrinter()
    printer.gate.clear()
    with spooling(printer, capacity=2) as (spool, outcomes):
        spool.submit(job("stuck"))
        assert printer.entered.wait(5)
        for name in ("b", "c", "d"):
            spool.submit(job(name))
        assert outcomes.get_nowait() == PrintFailed("bench", job("d"), "queue full", retrying=False)
        assert spool.waiting == 2
        printer.gate.set()
        assert [outcomes.get(timeout=5).job.id for _ in range(3)] == ["stuck", "b", "c"]
        assert spool.reprint("d")
        assert outcomes.get(timeout=5) == Printed("bench", job("d"))


def test_stop_does_not_wait_for_a_stalled_printer_and_names_what_is_left() -> None:
    printer = BenchPrinter()
    printer.gate.clear()
    with spooling(printer) as (spool, outcomes):
        spool.submit(job("stuck"))
        assert printer.entered.wait(5)
        spool.submit(job("waiting"))
        assert spool.stop() == (job("stuck"), job("waiting"))
        spool.submit(job("late"))
        assert outcomes.get_nowait() == PrintFailed("bench", job("late"), "stopped", retrying=False)


def test_stop_ends_the_pause_between_attempts() -> None:
    with spooling(BenchPrinter(failures=9), retry=Retry(attempts=3, pause=3600, timeout=1)) as (spool, outcomes):
        spool.submit(job("a"))
        assert outcomes.get(timeout=5) == PrintFailed("bench", job("a"), "out of paper", retrying=True)
        assert spool.stop() == (job("a"),)


def test_a_label_that_cannot_be_made_is_told_and_not_tried_again() -> None:
    impossible = Job("x", (Layout(Media(20, 20), (Code128(0, 0, 20, 10, "RLPD0100000012T"),)),))
    with spooling(BenchPrinter()) as (spool, outcomes):
        spool.submit(impossible)
        told = outcomes.get(timeout=5)
        assert isinstance(told, PrintFailed)
        assert not told.retrying
        assert "needs" in told.reason
        spool.submit(job("b"))
        assert outcomes.get(timeout=5) == Printed("bench", job("b"))


def test_a_listener_that_breaks_does_not_end_the_printing() -> None:
    printer, told = BenchPrinter(), threading.Event()

    def listener(outcome: Outcome) -> None:
        if outcome.job.id == "a":
            raise RuntimeError("no screen")
        told.set()

    spool = Spool(printer, listener, retry=QUICK)
    spool.start()
    spool.submit(job("a"))
    spool.submit(job("b"))
    assert told.wait(5)
    spool.stop()


def test_a_printer_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="application/pdf"):
        Spool(BenchPrinter(accepts="application/pdf"), lambda _: None)


def test_of_a_job_that_was_given_back_nothing_more_is_reported() -> None:
    printer = BenchPrinter(failures=1)
    printer.gate.clear()
    outcomes: queue.Queue[Outcome] = queue.Queue()
    spool = Spool(printer, outcomes.put, retry=QUICK)
    spool.start()
    spool.submit(job("a"))
    assert printer.entered.wait(5)
    assert spool.stop() == (job("a"),)
    printer.gate.set()
    thread = next((each for each in threading.enumerate() if each.name == "spool bench"), None)
    if thread is not None:
        thread.join(5)
    assert outcomes.empty()
