"""Devices are swapped while others work: nothing of theirs is lost or doubled, and nothing of what is gone comes through."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from devices_bench import Cable, Stream, StuckStop, eventually, line, simulated

from drivers.contract import DeviceState, Read, StateChange
from drivers.scanner.wedge import WedgeScanner
from rl_station.devices import BindError, BoundPrinter, BoundScanner, Changes, DeviceSet, bind, rebind
from rl_station.settings.device_settings import DevicesFile

READY = DeviceState.READY


@pytest.fixture
def cables(tmp_path: Path) -> Iterator[list[Cable]]:
    plugged = [Cable(tmp_path, f"cable{number}") for number in range(3)]
    yield plugged
    for cable in plugged:
        cable.close()


def settings(
    scanners: dict[str, dict[str, object]], printers: dict[str, dict[str, object]] | None = None
) -> DevicesFile:
    return DevicesFile.model_validate({"scanners": scanners, "printers": printers or {}})


def on(cable: Cable, **more: object) -> dict[str, object]:
    return {"driver": "serial", "port": str(cable.port), "debounce_ms": 0, **more}


def test_thirty_swaps_while_scans_flow_lose_and_double_nothing_on_an_unchanged_device(
    cables: list[Cable], tmp_path: Path
) -> None:
    steady, other, _ = cables

    def version(number: int) -> DevicesFile:
        return settings({"steady": on(steady), "other": on(other, stale_ms=1000 + number)})

    devices, stream = bind(version(0), ["steady", "other"], [], data=tmp_path), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("steady") == StateChange("steady", READY))
    sent: list[bytes] = []
    done = threading.Event()

    def scan() -> None:
        while not done.is_set():
            sent.append(f"CODE{len(sent)}".encode())
            steady.scan(sent[-1])
            time.sleep(0.001)

    hand = threading.Thread(target=scan)
    hand.start()
    try:
        for number in range(1, 31):
            found = rebind(devices, version(number), ["steady", "other"], [], data=tmp_path)
            assert found == Changes(changed=("other",))
            eventually(lambda: line(devices, "other").state is READY)
    finally:
        done.set()
        hand.join()
    stream.wait(lambda: len(stream.codes("steady")) >= len(sent))
    assert stream.codes("steady") == sent
    assert (line(devices, "steady").state, line(devices, "steady").reconnects) == (READY, 0)
    assert [change for change in stream.heard if isinstance(change, StateChange) and change.device == "steady"][1:] == [
        StateChange("steady", READY)
    ]
    other.scan(b"THE LAST ONE")
    stream.wait(lambda: stream.codes("other") == [b"THE LAST ONE"])
    devices.stop()


def test_the_changed_one_is_swapped_the_new_one_started_and_the_old_one_let_go(
    cables: list[Cable], tmp_path: Path
) -> None:
    first, second, third = cables
    before = settings({"a": on(first), "b": on(second)})
    devices, stream = bind(before, ["a", "b"], [], data=tmp_path), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("a") == StateChange("a", READY) and stream.state("b") == StateChange("b", READY))
    after = settings({"b": on(third), "c": on(first)})
    assert rebind(devices, after, ["b", "c"], [], data=tmp_path) == Changes(
        added=("c",), removed=("a",), changed=("b",)
    )
    assert [found.name for found in devices.status()] == ["b", "c"]
    stream.wait(lambda: line(devices, "b").state is READY and line(devices, "c").state is READY)
    third.scan(b"NEW PLACE OF B")
    first.scan(b"TAKEN OVER BY C")
    stream.wait(lambda: stream.codes("b") == [b"NEW PLACE OF B"] and stream.codes("c") == [b"TAKEN OVER BY C"])
    second.scan(b"NOBODY LISTENS")
    assert line(devices, "b").reconnects == 0
    devices.stop()
    assert stream.codes("a") == []
    assert b"NOBODY LISTENS" not in stream.codes("b")


def test_saving_without_a_change_touches_nothing(cables: list[Cable], tmp_path: Path) -> None:
    devices, stream = bind(settings({"a": on(cables[0])}), ["a"], [], data=tmp_path), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("a") == StateChange("a", READY))
    heard = len(stream.heard)
    assert not rebind(devices, settings({"a": on(cables[0])}), ["a"], [], data=tmp_path)
    assert len(stream.heard) == heard
    devices.stop()


def test_another_debounce_alone_does_not_close_the_port_and_holds_for_the_next_scan(
    cables: list[Cable], tmp_path: Path
) -> None:
    devices, stream = bind(settings({"a": on(cables[0], debounce_ms=10_000)}), ["a"], [], data=tmp_path), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("a") == StateChange("a", READY))
    states = stream.states("a")
    cables[0].scan(b"PARCEL")
    cables[0].scan(b"PARCEL")
    stream.wait(lambda: len(stream.repeats("a")) == 1)
    assert rebind(devices, settings({"a": on(cables[0])}), ["a"], [], data=tmp_path) == Changes(changed=("a",))
    cables[0].scan(b"PARCEL")
    cables[0].scan(b"PARCEL")
    stream.wait(lambda: len(stream.codes("a")) == 3)
    rebind(devices, settings({"a": on(cables[0], debounce_ms=10_000)}), ["a"], [], data=tmp_path)
    cables[0].scan(b"PARCEL")
    cables[0].scan(b"PARCEL")
    stream.wait(lambda: len(stream.repeats("a")) == 3)
    assert len(stream.codes("a")) == 3
    assert stream.states("a") == states, "it was never opening, lost or ready again"
    devices.stop()


def test_another_silence_alone_is_heeded_without_a_restart(cables: list[Cable], tmp_path: Path) -> None:
    """The cable says nothing, so its scanner is soon called silent."""
    devices, stream = bind(settings({"a": on(cables[0])}), ["a"], [], data=tmp_path), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("a") == StateChange("a", READY))
    rebind(devices, settings({"a": on(cables[0], silence_s=1)}), ["a"], [], data=tmp_path)
    stream.wait(lambda: line(devices, "a").reason.startswith("silent for"))
    assert line(devices, "a").reconnects == 0
    assert [state for state in stream.states("a") if state is not DeviceState.DEGRADED] == [
        DeviceState.OPENING,
        DeviceState.READY,
    ]
    devices.stop()


def test_another_debounce_beside_another_port_is_a_swap_like_any_other(cables: list[Cable], tmp_path: Path) -> None:
    devices, stream = bind(settings({"a": on(cables[0], debounce_ms=10_000)}), ["a"], [], data=tmp_path), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("a") == StateChange("a", READY))
    rebind(devices, settings({"a": on(cables[1])}), ["a"], [], data=tmp_path)
    eventually(lambda: line(devices, "a").state is READY)
    cables[1].scan(b"PARCEL")
    cables[1].scan(b"PARCEL")
    stream.wait(lambda: stream.codes("a") == [b"PARCEL", b"PARCEL"])
    devices.stop()


def test_a_swapped_scanner_keeps_its_counters_and_last_reads(cables: list[Cable], tmp_path: Path) -> None:
    devices, stream = bind(settings({"a": on(cables[0])}), ["a"], [], data=tmp_path), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("a") == StateChange("a", READY))
    cables[0].scan(b"01\x1d10LOT")
    stream.wait(lambda: len(stream.codes("a")) == 1)
    rebind(devices, settings({"a": on(cables[1])}), ["a"], [], data=tmp_path)
    found = line(devices, "a")
    assert (found.good_reads, [read.text for read in found.last_reads]) == (1, ["01<GS>10LOT"])
    devices.stop()


def test_a_device_that_cannot_be_made_is_refused_and_everything_goes_on_as_it_was(
    cables: list[Cable], tmp_path: Path
) -> None:
    devices, stream = bind(settings({"a": on(cables[0])}), ["a"], [], data=tmp_path), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("a") == StateChange("a", READY))
    wrong = settings({"a": on(cables[1])}, {"zebra": {"driver": "zpl", "url": "gopher://nowhere"}})
    with pytest.raises(BindError) as caught:
        rebind(devices, wrong, ["a"], ["zebra"], data=tmp_path)
    assert list(caught.value.failures) == ["zebra"]
    cables[0].scan(b"STILL HERE")
    stream.wait(lambda: stream.codes("a") == [b"STILL HERE"])
    assert [found.name for found in devices.status()] == ["a"]
    devices.stop()


def test_a_device_that_never_could_be_made_does_not_hold_up_the_others(cables: list[Cable], tmp_path: Path) -> None:
    broken: dict[str, dict[str, object]] = {"zebra": {"driver": "zpl", "url": "gopher://nowhere"}}
    devices, stream = bind(settings({"a": on(cables[0])}, broken), ["a"], ["zebra"], data=tmp_path), Stream()
    devices.start(stream)
    found = rebind(devices, settings({"a": on(cables[1])}, broken), ["a"], ["zebra"], data=tmp_path)
    assert found == Changes(changed=("a",))
    devices.stop()


def test_a_driver_that_does_not_stop_is_left_behind_and_heard_no_more() -> None:
    stuck = StuckStop("old")
    scanner, bound = simulated("old")
    devices, stream = DeviceSet([BoundScanner("old", "acme", stuck)]), Stream()
    devices.start(stream)
    devices.swap([bound], [])
    scanner.push("FROM THE NEW ONE")
    stream.wait(lambda: stream.codes("old") == [b"FROM THE NEW ONE"])
    assert stuck.listener is not None
    stuck.listener(Read("old", b"FROM THE GRAVE", time.monotonic_ns()))
    stuck.listener(StateChange("old", DeviceState.LOST, "gone"))
    assert line(devices, "old").state is READY
    assert stream.codes("old") == [b"FROM THE NEW ONE"]
    stuck.release.set()
    devices.stop()


def test_the_order_of_printers_is_a_change_of_its_own(tmp_path: Path) -> None:
    folders: dict[str, dict[str, object]] = {name: {"driver": "file", "path": name} for name in ("one", "two")}
    devices, stream = bind(settings({}, folders), [], ["one", "two"], data=tmp_path), Stream()
    devices.start(stream)
    assert rebind(devices, settings({}, folders), [], ["two", "one"], data=tmp_path) == Changes(reordered=True)
    assert list(devices.printers) == ["two", "one"]
    devices.stop()


# --- the terminal -----------------------------------------------------------------------------------------------------


def wedge(name: str) -> BoundScanner:
    return BoundScanner(name, "wedge", WedgeScanner(name=name))


def test_the_terminal_follows_the_wedge_through_a_swap() -> None:
    devices, stream = DeviceSet([wedge("old")]), Stream()
    devices.start(stream)
    terminal = devices.terminal
    assert terminal.feed(b"FIRST1\r", 0) == []
    devices.swap([wedge("new")], [])
    assert terminal.feed(b"SECOND\r", 0) == []
    devices.swap([], [])
    assert [keys.data for keys in terminal.feed(b"THIRD\r", 0)] == [b"THIRD\r"]
    assert (stream.codes("old"), stream.codes("new")) == ([b"FIRST1"], [b"SECOND"])
    devices.swap([wedge("newest")], [])
    assert terminal.feed(b"FOURTH\r", 0) == []
    assert stream.codes("newest") == [b"FOURTH"]
    devices.stop()


def test_what_was_being_typed_during_a_swap_is_not_lost() -> None:
    devices = DeviceSet([wedge("old")])
    devices.start(Stream())
    terminal = devices.terminal
    assert terminal.feed(b"a", 0) == []
    assert terminal.waiting
    devices.swap([wedge("new")], [])
    assert terminal.waiting
    assert b"".join(keys.data for keys in terminal.flush(1)) == b"a"
    assert not terminal.waiting
    devices.stop()


def test_a_flood_of_typing_and_swaps_at_once_loses_no_key() -> None:
    devices = DeviceSet([wedge("wedge")])
    devices.start(Stream())
    done = threading.Event()
    got: list[bytes] = []

    def type_on() -> None:
        now = 0
        while not done.is_set():
            # A key every 200 ms is nobody's scan.
            now += 200_000_000
            got.extend(keys.data for keys in devices.terminal.flush(now))
            got.extend(keys.data for keys in devices.terminal.feed(b"k", now))
            typed.append(b"k")

    typed: list[bytes] = []
    hand = threading.Thread(target=type_on)
    hand.start()
    for _ in range(50):
        devices.swap([wedge("wedge")], [])
    done.set()
    hand.join()
    got.extend(keys.data for keys in devices.terminal.flush(10**18))
    assert len(b"".join(got)) == len(typed) > 0
    devices.stop()


# --- scans that cannot be taken ---------------------------------------------------------------------------------------


def test_a_scan_that_finds_no_room_is_told_counted_and_may_be_repeated_at_once() -> None:
    scanner, bound = simulated("bench", debounce_ms=60_000)
    devices, stream = DeviceSet([bound]), Stream()
    full = threading.Event()
    devices.start(stream, full=full.is_set)
    full.set()
    scanner.push("PARCEL")
    scanner.push("X" * 9000)
    stream.wait(lambda: len(stream.not_taken("bench")) == 2)
    found = line(devices, "bench")
    assert (found.overflowed, found.good_reads, found.refused) == (2, 0, 0)
    assert (found.state, found.reason) == (DeviceState.DEGRADED, "2 scans not taken: too many wait")
    full.clear()
    devices.caught_up()
    assert line(devices, "bench").state is READY
    scanner.push("PARCEL")
    stream.wait(lambda: stream.codes("bench") == [b"PARCEL"])
    assert stream.repeats("bench") == []
    devices.stop()


def test_a_printer_that_is_gone_says_nothing_more_about_itself(tmp_path: Path) -> None:
    devices = bind(settings({}, {"labels": {"driver": "file", "path": "x"}}), [], ["labels"], data=tmp_path)
    devices.start(Stream())
    eventually(lambda: line(devices, "labels").state is READY)
    devices.swap([], [BoundPrinter("zebra", "zpl", None, failure="no such driver")])
    devices.printed("labels", "head open")
    assert [(found.name, found.state) for found in devices.status()] == [("zebra", DeviceState.LOST)]
    devices.stop()


def test_swapping_lets_go_of_every_descriptor(cables: list[Cable], tmp_path: Path) -> None:
    devices, stream = bind(settings({"a": on(cables[0])}), ["a"], [], data=tmp_path), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("a") == StateChange("a", READY))
    open_before = len(os.listdir("/proc/self/fd"))
    for number in range(1, 11):
        rebind(devices, settings({"a": on(cables[number % 2])}), ["a"], [], data=tmp_path)
        eventually(lambda: line(devices, "a").state is READY)
    assert len(os.listdir("/proc/self/fd")) <= open_before
    devices.stop()
