"""A printer that refuses, and one that takes the line and never answers: seen, noted, and nobody waits."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from courses import DRESS, SIGN_IN, Walk, receive
from station_bench import Site, running
from terminal import PATIENCE_S

pytestmark = pytest.mark.slow

TRACKING = "RR976480394DE"
_PRINTER = """
[printers.bench-zpl]
driver = "zpl"
url = "tcp://127.0.0.1:{port}"
timeout = {timeout}
"""


@contextmanager
def _port(*, listening: bool) -> Iterator[tuple[socket.socket, int]]:
    """A port that is ours; nobody answers unless somebody listens."""
    with socket.socket() as ours:
        ours.settimeout(PATIENCE_S)
        ours.bind(("127.0.0.1", 0))
        if listening:
            ours.listen()
        yield ours, ours.getsockname()[1]


def test_a_printer_that_refuses_is_shown_and_noted_and_the_parcel_goes_on_without_a_label(tmp_path: Path) -> None:
    with _port(listening=False) as (_, port):
        site = Site(tmp_path, printer="bench-zpl", devices=_PRINTER.format(port=port, timeout=2))
        with running(site) as station:
            station.wait_for("bench-zpl in trouble (connection refused)")
            station.ready()
            walk = Walk(station)
            walk.go((*SIGN_IN, *receive(TRACKING)[:-1]))
            station.wait_for("The label did not print (connection refused).")
            station.wait_for("The printer did not print: connection refused. Choose REPRINT, or go on without a label.")
            station.command("NOLABEL", until=f"Put parcel {walk.parcel} on lane")
    (failed,) = site.of_type("LabelPrintFailed")
    assert (failed["label"], failed["parcel"], failed["reason"]) == ("parcel", walk.parcel, "connection refused")
    assert [event["how"] for event in site.of_type("ParcelPlateConfirmed")] == ["unlabelled"]


def test_a_printer_that_hangs_holds_nobody_up(tmp_path: Path) -> None:
    with _port(listening=True) as (printer, port):
        site = Site(tmp_path, printer="bench-zpl", devices=_PRINTER.format(port=port, timeout=60))
        with running(site) as station:
            asked, _ = printer.accept()
            with asked:
                station.wait_for("bench-zpl opening")
            station.ready()
            walk = Walk(station)
            walk.go((*SIGN_IN, *receive(TRACKING)[:-1]))
            hanging, _ = printer.accept()
            with hanging:
                walk.go(receive(TRACKING)[-1:])
                walk.go(DRESS[1:])
                station.wait_for(f"Unit {walk.unit} is in TOTE0001")
                assert not site.of_type("LabelPrintFailed"), "it hangs still, and two parcels are done"
                station.terminal.signal(signal.SIGTERM)
                assert station.terminal.ended() == 0
    unprinted = {(event["label"], event["parcel"], event["unit"]) for event in site.of_type("LabelPrintFailed")}
    wanted = {(event["label"], event["parcel"], event["unit"]) for event in site.of_type("LabelRequested")}
    assert unprinted == wanted, "what was not printed is noted, to be printed again"
    site.assert_intact()
