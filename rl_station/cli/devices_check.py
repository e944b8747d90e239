"""`rl-station devices test`: does it answer, does it read what is on the screen, does it print."""

from __future__ import annotations

import queue
import secrets
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from typing import NamedTuple

from rl_station.cli import opening
from rl_station.cli.barcode_text import drawn
from rl_station.cli.devices_open import bound, chosen, typed_scans, wait_settled, warn_of_station
from rl_station.cli.doctor_devices import mend, place
from rl_station.cli.options import Exit, complain, print_json
from rl_station.devices import BoundPrinter, DeviceError, DeviceSet, DeviceState, Health, HealthLevel, Report, Weighed
from rl_station.domain.scan import shown
from rl_station.labels import LabelError, bin_label, to_png, to_zpl
from rl_station.settings import Site

PATIENCE_S = 6.0
_ASK_S = 5.0


class Check(NamedTuple):
    """`level`: opened, external, interactive, label."""

    level: str
    ok: bool
    report: str


def check_device(args: Namespace) -> int:
    """Try one device from the outside in, up to the first thing that fails. Exit 1 there."""
    site = opening.site(args)
    names = chosen(site, args.name)
    warn_of_station(args)
    devices = bound(site, names, opening.data(args))
    done: list[Check] = []
    for check in checks(site, devices, args):
        done.append(check)
        if not args.json:
            print(f"{'ok  ' if check.ok else 'FAIL'}  {check.level:<12} {shown(check.report)}", flush=True)
    ok = all(check.ok for check in done)
    if args.json:
        print_json({"device": args.name, "ok": ok, "checks": [check._asdict() for check in done]})
    return Exit.FINE if ok else Exit.FOUND


def checks(site: Site, devices: DeviceSet, args: Namespace) -> Iterator[Check]:
    """Each is only made where the one before it went well."""
    told = threading.Event()
    weights: queue.SimpleQueue[Weighed] = queue.SimpleQueue()

    def listener(report: Report) -> None:
        told.set()
        if isinstance(report, Weighed):
            weights.put(report)

    with typed_scans(devices):
        devices.start(listener)
        try:
            (line,) = wait_settled(devices, told, PATIENCE_S)
            if line.state is not DeviceState.READY:
                fix = mend(line.reason, place(line.name, site.devices))
                yield Check("opened", False, f"{line.state.value}, {line.reason or 'does not answer'}. {fix}")
                return
            yield Check("opened", True, f"{line.kind}, driver {line.driver}: ready")
            answer = devices.test(line.name, HealthLevel.EXTERNAL, _ASK_S)
            yield Check("external", answer.ok, answer.report)
            if not answer.ok:
                return
            if printer := devices.printers.get(line.name):
                yield _label(site, printer)
            elif args.seconds and line.kind == "scale":
                yield _weigh(weights, line.name, args.seconds)
            elif args.seconds and line.kind == "reader":
                yield _tag(devices, line.name, args.seconds)
            elif args.seconds:
                yield _scan(devices, line.name, args.seconds)
        finally:
            devices.stop()


def _scan(devices: DeviceSet, name: str, seconds: float) -> Check:
    """A code that nobody has seen before: an old label lying about must not count."""
    code = f"TEST{secrets.randbelow(10**6):06}"
    complain(f"Scan this code with {name} within {seconds:g} s, from the screen or typed off it: {code}")
    if sys.stderr.isatty():
        complain(drawn(code))
    found: Health = devices.test(name, HealthLevel.INTERACTIVE, seconds, code=code)
    return Check("interactive", found.ok, found.report)


def _weigh(weights: queue.SimpleQueue[Weighed], name: str, seconds: float) -> Check:
    """Something that is not nothing, settled."""
    complain(f"Put something on {name} within {seconds:g} s, and let it settle.")
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            weight = weights.get(timeout=left)
        except queue.Empty:
            break
        if weight.stable and weight.grams:
            return Check("interactive", True, f"{weight.grams} g")
    return Check("interactive", False, f"no settled weight within {seconds:g} s")


def _tag(devices: DeviceSet, name: str, seconds: float) -> Check:
    complain(f"Hold a tag before {name} within {seconds:g} s.")
    found = devices.test(name, HealthLevel.INTERACTIVE, seconds)
    return Check("interactive", found.ok, found.report)


def _label(site: Site, bound_printer: BoundPrinter) -> Check:
    """A label that means nothing when it is scanned."""
    printer = bound_printer.printer
    if printer is None:
        return Check("label", False, bound_printer.failure)
    label = bin_label("TEST", name="TEST", heading=bound_printer.name, note=site.station.name)
    try:
        job = (
            to_zpl(label, bound_printer.dpi)
            if printer.accepts == "application/zpl"
            else to_png(label, bound_printer.dpi)
        )
        printer.send(job, bound_printer.timeout)
    except (DeviceError, LabelError) as error:
        return Check("label", False, str(error))
    return Check("label", True, "a label was sent; see whether it is readable")
