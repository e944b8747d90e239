"""Against a reader that nobody here wrote: llrpkit's emulator. And what goes over the wire is judged by Wireshark's dissector."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from llrp_capture import WRONG, captured, dissected, until_captured
from llrp_peer import Heard, epc
from llrpkit.emulator import EmulatedTag, LLRPEmulator
from llrpkit.protocol import LLRPMessage, messages, params
from scanner_bench import PATIENCE_S, QUICK

from drivers.contract import DeviceState, ReaderEventCode
from drivers.rfid.llrp.messages import TID_BANK
from drivers.rfid.llrp.reader import LlrpReader

TAGS = [EmulatedTag(bytes.fromhex(epc(number)), antennas=(1 + number % 2,), rssi_dbm=-50.0) for number in range(6)]


class Emulator(LLRPEmulator):
    """The emulator, with the parts of LLRP it leaves out.

    The Immediate start trigger, ROSpec 0, the queue's release, and access to tags by their TID.
    """

    def _tagspec_matches(self, tagspec: params.C1G2TagSpec, epc: bytes) -> bool:
        (pattern,) = tagspec.c1_g2_target_tags
        if int(pattern.mb) != TID_BANK:
            return super()._tagspec_matches(tagspec, epc)
        assert int(pattern.pointer) == 0
        return self._bank_bytes(epc, TID_BANK).startswith(pattern.tag_data.data)

    async def _handle_message(self, msg: LLRPMessage) -> None:
        if isinstance(msg, messages.ENABLE_EVENTS_AND_REPORTS):
            return
        if isinstance(msg, messages.DELETE_ROSPEC) and msg.ro_spec_id == 0:
            self._rospecs.clear()
            self._sync_reporting()
            answer = messages.DELETE_ROSPEC_RESPONSE(llrp_status=self._status_ok())
            await self._send(answer, message_id=msg.message_id)
            return
        await super()._handle_message(msg)
        if isinstance(msg, messages.ENABLE_ROSPEC):
            self._set_rospec_state(msg.ro_spec_id, "Enabled", "Active")
            self._sync_reporting()


class Emulated:
    """The emulator in a thread of its own."""

    def __init__(self, port: int = 0) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="emulator")
        self._thread.start()
        self.emulator = Emulator(port=port, tags=TAGS, reads_per_sec=300.0)
        self.do(self.emulator.start())

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    @property
    def port(self) -> int:
        return int(self.emulator.port)

    def close(self) -> None:
        self.do(self.emulator.stop())
        self.do(_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _rest() -> None:
    """Let what was cancelled come to its end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait(others, timeout=PATIENCE_S) if others else None


@pytest.fixture
def emulated() -> Iterator[Emulated]:
    made = Emulated()
    yield made
    made.close()


def started(port: int, heard: Heard, **options: Any) -> LlrpReader:
    reader = LlrpReader(name="portal", host="127.0.0.1", port=port, backoff=QUICK, keepalive_s=0.5, **options)
    reader.start(heard)
    return reader


def test_its_tags_are_read_with_rssi_in_hundredths_and_phase(emulated: Emulated) -> None:
    heard = Heard()
    reader = started(emulated.port, heard, antennas=[1, 2], power_dbm=30, session=2, mode=1002)
    try:
        heard.wait_state(DeviceState.READY)
        wait_for(heard, {epc(number) for number in range(6)})
        assert {(read.epc, read.antenna) for read in heard.reads} == {
            (epc(number), 1 + number % 2) for number in range(6)
        }
        assert all(read.rssi_cdbm and -6000 < read.rssi_cdbm < -4000 for read in heard.reads)
        assert any((read.rssi_cdbm or 0) % 100 for read in heard.reads)
        assert all(read.phase is not None for read in heard.reads)
        found = reader.check_health("external", PATIENCE_S)
        assert found.report.startswith("answers: Impinj model 700, firmware llrpkit-emu 0.1; antennas: 4; ")
    finally:
        reader.stop()


def test_only_the_antennas_wished_for_read(emulated: Emulated) -> None:
    heard = Heard()
    reader = started(emulated.port, heard, antennas=[2])
    try:
        wait_for(heard, {epc(number) for number in (1, 3, 5)})
        assert {read.antenna for read in heard.reads} == {2}
    finally:
        reader.stop()


def test_its_keepalives_are_answered(emulated: Emulated) -> None:
    heard = Heard()
    reader = started(emulated.port, heard)
    try:
        heard.wait_state(DeviceState.READY)
        heard.wait(lambda _: emulated.emulator.keepalive_acks >= 2)
    finally:
        reader.stop()


def test_while_another_client_is_connected_it_refuses_and_is_taken_once_it_is_free(emulated: Emulated) -> None:
    first, second = Heard(), Heard()
    incumbent, newcomer = started(emulated.port, first), None
    try:
        first.wait_state(DeviceState.READY)
        newcomer = started(emulated.port, second)
        second.wait_state(DeviceState.LOST, "another client holds the reader")
        incumbent.stop()
        second.wait_state(DeviceState.READY)
        wait_for(second, {epc(0)})
    finally:
        incumbent.stop()
        if newcomer is not None:
            newcomer.stop()


def test_it_restarts_and_the_inventory_goes_on(emulated: Emulated) -> None:
    heard = Heard()
    port = emulated.port
    reader = started(port, heard)
    try:
        wait_for(heard, {epc(0)})
        emulated.do(emulated.emulator.stop())
        heard.wait_state(DeviceState.LOST)
        before = len(heard.reads)
        emulated.do(emulated.emulator.start())
        heard.wait_state(DeviceState.READY, times=2)
        heard.wait_event(ReaderEventCode.REBOOTED)
        heard.wait(lambda it: len(it.reads) > before)  # type: ignore[attr-defined]  # Collector.wait hands on itself
    finally:
        reader.stop()


def test_an_antenna_cable_that_is_pulled_and_plugged_shows(emulated: Emulated) -> None:
    heard = Heard()
    reader = started(emulated.port, heard)
    try:
        heard.wait_state(DeviceState.READY)
        emulated.do(emulated.emulator.set_antenna_connected(2, False))
        heard.wait_state(DeviceState.DEGRADED, "antenna 2 disconnected")
        emulated.do(emulated.emulator.set_antenna_connected(2, True))
        heard.wait_state(DeviceState.READY, times=2)
    finally:
        reader.stop()


def test_its_tag_is_rewritten_and_its_output_switched(emulated: Emulated) -> None:
    heard = Heard()
    reader = started(emulated.port, heard)
    try:
        heard.wait_state(DeviceState.READY)
        reader.write_epc(epc(3), epc(99), PATIENCE_S)
        assert bytes.fromhex(epc(99)) in [tag.epc for tag in emulated.emulator.tags]
        reader.set_output(3, True)
        assert emulated.emulator._gpo_states[3] is True
    finally:
        reader.stop()


def wait_for(heard: Heard, epcs: set[str]) -> None:
    heard.wait(lambda it: epcs <= set(it.epcs))  # type: ignore[attr-defined]  # Collector.wait hands on itself


# --- the dissector ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_wireshark_finds_nothing_wrong_with_our_traffic(tmp_path: Path) -> None:
    emulated = Emulated()
    with captured(tmp_path, emulated.port) as file:
        exercise(emulated)
        kinds = until_captured(emulated.port, file)
    ours = {"1", "2", "3", "14", "20", "21", "24", "40", "41", "42", "64", "72", "1023"}
    assert ours <= kinds
    assert dissected(emulated.port, file, "-Y", WRONG) == ""


def exercise(emulated: Emulated) -> None:
    """Everything the driver ever says."""
    port = emulated.port
    heard = Heard()
    reader = started(port, heard, antennas=[1, 2], power_dbm=30, mode=1002)
    other = Heard()
    try:
        wait_for(heard, {epc(number) for number in range(6)})
        reader.write_epc(epc(3), epc(99), PATIENCE_S)
        reader.set_output(3, True)
        reader.check_health("external", PATIENCE_S)
        refused = started(port, other)
        other.wait_state(DeviceState.LOST, "another client holds the reader")
        refused.stop()
        heard.wait(lambda _: emulated.emulator.keepalive_acks >= 1)
    finally:
        reader.stop()
        emulated.close()
