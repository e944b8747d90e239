"""The host's side of SSI: what is answered, what is taken once, what is asked for again. Time is given."""

from __future__ import annotations

import pytest

from drivers.contract import DeviceState, FrameRefused, Read, StateChange
from drivers.framing import Framing
from drivers.scanner.ssi_packets import CONTINUATION, RETRANSMIT, SCANNER, Opcode, Packet
from drivers.scanner.ssi_session import Outcome, Revision, Session

MS = 1_000_000
ACK = bytes.fromhex("04 d0 04 00 ff 28")
NAK = bytes.fromhex("05 d1 04 00 01 ff 25")
ENABLE = Packet(Opcode.SCAN_ENABLE).encoded()
SCANNER_ACK = Packet(Opcode.ACK, source=SCANNER).encoded()


def code(data: bytes, kind: int = 0x03, status: int = 0) -> bytes:
    return Packet(Opcode.DECODE_DATA, bytes((kind,)) + data, status, SCANNER).encoded()


def damaged(packet: bytes) -> bytes:
    return packet[:-1] + bytes((packet[-1] ^ 0xFF,))


class Table:
    """A session with a clock that the test moves."""

    def __init__(self, framing: Framing | None = None, *, enable: bool = False) -> None:
        self.session = Session("it", framing or Framing(), enable=enable)
        self.now = 1_000 * MS
        self.said: list[Outcome] = list(self.session.connected(self.now))

    def hears(self, data: bytes, *, after_ms: int = 0) -> list[Outcome]:
        self.now += after_ms * MS
        outcomes = self.session.feed(data, self.now)
        self.said += outcomes
        return outcomes

    def waits(self, milliseconds: int) -> list[Outcome]:
        """Time passes as the port lets it: `expire` is called at every deadline."""
        until = self.now + milliseconds * MS
        outcomes: list[Outcome] = []
        while (deadline := self.session.deadline_ns) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            outcomes += self.session.expire(self.now)
        self.now = until
        self.said += outcomes
        return outcomes

    @property
    def codes(self) -> list[bytes]:
        return [each.data for each in self.said if isinstance(each, Read)]

    @property
    def refused(self) -> list[str]:
        return [each.reason for each in self.said if isinstance(each, FrameRefused)]


def test_a_code_is_acknowledged_and_read_with_its_symbology() -> None:
    table = Table()
    assert table.hears(code(b"0109521234567890", 0x0F)) == [ACK, Read("it", b"0109521234567890", table.now, "]C1")]


def test_a_type_that_does_not_say_gs1_or_not_says_nothing() -> None:
    table = Table()
    table.hears(code(b"DATA MATRIX", 0x1B))
    assert [each.symbology for each in table.said if isinstance(each, Read)] == [None]


def test_an_aim_identifier_in_the_data_goes_before_the_type() -> None:
    table = Table(Framing(symbology_id=True))
    table.hears(code(b"]d2010952123456789021A\x1d10B", 0x1B))
    assert [(each.data, each.symbology) for each in table.said if isinstance(each, Read)] == [
        (b"]d2010952123456789021A\x1d10B", "]d2")
    ]


def test_a_code_sent_again_because_the_ack_was_lost_is_acknowledged_and_not_taken_twice() -> None:
    table = Table()
    table.hears(code(b"ONCE"))
    assert table.hears(code(b"ONCE", status=RETRANSMIT), after_ms=2000) == [ACK]
    assert table.hears(code(b"ONCE", status=RETRANSMIT), after_ms=2000) == [ACK]
    assert table.codes == [b"ONCE"]


def test_the_same_code_scanned_twice_on_purpose_is_taken_twice() -> None:
    table = Table()
    table.hears(code(b"AGAIN"))
    table.hears(code(b"AGAIN"), after_ms=500)
    assert table.codes == [b"AGAIN", b"AGAIN"]


def test_a_code_whose_first_sending_was_lost_on_the_way_is_taken_from_the_second() -> None:
    table = Table()
    table.hears(code(b"ONE"))
    table.hears(code(b"TWO", status=RETRANSMIT), after_ms=2000)
    assert table.codes == [b"ONE", b"TWO"]


def test_a_damaged_packet_is_asked_for_again_and_its_code_taken_once() -> None:
    table = Table()
    assert table.hears(damaged(code(b"DIRT"))) == [NAK]
    assert table.hears(code(b"DIRT", status=RETRANSMIT), after_ms=30) == [ACK, Read("it", b"DIRT", table.now, "]C0")]
    table.waits(10_000)
    assert table.refused == []


def test_a_deliberate_repeat_whose_first_sending_was_damaged_is_not_taken_for_an_echo() -> None:
    table = Table()
    table.hears(code(b"AGAIN"))
    table.hears(damaged(code(b"AGAIN")), after_ms=600)
    table.hears(code(b"AGAIN", status=RETRANSMIT), after_ms=30)
    assert table.codes == [b"AGAIN", b"AGAIN"]


def test_a_damaged_echo_of_what_was_taken_does_not_count_again() -> None:
    table = Table()
    table.hears(code(b"ONCE"))
    table.hears(damaged(code(b"ONCE", status=RETRANSMIT)), after_ms=2000)
    table.hears(code(b"ONCE", status=RETRANSMIT), after_ms=30)
    assert table.codes == [b"ONCE"]


def test_a_repetition_marked_long_afterwards_is_a_new_code() -> None:
    table = Table()
    table.hears(code(b"HOURS AGO"))
    table.hears(code(b"HOURS AGO", status=RETRANSMIT), after_ms=60_000)
    assert table.codes == [b"HOURS AGO", b"HOURS AGO"]


def test_a_damaged_packet_that_is_never_sent_again_is_refused_once() -> None:
    table = Table()
    table.hears(damaged(code(b"LOST")))
    table.waits(10_000)
    assert table.refused == ["damaged on the way"]
    assert table.codes == []


def test_half_a_packet_is_asked_for_again_after_a_short_silence() -> None:
    table = Table()
    assert table.hears(code(b"HALF A CODE")[:9]) == []
    assert table.waits(200) == [NAK]
    table.hears(code(b"HALF A CODE", status=RETRANSMIT))
    assert table.codes == [b"HALF A CODE"]


def test_a_scanner_that_is_not_set_to_packets_is_told_apart_from_a_silent_one() -> None:
    table = Table()
    table.hears(b"1Z999AA10123456784\r")
    table.waits(1000)
    assert table.refused == ["no SSI packet"]
    assert table.codes == []


def test_a_glitch_before_a_packet_troubles_nobody() -> None:
    table = Table()
    table.hears(b"\xff" + code(b"CLEAN"))
    table.waits(10_000)
    assert (table.codes, table.refused) == ([b"CLEAN"], [])


# --- codes of several packets -----------------------------------------------------------------------------------------

LICENCE = b"@\n\x1e\rANSI 636014040002DL\r" + bytes(range(256)) * 3


def parts(data: bytes, size: int = 200, kind: int = 0x11) -> list[bytes]:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return [code(piece, kind, CONTINUATION if number < len(pieces) - 1 else 0) for number, piece in enumerate(pieces)]


def test_a_code_in_many_packets_is_one_code_with_every_byte() -> None:
    table = Table()
    sent = parts(LICENCE)
    assert len(sent) == 4
    answers = [table.hears(part, after_ms=20)[0] for part in sent]
    assert answers == [ACK] * 4
    assert table.codes == [LICENCE]


def test_a_part_that_is_sent_again_is_not_put_in_twice() -> None:
    table = Table()
    first, *rest = parts(LICENCE)
    table.hears(first)
    table.hears(code(LICENCE[:200], 0x11, CONTINUATION | RETRANSMIT), after_ms=2000)
    for part in rest:
        table.hears(part)
    assert table.codes == [LICENCE]


def test_a_damaged_part_is_sent_again_and_the_code_is_whole() -> None:
    table = Table()
    first, second, *rest = parts(LICENCE)
    table.hears(first)
    assert table.hears(damaged(second)) == [NAK]
    table.hears(code(LICENCE[200:400], 0x11, CONTINUATION | RETRANSMIT), after_ms=50)
    for part in rest:
        table.hears(part)
    assert table.codes == [LICENCE]


def test_a_code_that_the_scanner_gave_up_is_not_glued_to_the_next() -> None:
    table = Table()
    first, second, *_ = parts(LICENCE)
    table.hears(first)
    table.hears(damaged(second), after_ms=50)
    table.hears(code(b"ANOTHER", 0x11), after_ms=700)
    assert table.codes == [b"ANOTHER"]
    assert table.refused == ["the rest of the code did not come"]


def test_a_code_whose_rest_never_comes_is_refused() -> None:
    table = Table()
    table.hears(parts(LICENCE)[0])
    table.waits(60_000)
    table.hears(code(b"NEXT"))
    assert (table.codes, table.refused) == ([b"NEXT"], ["the rest of the code did not come"])


def test_an_endless_code_is_refused_once_and_left_behind() -> None:
    table = Table(Framing(max_length=1000))
    for _ in range(50):
        table.hears(code(b"A" * 200, 0x11, CONTINUATION))
    table.hears(code(b"END", 0x11))
    table.hears(code(b"NEXT"))
    assert (table.codes, table.refused) == ([b"NEXT"], ["longer than 1000 bytes"])


def test_an_endless_code_that_stops_in_the_middle_takes_no_other_with_it() -> None:
    table = Table(Framing(max_length=1000))
    for _ in range(10):
        table.hears(code(b"A" * 200, 0x11, CONTINUATION))
    table.waits(60_000)
    table.hears(code(b"NEXT"))
    assert (table.codes, table.refused) == ([b"NEXT"], ["longer than 1000 bytes"])


def test_prefix_and_suffix_are_taken_off_and_an_enter_behind_the_code_too() -> None:
    table = Table(Framing(prefix=b"<", suffix=b">"))
    table.hears(code(b"<CODE>\r\n"))
    table.hears(code(b"CODE>"))
    assert (table.codes, table.refused) == ([b"CODE"], ["prefix missing"])


# --- what the station asks --------------------------------------------------------------------------------------------


def test_scanning_is_switched_on_when_the_scanner_is_connected() -> None:
    table = Table(enable=True)
    assert table.said == [ENABLE]
    assert table.hears(SCANNER_ACK) == []
    assert table.waits(60_000) == []


def test_a_scanner_that_does_not_answer_is_asked_three_times_and_then_degraded() -> None:
    table = Table(enable=True)
    assert table.waits(60_000) == [
        *[b"\x00" + Packet(Opcode.SCAN_ENABLE, status=RETRANSMIT).encoded()] * 2,
        StateChange("it", DeviceState.DEGRADED, "does not answer SSI commands"),
    ]
    assert table.hears(code(b"WELL AFTER ALL"))[0] == StateChange("it", DeviceState.READY)


def test_a_scanner_that_refuses_to_be_switched_on_is_alive_all_the_same() -> None:
    table = Table(enable=True)
    table.hears(Packet(Opcode.NAK, b"\x06", source=SCANNER).encoded())
    assert table.waits(60_000) == []


def test_what_the_scanner_says_of_itself_is_passed_on() -> None:
    table = Table()
    revision = Packet(Opcode.REPLY_REVISION, b"PAAAES00-001-R01  18  ", source=SCANNER)
    assert table.hears(revision.encoded()) == [Revision("PAAAES00-001-R01  18")]


@pytest.mark.parametrize("opcode", [0xF6, 0xD4, 0xC6])
def test_messages_that_are_none_of_our_business_are_acknowledged(opcode: int) -> None:
    assert Table().hears(Packet(opcode, b"\x0a", source=SCANNER).encoded()) == [ACK]


def test_half_a_code_from_before_an_unplug_does_not_join_the_next() -> None:
    table = Table()
    table.hears(parts(LICENCE)[0])
    table.hears(code(b"TORN")[:7])
    table.session.connected(table.now)
    table.hears(code(b"NEXT", 0x11))
    table.waits(60_000)
    assert (table.codes, table.refused) == ([b"NEXT"], [])
