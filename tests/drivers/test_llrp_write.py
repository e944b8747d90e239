"""Giving a tag another EPC at the bench: done means read back."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from llrp_peer import Heard, Peer, bare, epc, reader_of, report, reported
from scanner_bench import PATIENCE_S, QUICK

from drivers.contract import DeviceError, DeviceState
from drivers.rfid import simulated_messages as says
from drivers.rfid.llrp.reader import LlrpReader
from drivers.rfid.llrp.wire import MessageType, kind_of
from drivers.rfid.simulated_field import KIND
from drivers.rfid.simulated_reader import SimulatedReader

OLD, NEW, LONGER = epc(1), epc(2), epc(3) + "ABCD"
TID = f"{KIND}{1:016X}"


@pytest.fixture
def simulated() -> Iterator[SimulatedReader]:
    made = SimulatedReader(interval_s=0.01)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def reader(simulated: SimulatedReader) -> Iterator[LlrpReader]:
    made = LlrpReader(name="bench", host=simulated.host, port=simulated.port, backoff=QUICK)
    heard = Heard()
    made.start(heard)
    heard.wait_state(DeviceState.READY)
    yield made
    made.stop()


def test_a_tag_gets_its_new_epc(simulated: SimulatedReader, reader: LlrpReader) -> None:
    simulated.appear(OLD)
    simulated.appear(epc(9), antenna=2)
    reader.write_epc(OLD.lower(), NEW, PATIENCE_S)
    assert sorted(tag.epc for tag in simulated.field()) == [NEW, epc(9)]


def test_an_epc_of_another_length_changes_the_length_bits_too(simulated: SimulatedReader, reader: LlrpReader) -> None:
    simulated.appear(OLD)
    reader.write_epc(OLD, LONGER, PATIENCE_S)
    assert [tag.epc for tag in simulated.field()] == [LONGER]
    reader.write_epc(LONGER, "3034ABCD", PATIENCE_S)
    assert [tag.epc for tag in simulated.field()] == ["3034ABCD"]


def test_back_and_forth_within_a_moment(simulated: SimulatedReader, reader: LlrpReader) -> None:
    simulated.appear(OLD)
    reader.write_epc(OLD, NEW, PATIENCE_S)
    reader.write_epc(NEW, OLD, PATIENCE_S)
    assert [tag.epc for tag in simulated.field()] == [OLD]


def test_a_tag_that_is_not_there_is_said(reader: LlrpReader) -> None:
    with pytest.raises(DeviceError, match="no tag with this EPC is in the field"):
        reader.write_epc(OLD, NEW, 0.2)


def test_a_longer_tag_that_begins_alike_is_not_touched(simulated: SimulatedReader, reader: LlrpReader) -> None:
    simulated.appear(OLD + "0001")
    with pytest.raises(DeviceError, match="the tag's EPC only begins with this one"):
        reader.write_epc(OLD, NEW, PATIENCE_S)
    assert [tag.epc for tag in simulated.field()] == [OLD + "0001"]


def test_two_tags_with_one_epc_are_told_apart_and_neither_is_touched(
    simulated: SimulatedReader, reader: LlrpReader
) -> None:
    simulated.appear(OLD, tid="E28011300000000000000001")
    simulated.appear(OLD, tid="E28011300000000000000002")
    with pytest.raises(DeviceError, match="more than one tag with this EPC is in the field; take the others away"):
        reader.write_epc(OLD, NEW, PATIENCE_S)
    assert [tag.epc for tag in simulated.field()] == [OLD, OLD]


def test_a_tag_keeps_its_own_number_whatever_is_written(simulated: SimulatedReader, reader: LlrpReader) -> None:
    simulated.appear(OLD, tid="E28011300000000000000001")
    reader.write_epc(OLD, NEW, PATIENCE_S)
    assert [(tag.epc, tag.tid) for tag in simulated.field()] == [(NEW, "E28011300000000000000001")]


def test_a_tag_without_a_number_of_its_own_is_refused(simulated: SimulatedReader, reader: LlrpReader) -> None:
    """It may be two: nothing tells them apart."""
    simulated.appear(OLD, tid=KIND)
    with pytest.raises(DeviceError, match=r"no number of its own \(TID\), so that equal tags cannot be told apart"):
        reader.write_epc(OLD, NEW, 1)
    assert [tag.epc for tag in simulated.field()] == [OLD]


def test_a_locked_tag_is_said_and_not_tried_again(simulated: SimulatedReader, reader: LlrpReader) -> None:
    simulated.appear(OLD, locked=True)
    with pytest.raises(DeviceError, match="the tag could not be written: the tag's EPC is locked"):
        reader.write_epc(OLD, NEW, 2)
    assert [tag.epc for tag in simulated.field()] == [OLD]


def test_an_epc_that_another_tag_has_already_is_refused(simulated: SimulatedReader, reader: LlrpReader) -> None:
    simulated.appear(OLD)
    simulated.appear(NEW)
    found = reader.check_health("interactive", PATIENCE_S)
    assert found.ok
    with pytest.raises(DeviceError, match="another tag in the field has the new EPC already"):
        reader.write_epc(OLD, NEW, PATIENCE_S)


@pytest.mark.parametrize("wrong", ["", "303", "30345", "XYZ0", "30" * 63])
def test_what_is_no_epc_is_refused(reader: LlrpReader, wrong: str) -> None:
    with pytest.raises(DeviceError, match="is no EPC"):
        reader.write_epc(OLD, wrong, 1)


def test_the_epc_it_has_already_is_refused(reader: LlrpReader) -> None:
    with pytest.raises(DeviceError, match="has this EPC already"):
        reader.write_epc(OLD, OLD.lower(), 1)


# --- a reader that lies, or dies --------------------------------------------------------------------------------------


class Bench:
    """A peer whose answers to access commands the test decides."""

    def __init__(self) -> None:
        self.peer = Peer()
        self.reader = reader_of(self.peer)
        self.heard = Heard()
        self.reader.start(self.heard)
        self.peer.begin()
        self.heard.wait_state(DeviceState.READY)
        self.outcome = "nothing"
        self._writing = threading.Thread(target=self._write)

    def begin(self, timeout: float = PATIENCE_S) -> None:
        self._timeout = timeout
        self._writing.start()

    def command(self) -> tuple[says.Access, says.Command]:
        """The next access command; the requests around it are answered."""
        while True:
            request = self.peer.next()
            self.peer.send(self.peer.reply(request))
            if kind_of(request) == MessageType.ADD_ACCESSSPEC:
                access = says.access(request)
            if kind_of(request) == MessageType.ENABLE_ACCESSSPEC:
                return access, access.commands[0]

    def tell_number(self) -> None:
        """The tag with the old EPC tells its own number, over and over, until it is enough."""
        access, read = self.command()
        assert (access.bank, access.first, access.bits, access.times) == (1, 32, OLD, 0)
        assert (read.bank, read.first, read.words) == (2, 0, 6)
        self.peer.send(report(bare(1, says.read_result(read.op, 0, bytes.fromhex(TID)))))

    def begun(self) -> None:
        """Up to the moment when the tag is written: it is the only one, and holds the old EPC."""
        self.begin()
        self.tell_number()
        access, read = self.command()
        assert (access.bank, access.bits, access.times) == (2, TID, 1)
        self.peer.send(report(bare(1, says.read_result(read.op, 0, memory(OLD)))))

    def joined(self) -> str:
        self._writing.join(PATIENCE_S)
        return self.outcome

    def close(self) -> None:
        self.peer.close()
        self.reader.stop()

    def _write(self) -> None:
        try:
            self.reader.write_epc(OLD, NEW, self._timeout)
            self.outcome = "written"
        except DeviceError as error:
            self.outcome = str(error)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def memory(of: str) -> bytes:
    return (len(of) // 4 << 11).to_bytes(2, "big") + bytes.fromhex(of)


def test_a_twin_that_answers_late_is_noticed_too(bench: Bench) -> None:
    bench.begin()
    _, read = bench.command()
    bench.peer.send(report(bare(1, says.read_result(read.op, 0, bytes.fromhex(TID)))))
    bench.peer.send(report(bare(1, says.read_result(read.op, 0, bytes.fromhex(TID)))))
    bench.peer.send(report(bare(1, says.read_result(read.op, 0, bytes.fromhex(TID[:-1] + "2")))))
    drain(bench)
    assert bench.joined() == "more than one tag with this EPC is in the field; take the others away"


def test_another_tag_between_the_questions_is_not_written(bench: Bench) -> None:
    """The tag was swapped, or its EPC changed, since it told its number."""
    bench.begin()
    bench.tell_number()
    _, read = bench.command()
    bench.peer.send(report(bare(7, says.read_result(read.op, 0, memory(epc(7))))))
    drain(bench)
    assert bench.joined() == "the tag does not hold this EPC any more"


def test_a_success_that_cannot_be_read_back_is_none(bench: Bench) -> None:
    bench.begun()
    for _ in range(3):
        access, write = bench.command()
        assert (access.bank, access.bits, write.data) == (2, TID, bytes.fromhex(NEW))
        bench.peer.send(report(bare(1, says.write_result(write.op, 0, 6))))
        access, read = bench.command()
        assert (access.bank, access.bits) == (2, TID)
        bench.peer.send(report(bare(2, says.read_result(read.op, 0, memory(epc(7))))))
    drain(bench)
    assert bench.joined() == "the tag could not be written: read back, it does not hold the new EPC"


def test_a_write_whose_answer_was_lost_counts_when_the_tag_holds_the_new_epc(bench: Bench) -> None:
    bench.begun()
    _, write = bench.command()
    bench.peer.send(report(bare(1, says.write_result(write.op, 5, 0))))
    _, read = bench.command()
    bench.peer.send(report(bare(2, says.read_result(read.op, 0, memory(NEW)))))
    drain(bench)
    assert bench.joined() == "written"


def test_a_write_that_failed_half_way_is_taken_out_of_the_reader(bench: Bench) -> None:
    """Left there, it would be carried out when the tag comes by again, and nobody would know."""
    bench.begun()
    drain(bench)
    added = bench.peer.answer()
    bench.peer.send(bench.peer.reply(bench.peer.until(MessageType.ENABLE_ACCESSSPEC), code=101, text="not now"))
    assert says.number(bench.peer.next()) == says.access(added).spec
    assert kind_of(bench.peer.requests[-1]) == MessageType.DELETE_ACCESSSPEC
    assert "not now" in bench.joined()


def test_a_result_of_another_command_is_not_taken_for_ours(bench: Bench) -> None:
    bench.begin(0.3)
    _, read = bench.command()
    bench.peer.send(report(bare(1, says.read_result(read.op + 50, 0, memory(OLD)))))
    drain(bench)
    assert bench.joined() == "no tag with this EPC is in the field"


def test_a_reader_that_dies_while_writing_is_said(bench: Bench) -> None:
    bench.begun()
    bench.command()
    bench.peer.reset()
    assert "connection lost" in bench.joined()


def test_tags_are_read_while_one_is_written(bench: Bench) -> None:
    bench.begin()
    _, read = bench.command()
    number = says.read_result(read.op, 0, bytes.fromhex(TID))
    bench.peer.send(reported(40, 41) + report(bare(1, number)) + reported(42))
    bench.command()
    assert bench.heard.epcs == [epc(40), epc(41), epc(1), epc(42)]


def drain(bench: Bench) -> None:
    """Answer the end of the last access command."""
    while kind_of(request := bench.peer.next()) != MessageType.DELETE_ACCESSSPEC:
        bench.peer.send(bench.peer.reply(request))
    bench.peer.send(bench.peer.reply(request))
