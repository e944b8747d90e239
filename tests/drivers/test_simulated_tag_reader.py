"""The reader that is imagined: real LLRP on the wire, tags that come and go by code."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from llrp_capture import WRONG, captured, dissected, until_captured
from llrp_peer import Heard, epc
from llrpkit.protocol import decode_message, messages
from scanner_bench import PATIENCE_S, QUICK

from drivers import registry
from drivers.contract import DeviceError, DeviceState, HealthChecked, ReaderEventCode, TagField, TagReader
from drivers.rfid.llrp.reader import LlrpReader
from drivers.rfid.simulated import SimulatedTagReader
from drivers.rfid.simulated_reader import SimulatedReader


@pytest.fixture
def reader() -> Iterator[SimulatedTagReader]:
    made = SimulatedTagReader(name="portal", antennas=[1, 2], interval_ms=10)
    yield made
    made.stop()


def test_it_is_a_tag_reader_whose_field_code_fills(reader: SimulatedTagReader) -> None:
    assert isinstance(reader, TagReader)
    assert isinstance(reader, TagField)
    assert isinstance(reader, HealthChecked)
    assert isinstance(registry.reader("simulated", "portal", {}), TagField)


def test_tags_appear_and_leave(reader: SimulatedTagReader) -> None:
    heard = Heard()
    reader.appear(epc(1), antenna=2, rssi_cdbm=-5100)
    reader.start(heard)
    heard.wait(lambda it: epc(1) in it.epcs)  # type: ignore[attr-defined]  # Collector.wait hands on itself
    assert {(read.antenna, read.rssi_cdbm) for read in heard.reads} == {(2, -5100)}
    reader.leave(epc(1))
    reader.appear(epc(2).lower())
    heard.wait(lambda it: it.epcs.count(epc(2)) > 2)  # type: ignore[attr-defined]  # as above
    last = heard.epcs[-2:]
    assert last == [epc(2), epc(2)]


def test_it_stops_and_starts_again_and_leaves_no_thread(reader: SimulatedTagReader) -> None:
    reader.appear(epc(1))
    for _ in range(2):
        heard = Heard()
        reader.start(heard)
        heard.wait(lambda it: epc(1) in it.epcs)  # type: ignore[attr-defined]  # Collector.wait hands on itself
        reader.stop()
        told = list(heard.reports)
        assert not [thread for thread in threading.enumerate() if thread.name == "io"]
        assert heard.reports == told


def test_what_is_asked_of_it_goes_over_the_wire(reader: SimulatedTagReader) -> None:
    heard = Heard()
    with pytest.raises(DeviceError, match="portal is not connected"):
        reader.set_output(1, True)
    reader.appear(epc(1))
    reader.start(heard)
    heard.wait(lambda it: epc(1) in it.epcs)  # type: ignore[attr-defined]  # Collector.wait hands on itself
    reader.write_epc(epc(1), epc(2), PATIENCE_S)
    reader.set_output(4, True)
    with pytest.raises(DeviceError, match="no output 9"):
        reader.set_output(9, True)
    found = reader.check_health("external", PATIENCE_S)
    assert found.report.startswith(
        "answers: maker 0 model 1, firmware simulated; antennas 1, 2 connected, of 2; 1 tag "
    )


def test_a_second_client_is_refused_and_the_first_is_told() -> None:
    peer = SimulatedReader()
    peer.start()
    first, second = Heard(), Heard()
    readers = [LlrpReader(name="portal", host=peer.host, port=peer.port, backoff=QUICK) for _ in range(2)]
    try:
        readers[0].start(first)
        first.wait_state(DeviceState.READY)
        readers[1].start(second)
        second.wait_state(DeviceState.LOST, "another client holds the reader")
        first.wait_event(ReaderEventCode.OTHER_CLIENT)
        readers[0].stop()
        second.wait_state(DeviceState.READY)
    finally:
        for reader in readers:
            reader.stop()
        peer.stop()


def test_its_antennas_can_be_unplugged() -> None:
    peer = SimulatedReader(antennas=2, interval_s=0.01)
    heard = Heard()
    peer.appear(epc(1), antenna=1)
    peer.appear(epc(2), antenna=2)
    peer.start()
    reader = LlrpReader(name="portal", host=peer.host, port=peer.port, backoff=QUICK)
    reader.start(heard)
    try:
        heard.wait(lambda it: {epc(1), epc(2)} <= set(it.epcs))  # type: ignore[attr-defined]  # Collector.wait hands on itself
        peer.set_antenna(2, False)
        heard.wait_state(DeviceState.DEGRADED, "antenna 2 disconnected")
        assert reader.check_health("external", PATIENCE_S).report.count("antennas 1 connected, of 2") == 1
    finally:
        reader.stop()
        peer.stop()


def test_what_it_does_not_understand_it_says() -> None:
    peer = SimulatedReader()
    peer.start()
    try:
        with socket.create_connection((peer.host, peer.port), PATIENCE_S) as client:
            greeting = client.recv(4096)
            client.sendall(messages.GET_ROSPECS().to_bytes(message_id=7))
            refusal = decode_message(client.recv(4096))
    finally:
        peer.stop()
    assert isinstance(decode_message(greeting), messages.READER_EVENT_NOTIFICATION)
    assert isinstance(refusal, messages.ERROR_MESSAGE)
    assert refusal.message_id == 7
    assert refusal.llrp_status.error_description == "message type 26"


@pytest.mark.slow
def test_wireshark_finds_nothing_wrong_with_its_traffic(tmp_path: Path) -> None:
    peer = SimulatedReader(antennas=2, interval_s=0.02)
    peer.start()
    peer.appear(epc(1))
    peer.appear("3034ABCD", antenna=2)
    heard = Heard()
    with captured(tmp_path, peer.port) as file:
        reader = LlrpReader(name="portal", host=peer.host, port=peer.port, keepalive_s=0.5)
        reader.start(heard)
        try:
            heard.wait(lambda it: {epc(1), "3034ABCD"} <= set(it.epcs))  # type: ignore[attr-defined]  # Collector.wait hands on itself
            reader.write_epc(epc(1), epc(2), PATIENCE_S)
            reader.set_output(1, True)
            reader.check_health("external", PATIENCE_S)
            peer.set_antenna(2, False)
            heard.wait_event(ReaderEventCode.ANTENNA_LOST)
        finally:
            reader.stop()
            peer.stop()
        kinds = until_captured(peer.port, file)
    assert {"4", "11", "12", "13", "30", "31", "34", "50", "51", "52", "61", "63"} <= kinds
    assert dissected(peer.port, file, "-Y", WRONG) == ""
