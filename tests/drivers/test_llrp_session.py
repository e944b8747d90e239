"""Every way in which a reader, its network or its clock misbehaves; the peer is played byte by byte."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise

import pytest
from llrp_peer import (
    CAPABILITIES,
    IMPINJ_CAPABILITIES,
    Heard,
    Peer,
    bare,
    epc,
    impinj_phase,
    impinj_rssi,
    now_us,
    reader_of,
    report,
    reported,
    tag,
    uptime_event,
)
from scanner_bench import PATIENCE_S, QUICK

from drivers.contract import DeviceError, DeviceState, ReaderEventCode, StateChange, TagReader, TagReads
from drivers.rfid import simulated_messages as says
from drivers.rfid.llrp.reader import LlrpReader
from drivers.rfid.llrp.wire import HEADER, MessageType, custom, kind_of, message, parameters, tlv, tv

Start = Callable[..., LlrpReader]
HOUR_US = 3_600_000_000


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.close()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def start(peer: Peer, heard: Heard) -> Iterator[Start]:
    started: list[LlrpReader] = []

    def begin(**options: object) -> LlrpReader:
        reader = reader_of(peer, **options)
        started.append(reader)
        reader.start(heard)
        return reader

    yield begin
    # A reader that nobody answers any more is waited for; one that hung up is not.
    peer.hang_up()
    for reader in started:
        reader.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "io"]


@pytest.fixture
def running(peer: Peer, heard: Heard, start: Start) -> LlrpReader:
    reader = start()
    peer.begin()
    heard.wait_state(DeviceState.READY)
    return reader


def free_address() -> tuple[str, int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        host, port = taken.getsockname()
        return str(host), int(port)


# --- the greeting -----------------------------------------------------------------------------------------------------


def test_nothing_is_sent_before_the_reader_has_spoken(peer: Peer, heard: Heard, start: Start) -> None:
    start()
    peer.accept()
    greeting = says.greeting(0, now_us())
    peer.drip(greeting[:-1])
    assert peer.silent_for_now()
    peer.send(greeting[-1:])
    assert kind_of(peer.next()) == MessageType.GET_READER_CAPABILITIES
    assert heard.states == [(DeviceState.OPENING, f"connecting to 127.0.0.1:{peer.port}")]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (1, "the reader has called another client"),
        (2, "another client holds the reader"),
        (3, "the reader refuses the connection"),
    ],
)
def test_a_refused_newcomer_says_why_sends_nothing_and_tries_again(
    peer: Peer, heard: Heard, start: Start, status: int, reason: str
) -> None:
    start()
    peer.accept()
    peer.greet(status)
    assert peer.hung_up()
    assert peer.requests == []
    heard.wait_state(DeviceState.LOST, reason)
    peer.begin()
    heard.wait_state(DeviceState.READY)


def test_an_incumbent_is_told_that_another_client_tried_and_goes_on(
    peer: Peer, heard: Heard, running: LlrpReader
) -> None:
    peer.send(says.greeting(4, now_us()) + reported(1))
    heard.wait_tags([1])
    assert heard.wait_event(ReaderEventCode.OTHER_CLIENT) == "another client tried to take the reader over"
    assert heard.states[-1] == (DeviceState.READY, "")


def test_a_server_that_never_greets_is_given_up_with_a_reason(
    peer: Peer, heard: Heard, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.rfid.llrp.session.Session.greeting.__defaults__", (0.05,))
    start()
    peer.accept()
    heard.wait_state(DeviceState.LOST, "connected, but no LLRP greeting within 0.05 s")


def test_the_setup_configures_before_it_starts_and_lets_the_queue_go_last(peer: Peer, start: Start) -> None:
    start(antennas=[1, 3], power_dbm=20.4, session=2, mode=0, keepalive_s=7)
    requests = peer.begin()
    assert [kind_of(request) for request in requests] == [
        MessageType.GET_READER_CAPABILITIES,
        MessageType.SET_READER_CONFIG,
        MessageType.GET_READER_CONFIG,
        MessageType.DELETE_ACCESSSPEC,
        MessageType.DELETE_ROSPEC,
        MessageType.DELETE_ROSPEC,
        MessageType.ADD_ROSPEC,
        MessageType.ENABLE_ROSPEC,
        MessageType.ENABLE_EVENTS_AND_REPORTS,
    ]
    assert says.keepalive_ms(requests[1]) == 7000
    assert says.rospec(requests[6])[1] == (1, 3)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"antennas": [1, 5]}, "there is no antenna 5; the reader has 4"),
        ({"power_dbm": 5.0}, "5 dBm: the reader cannot go below 10"),
        ({"mode": 1002}, "there is no mode 1002; the reader has 0"),
    ],
)
def test_what_the_reader_cannot_do_is_said(
    peer: Peer, heard: Heard, start: Start, options: dict[str, object], reason: str
) -> None:
    start(**options)
    peer.accept()
    peer.greet()
    peer.answer()
    heard.wait_state(DeviceState.LOST, reason)


def test_a_reader_that_refuses_its_settings_says_which_and_why(peer: Peer, heard: Heard, start: Start) -> None:
    start()
    peer.accept()
    peer.greet()
    peer.answer()
    peer.answer(code=101, text="keepalive too short")
    heard.wait_state(DeviceState.LOST, "the reader refuses Configure: FieldError: keepalive too short")


# --- ends -------------------------------------------------------------------------------------------------------------


def test_a_reader_that_closes_says_so_and_is_called_again(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(reported(1) + says.event(257, b"", now_us()))
    heard.wait_state(DeviceState.LOST, "closed by the reader")
    assert peer.hung_up()
    peer.begin(kept=True)
    peer.send(reported(2))
    heard.wait_tags([1, 2])


def test_stopping_switches_the_radio_off_and_gives_the_slot_back(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    assert says.number(peer.until(MessageType.DELETE_ROSPEC)) == 5084
    peer.send(peer.reply(peer.requests[-1]))
    peer.send(peer.reply(peer.until(MessageType.CLOSE_CONNECTION)))
    assert peer.hung_up()
    stopping.join(PATIENCE_S)
    assert heard.states[-1] == (DeviceState.READY, "")


def test_nothing_is_reported_after_stop_even_where_the_reader_does_not_answer(
    peer: Peer, heard: Heard, running: LlrpReader
) -> None:
    peer.send(reported(1))
    heard.wait_tags([1])
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    peer.until(MessageType.DELETE_ROSPEC)
    peer.send(reported(2) * 50)
    stopping.join(PATIENCE_S)
    assert not stopping.is_alive()
    heard.wait_tags([1])


def test_it_can_be_started_again(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.hang_up()
    running.stop()
    running.start(heard)
    peer.begin()
    peer.send(reported(7))
    heard.wait_tags([7])


def test_a_reader_that_is_switched_off_is_lost_once_and_found(heard: Heard) -> None:
    _, port = free_address()
    reader = LlrpReader(name="portal", host="127.0.0.1", port=port, backoff=QUICK)
    reader.start(heard)
    try:
        heard.wait_state(DeviceState.LOST, "connection refused")
        peer = Peer(port)
        try:
            peer.begin()
            heard.wait_state(DeviceState.READY)
        finally:
            peer.close()
    finally:
        reader.stop()
    opening = (DeviceState.OPENING, f"connecting to 127.0.0.1:{port}")
    assert heard.states[:3] == [opening, (DeviceState.LOST, "connection refused"), (DeviceState.READY, "")]


# --- readers that call us ---------------------------------------------------------------------------------------------


def test_a_reader_that_dials_in_is_taken_and_the_newest_call_wins(heard: Heard) -> None:
    address = free_address()
    reader = LlrpReader(name="portal", listen="{}:{}".format(*address), backoff=QUICK)
    first, second = Peer(), Peer()
    reader.start(heard)
    try:
        heard.wait_state(DeviceState.ABSENT, "no reader has called {}:{}".format(*address))
        first.take(socket.create_connection(address, PATIENCE_S))
        first.greet()
        first.setup()
        first.send(reported(1))
        heard.wait_tags([1])
        second.take(socket.create_connection(address, PATIENCE_S))
        heard.wait_state(DeviceState.LOST, "replaced by a newer connection")
        second.greet()
        second.setup(kept=True)
        second.send(reported(2))
        heard.wait_tags([1, 2])
    finally:
        first.close()
        second.close()
        reader.stop()


def test_a_stranger_at_the_door_does_not_cost_us_the_reader(heard: Heard) -> None:
    """What looks for open ports in the network connects to every one."""
    address = free_address()
    reader = LlrpReader(name="portal", listen="{}:{}".format(*address), backoff=QUICK)
    portal = Peer()
    reader.start(heard)
    try:
        heard.wait_state(DeviceState.ABSENT, "no reader has called {}:{}".format(*address))
        with socket.create_connection(address, PATIENCE_S, source_address=("127.0.0.2", 0)):
            portal.take(socket.create_connection(address, PATIENCE_S))
            portal.greet()
            portal.setup()
        stranger = socket.create_connection(address, PATIENCE_S, source_address=("127.0.0.2", 0))
        with stranger, suppress(ConnectionResetError):
            assert stranger.recv(1) == b""
        portal.send(reported(1))
        heard.wait_tags([1])
        assert heard.states[-1] == (DeviceState.READY, "")
    finally:
        portal.close()
        reader.stop()


# --- keepalives -------------------------------------------------------------------------------------------------------


def test_every_keepalive_is_answered_with_an_id_of_its_own(peer: Peer, running: LlrpReader) -> None:
    peer.send(message(MessageType.KEEPALIVE, 77) * 3)
    answers = [peer.next() for _ in range(3)]
    assert [kind_of(answer) for answer in answers] == [MessageType.KEEPALIVE_ACK] * 3


def test_a_silent_link_is_dead_after_two_missed_keepalives(peer: Peer, heard: Heard, start: Start) -> None:
    start(keepalive_s=0.5)
    peer.begin()
    heard.wait_state(DeviceState.READY)
    heard.wait_state(DeviceState.LOST, "no sign of life for 1.125 s")
    assert peer.hung_up()


def test_a_link_on_which_only_half_a_message_ever_comes_is_dead_too(peer: Peer, heard: Heard, start: Start) -> None:
    start(keepalive_s=0.5)
    peer.begin()
    heard.wait_state(DeviceState.READY)
    stop = threading.Event()
    half = HEADER.pack(1 << 10 | MessageType.RO_ACCESS_REPORT, 60_000, 0) + tlv(240, bytes(50_000))

    def trickle() -> None:
        for at in range(len(half)):
            if stop.wait(0.02):
                return
            try:
                peer.send(half[at : at + 1])
            except OSError:
                return

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        heard.wait_state(DeviceState.LOST, "no sign of life for 1.125 s")
    finally:
        stop.set()
        thread.join()


def test_an_impinj_reader_is_told_to_free_the_slot_of_a_dead_client(peer: Peer, heard: Heard, start: Start) -> None:
    start()
    requests = peer.begin(capabilities=IMPINJ_CAPABILITIES)
    assert kind_of(requests[1]) == MessageType.CUSTOM_MESSAGE
    assert requests[1][10:15] == struct.pack(">IB", 25882, 21)
    assert custom(25882, 38, struct.pack(">HH", 1, 2)) in requests[2]
    heard.wait_state(DeviceState.READY)


def test_another_makers_reader_gets_no_impinj_messages(peer: Peer, start: Start) -> None:
    start()
    requests = peer.begin()
    assert MessageType.CUSTOM_MESSAGE not in [kind_of(request) for request in requests]
    assert struct.pack(">I", 25882) not in b"".join(requests)


# --- broken streams ---------------------------------------------------------------------------------------------------


def test_a_report_in_single_bytes_is_read_whole(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.drip(reported(1, 2, 3))
    heard.wait_tags([1, 2, 3])


def test_messages_that_come_in_one_packet_are_all_read(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(b"".join(reported(number) + message(MessageType.KEEPALIVE, number) for number in range(200)))
    heard.wait_tags(range(200))
    assert kind_of(peer.next()) == MessageType.KEEPALIVE_ACK


UNKNOWN_TYPE = message(999, 5, b"whatever it says")
TRUNCATED_EVENT = message(MessageType.READER_EVENT_NOTIFICATION, 0, tlv(246, tlv(128, b"\x00" * 3)))


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(struct.pack(">HII", 0x043D, 0xFFFFFFFF, 1), id="length 0xFFFFFFFF"),
        pytest.param(struct.pack(">HII", 0x043D, 5, 1), id="length 5"),
        pytest.param(struct.pack(">HII", 0x043D, 0, 1), id="length 0"),
        pytest.param(struct.pack(">HII", 0x043D, 9, 1), id="length 9"),
        pytest.param(UNKNOWN_TYPE, id="unknown type"),
        pytest.param(TRUNCATED_EVENT, id="event cut short"),
        pytest.param(message(MessageType.RO_ACCESS_REPORT, 1, tlv(240, b"\x8d\x30")), id="EPC cut short"),
        pytest.param(message(MessageType.RO_ACCESS_REPORT, 1, tlv(240, b"\xff" * 40)), id="tag of nonsense"),
        pytest.param(message(MessageType.KEEPALIVE, 1, b"\x00" * 6), id="keepalive with a body"),
        pytest.param(b"\x00" * 64, id="zeros"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="another protocol"),
        pytest.param(reported(99)[:-7], id="report cut short"),
    ],
)
def test_tags_around_a_bad_message_are_delivered_and_the_fault_shows(
    peer: Peer, heard: Heard, running: LlrpReader, bad: bytes
) -> None:
    peer.send(reported(1, 2) + bad + reported(3) + reported(4))
    heard.wait_tags([1, 2, 3, 4])
    heard.wait_event(ReaderEventCode.BAD_MESSAGE)
    heard.wait_reason(DeviceState.DEGRADED, "bad message")


def test_a_flood_of_bad_messages_is_counted_and_does_not_become_a_flood_of_reports(
    peer: Peer, heard: Heard, running: LlrpReader
) -> None:
    peer.send(UNKNOWN_TYPE * 1000 + reported(1))
    heard.wait_tags([1])
    assert len(heard.events) == 10
    assert heard.states[-1] == (DeviceState.DEGRADED, "512 bad messages skipped")


def test_an_unknown_parameter_without_length_costs_only_what_follows_it_in_its_tag(
    peer: Peer, heard: Heard, running: LlrpReader
) -> None:
    strange = bare(2, tv(1, b"\x00\x03"), bytes((0x80 | 100,)) + bytes(range(9)))
    peer.send(report(tag(1), strange, tag(3)))
    reads = heard.wait_tags([1, 2, 3])
    assert reads[1].antenna == 3
    assert heard.events == []


def test_an_unknown_parameter_that_looks_like_an_epc_does_not_change_the_tag(
    peer: Peer, heard: Heard, running: LlrpReader
) -> None:
    # 0x80F1 is no TV parameter; its lower bits are those of EPCData.
    peer.send(report(bare(1, b"\x80\xf1\x00\x08\x00\x10\xde\xad"), tag(2)))
    heard.wait_tags([1, 2])


def test_custom_parameters_of_any_vendor_are_passed_over(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(report(tag(1, extra=custom(31337, 9, b"secret")), tag(2, extra=custom(161, 1, b""))))
    heard.wait_tags([1, 2])
    assert heard.events == []


def test_a_vendors_own_message_is_passed_over_in_silence(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(message(MessageType.CUSTOM_MESSAGE, 3, struct.pack(">IB", 161, 7) + tlv(300, b"x")) + reported(1))
    heard.wait_tags([1])
    assert heard.events == []


def test_impinj_rssi_is_in_hundredths_and_its_phase_is_kept(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(report(tag(1, extra=impinj_rssi(-6234) + impinj_phase(4095)), tag(2, extra=impinj_rssi(-32))))
    first, second = heard.wait_tags([1, 2])
    assert (first.rssi_cdbm, first.phase) == (-6234, 4095)
    assert second.rssi_cdbm == -32


def test_an_empty_report_says_nothing(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(report() + reported(1) + report())
    heard.wait_tags([1])
    assert all(each.reads for each in heard.reports if isinstance(each, TagReads))


def test_answers_are_matched_by_their_id_whatever_their_order(peer: Peer, running: LlrpReader) -> None:
    outcomes: dict[int, str] = {}

    def switch(port: int) -> None:
        try:
            running.set_output(port, True)
            outcomes[port] = "done"
        except DeviceError as error:
            outcomes[port] = str(error)

    asking = [threading.Thread(target=switch, args=(port,)) for port in (1, 2)]
    for thread in asking:
        thread.start()
    requests = {next(iter(says.outputs(request))): request for request in (peer.next(), peer.next())}
    stranger = says.answer(MessageType.SET_READER_CONFIG_RESPONSE, 4_000_000)
    other_kind = says.answer(MessageType.ADD_ROSPEC_RESPONSE, HEADER.unpack_from(requests[1])[2], code=101)
    peer.send(stranger + other_kind + peer.reply(requests[2], code=101, text="no port 2") + peer.reply(requests[1]))
    for thread in asking:
        thread.join(PATIENCE_S)
    assert outcomes == {1: "done", 2: "the reader refuses SetOutput: FieldError: no port 2"}


def test_an_error_message_answers_the_question_with_its_id(peer: Peer, running: LlrpReader) -> None:
    def refuse() -> None:
        message_id = HEADER.unpack_from(peer.next())[2]
        peer.send(says.answer(MessageType.ERROR_MESSAGE, message_id, code=109))

    refusing = threading.Thread(target=refuse)
    refusing.start()
    with pytest.raises(DeviceError, match="the reader refuses SetOutput: UnsupportedMessage"):
        running.set_output(1, True)
    refusing.join()


def test_a_drop_in_the_middle_of_a_message_leaves_nothing_behind(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(reported(1) + reported(66, 67)[:70])
    heard.wait_tags([1])
    peer.reset()
    peer.begin(kept=True)
    peer.send(reported(2))
    heard.wait_tags([1, 2])
    assert heard.events == []


def test_a_reader_that_restarts_gets_its_settings_again_and_it_shows(
    peer: Peer, heard: Heard, running: LlrpReader
) -> None:
    peer.send(reported(1) + reported(66)[:20])
    peer.reset()
    heard.wait_reason(DeviceState.LOST, "connection lost")
    requests = peer.begin(kept=False)
    kinds = [kind_of(request) for request in requests]
    assert MessageType.SET_READER_CONFIG in kinds
    assert MessageType.ADD_ROSPEC in kinds
    peer.send(reported(2))
    heard.wait_tags([1, 2])
    assert heard.wait_event(ReaderEventCode.REBOOTED) == "it had lost its settings; they have been sent again"


def test_a_reader_that_only_lost_the_network_is_not_taken_for_restarted(
    peer: Peer, heard: Heard, running: LlrpReader
) -> None:
    peer.reset()
    peer.begin(kept=True)
    peer.send(reported(2))
    heard.wait_tags([2])
    assert heard.events == []


def test_an_inventory_that_ends_by_itself_is_started_anew(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(says.event(249, struct.pack(">BII", 1, 5084, 0), now_us()))
    heard.wait_state(DeviceState.LOST, "the reader stopped its inventory")
    peer.begin(kept=True)
    peer.send(reported(1))
    heard.wait_tags([1])


def test_an_inventory_that_ends_with_its_beginning_is_started_anew(peer: Peer, heard: Heard, start: Start) -> None:
    """Yes and the end come in one piece: whoever looks a moment later sees a reader that is ready and reads nothing."""
    start()
    peer.accept()
    peer.greet()
    while kind_of(request := peer.next()) != MessageType.ENABLE_ROSPEC:
        peer.send(peer.reply(request))
    peer.send(peer.reply(request) + says.event(249, struct.pack(">BII", 1, 5084, 0), now_us()))
    heard.wait_state(DeviceState.LOST, "the reader stopped its inventory")


def test_the_end_of_the_inventory_of_before_ends_nothing(peer: Peer, heard: Heard, start: Start) -> None:
    start()
    peer.accept()
    peer.greet()
    while kind_of(request := peer.next()) != MessageType.DELETE_ROSPEC:
        peer.send(peer.reply(request))
    peer.send(says.event(249, struct.pack(">BII", 1, 5084, 0), now_us()) + peer.reply(request))
    peer.setup(kept=True)
    heard.wait_state(DeviceState.READY)
    peer.send(reported(1))
    heard.wait_tags([1])
    assert heard.states[-1] == (DeviceState.READY, "")


def test_another_inventorys_end_is_none_of_ours(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(says.event(249, struct.pack(">BII", 1, 1, 0), now_us()) + reported(1))
    heard.wait_tags([1])
    assert heard.states[-1] == (DeviceState.READY, "")


def test_a_listener_that_fails_once_does_not_silence_the_reader(peer: Peer, heard: Heard) -> None:
    def clumsy(report: object) -> None:
        if isinstance(report, TagReads) and report.reads[0].epc == epc(13):
            raise RuntimeError("a bug upstairs")
        heard(report)  # type: ignore[arg-type]  # it is a report

    reader = reader_of(peer)
    reader.start(clumsy)
    try:
        peer.begin()
        peer.send(reported(13))
        heard.wait_reason(DeviceState.LOST, "internal error: RuntimeError('a bug upstairs')")
        peer.begin(kept=True)
        peer.send(reported(1))
        heard.wait_tags([1])
    finally:
        peer.hang_up()
        reader.stop()


def test_a_listener_that_fails_at_every_state_does_not_stop_the_reader(peer: Peer, heard: Heard) -> None:
    def clumsy(report: object) -> None:
        if isinstance(report, StateChange) and len(refused) < 3:
            refused.append(report)
            raise RuntimeError("a bug upstairs")
        heard(report)  # type: ignore[arg-type]  # it is a report

    refused: list[StateChange] = []
    reader = reader_of(peer)
    reader.start(clumsy)
    try:
        peer.begin()
        heard.wait_state(DeviceState.LOST, "internal error: RuntimeError('a bug upstairs')")
        peer.begin(kept=True)
        peer.send(reported(1))
        heard.wait_tags([1])
    finally:
        peer.hang_up()
        reader.stop()


# --- clocks and left-out fields ---------------------------------------------------------------------------------------


def test_a_reader_with_a_clock_ahead_or_behind_has_its_times_shifted(peer: Peer, heard: Heard, start: Start) -> None:
    start()
    peer.accept()
    peer.send(says.greeting(0, now_us() - 5 * HOUR_US))
    peer.setup()
    before = now_us()
    peer.send(report(tag(1, seen_us=now_us() - 5 * HOUR_US)))
    (read,) = heard.wait_tags([1])
    assert before - 1_000_000 < read.seen_us <= now_us()


def test_a_clock_that_jumps_ahead_never_gives_a_time_in_the_future(
    peer: Peer, heard: Heard, running: LlrpReader
) -> None:
    peer.send(
        report(tag(1)) + report(tag(2, seen_us=now_us() + 20 * HOUR_US), tag(3, seen_us=now_us() + 20 * HOUR_US - 400))
    )
    reads = heard.wait_tags([1, 2, 3])
    assert all(read.seen_us <= now_us() for read in reads)
    assert reads[1].seen_us - reads[2].seen_us == pytest.approx(400, abs=50_000)


def test_a_reader_that_knows_only_its_uptime_is_anchored_at_its_greeting(
    peer: Peer, heard: Heard, start: Start
) -> None:
    start()
    peer.accept()
    peer.send(uptime_event(256, b"\x00\x00", 90_000_000))
    greeted = now_us()
    peer.setup()
    # Seen 2 s before the greeting, by a reader that had kept it.
    peer.send(report(bare(1, tv(5, struct.pack(">Q", 88_000_000)))))
    (read,) = heard.wait_tags([1])
    assert greeted - 3_000_000 < read.seen_us < greeted - 1_000_000


def test_without_any_time_a_tag_was_seen_when_it_was_reported(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    before = now_us()
    peer.send(report(bare(1, tv(1, b"\x00\x02"))))
    (read,) = heard.wait_tags([1])
    assert before <= read.seen_us <= now_us()


def test_fields_left_out_are_those_of_the_report_before(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    seen = now_us()
    full = bare(1, tv(1, b"\x00\x03"), tv(6, b"\xc4"), tv(4, struct.pack(">Q", seen)), tv(8, b"\x00\x05"))
    peer.send(report(full) + report(bare(2), bare(3, tv(6, b"\xc0"))))
    reads = heard.wait_tags([1, 2, 3])
    assert [(read.antenna, read.rssi_cdbm, read.count) for read in reads] == [
        (3, -6000, 5),
        (3, -6000, 5),
        (3, -6400, 5),
    ]
    assert len({read.seen_us for read in reads}) == 1


def test_fields_left_out_after_a_reconnect_are_not_those_of_the_old_connection(
    peer: Peer, heard: Heard, running: LlrpReader
) -> None:
    peer.send(report(bare(1, tv(1, b"\x00\x03"), tv(6, b"\xc4"))))
    heard.wait_tags([1])
    peer.reset()
    peer.begin(kept=True)
    peer.send(report(bare(2)))
    assert heard.wait_tags([1, 2])[1].rssi_cdbm is None


@pytest.mark.slow
def test_66_000_queued_reports_are_taken_with_their_own_times(peer: Peer, heard: Heard, start: Start) -> None:
    start()
    began = now_us() - HOUR_US
    queued = [report(tag(number, seen_us=began + number * 50_000)) for number in range(66_000)]
    peer.accept()
    peer.greet()
    peer.setup()
    peer.send(b"".join(queued))
    peer.send(reported(1_000_000) + message(MessageType.KEEPALIVE, 1))
    assert kind_of(peer.next()) == MessageType.KEEPALIVE_ACK
    heard.wait(lambda it: len(it.reads) == 66_001)  # type: ignore[attr-defined]  # Collector.wait hands on itself
    reads = heard.reads
    assert [read.epc for read in reads] == [*map(epc, range(66_000)), epc(1_000_000)]
    gaps = {later.seen_us - earlier.seen_us for earlier, later in pairwise(reads[:-1])}
    assert max(gaps) - min(gaps) <= 100_000
    assert abs(reads[0].seen_us - began) < 1_000_000
    assert heard.events == []


# --- what the reader reports of itself --------------------------------------------------------------------------------


def test_an_antenna_that_was_unplugged_before_we_came_shows_until_it_is_back(
    peer: Peer, heard: Heard, start: Start
) -> None:
    """No event tells of it: the reader would be ready for ever, and never see a tag there."""
    start(antennas=[1, 2])
    peer.accept()
    peer.greet()
    while kind_of(request := peer.next()) != MessageType.GET_READER_CONFIG:
        peer.send(peer.reply(request))
    peer.send(peer.reply(request, says.antenna_properties([(1, True), (2, False), (3, False)])))
    peer.setup()
    heard.wait_state(DeviceState.DEGRADED, "antenna 2 disconnected")
    assert heard.events == [(ReaderEventCode.ANTENNA_LOST, "antenna 2")]
    peer.send(says.event(255, struct.pack(">BH", 1, 2), now_us()))
    heard.wait(lambda it: it.states[-1] == (DeviceState.READY, ""))


def test_a_reader_that_cannot_tell_its_antennas_reads_all_the_same(peer: Peer, heard: Heard, start: Start) -> None:
    start(antennas=[1, 2])
    peer.accept()
    peer.greet()
    while kind_of(request := peer.next()) != MessageType.GET_READER_CONFIG:
        peer.send(peer.reply(request))
    peer.send(peer.reply(request, code=109, text="not here"))
    peer.setup()
    peer.send(reported(1))
    heard.wait_tags([1])
    assert heard.states[-1] == (DeviceState.READY, "")


def test_a_lost_antenna_shows_until_it_is_back(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(says.event(255, struct.pack(">BH", 0, 2), now_us()))
    heard.wait_state(DeviceState.DEGRADED, "antenna 2 disconnected")
    peer.send(says.event(255, struct.pack(">BH", 1, 2), now_us()))
    heard.wait_state(DeviceState.READY, times=2)
    assert heard.events == [(ReaderEventCode.ANTENNA_LOST, "antenna 2"), (ReaderEventCode.ANTENNA_BACK, "antenna 2")]


def test_an_overflowed_buffer_is_told_to_the_operator(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(says.event(250, b"\x5a", now_us()) + says.event(251, b"", now_us()) + reported(1))
    heard.wait_tags([1])
    assert heard.events == [
        (ReaderEventCode.BUFFER_FILLING, "90 %"),
        (ReaderEventCode.READS_LOST, "the reader's buffer overflowed"),
    ]
    assert heard.states[-1] == (
        DeviceState.DEGRADED,
        "the reader's buffer is 90 % full; the reader's buffer overflowed, reads were lost",
    )


def test_a_passing_trouble_leaves_the_state_again(
    peer: Peer, heard: Heard, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.rfid.llrp.life.TROUBLE_S", 0.05)
    start()
    peer.begin()
    peer.send(says.event(251, b"", now_us()))
    heard.wait_reason(DeviceState.DEGRADED, "reads were lost")
    heard.wait_state(DeviceState.READY, times=2)


def test_a_reader_exception_is_told_in_its_own_words(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    text = b"ambient temperature too high"
    peer.send(says.event(252, struct.pack(">H", len(text)) + text, now_us()))
    assert heard.wait_event(ReaderEventCode.READER_EXCEPTION) == "ambient temperature too high"
    heard.wait_reason(DeviceState.DEGRADED, "ambient temperature too high")


def test_an_input_that_changes_is_told(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(says.event(248, struct.pack(">HB", 3, 0x80), now_us()))
    assert heard.wait_event(ReaderEventCode.INPUT_CHANGED) == "input 3 on"


# --- asked by other threads -------------------------------------------------------------------------------------------


def test_an_output_is_switched(peer: Peer, running: LlrpReader) -> None:
    switched: list[dict[int, bool]] = []

    def obey() -> None:
        switched.append(says.outputs(peer.answer()))

    obeying = threading.Thread(target=obey)
    obeying.start()
    running.set_output(2, True)
    obeying.join()
    assert switched == [{2: True}]


def test_without_a_connection_nothing_can_be_switched_or_written(peer: Peer) -> None:
    reader = reader_of(peer)
    assert isinstance(reader, TagReader)
    with pytest.raises(DeviceError, match="portal is not connected"):
        reader.set_output(1, True)
    with pytest.raises(DeviceError, match="portal is not connected"):
        reader.write_epc(epc(1), epc(2), 1)
    assert reader.check_health("external", 1).report == "not started"


def test_the_health_check_reports_antennas_and_tags(peer: Peer, heard: Heard, running: LlrpReader) -> None:
    peer.send(reported(1, 2) + reported(1))
    heard.wait_tags([1, 2, 1])

    def obey() -> None:
        peer.answer(says.antenna_properties([(1, True), (2, False), (3, True), (4, False)]))

    obeying = threading.Thread(target=obey)
    obeying.start()
    found = running.check_health("external", PATIENCE_S)
    obeying.join()
    assert found.ok
    assert found.report == (
        "answers: maker 0 model 1, firmware peer 1.0; antennas 1, 3 connected, of 4; 2 tags in the field, 3 reads"
    )


def test_a_reader_that_cannot_tell_its_antennas_is_well_all_the_same(peer: Peer, running: LlrpReader) -> None:
    refusing = threading.Thread(target=lambda: peer.answer(code=109, text="not here"))
    refusing.start()
    found = running.check_health("external", PATIENCE_S)
    refusing.join()
    assert found.ok
    assert "antennas: 4; " in found.report


def test_the_interactive_check_waits_for_a_tag(peer: Peer, running: LlrpReader) -> None:
    waiting: list[str] = []
    thread = threading.Thread(target=lambda: waiting.append(running.check_health("interactive", PATIENCE_S).report))
    thread.start()
    deadline = time.monotonic() + PATIENCE_S
    while thread.is_alive() and time.monotonic() < deadline:
        peer.send(reported(5))
        thread.join(0.02)
    assert waiting == [f"reads {epc(5)}"]


def test_the_capabilities_of_a_peer_are_well_formed() -> None:
    assert [each.kind for each in parameters(CAPABILITIES)] == [137, 142, 143, 327]
