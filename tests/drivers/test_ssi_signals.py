"""Beep and light of an SSI scanner: what is sent, when the next one goes, and that no light stays on. Time is given."""

from __future__ import annotations

from drivers.scanner.ssi_packets import HOST, checksum
from drivers.scanner.ssi_signals import Signal, Signals, lights_out

MS = 1_000_000
GOOD, BAD = Signal(0, 1), Signal(17, 2)


def command(opcode: int, value: int) -> bytes:
    body = bytes((5, opcode, HOST, 0, value))
    return body + checksum(body)


BEEP, LED_ON, LED_OFF = 0xE6, 0xE7, 0xE8


def signals() -> Signals:
    return Signals(response_ms=2000, led_ms=400)


def test_the_next_command_waits_for_the_answer_to_the_one_before() -> None:
    it = signals()
    assert it.give(GOOD, 0) == [command(BEEP, 0)]
    assert it.answered(30 * MS) == [command(LED_ON, 1)]
    assert it.answered(60 * MS) == []
    assert it.deadline_ns == 430 * MS
    assert it.expire(430 * MS) == [command(LED_OFF, 1)]
    assert it.answered(460 * MS) == []
    assert it.lit == 0
    assert it.deadline_ns is None


def test_a_scanner_that_never_answers_beeps_all_the_same_and_is_not_left_lit() -> None:
    it = signals()
    assert it.give(GOOD, 0) == [command(BEEP, 0)]
    assert it.expire(2000 * MS) == [command(LED_ON, 1)]
    assert it.expire(2400 * MS) == [], "the answer to the light is still owed"
    assert it.expire(4000 * MS) == [command(LED_OFF, 1)]
    it.expire(6000 * MS)
    assert it.deadline_ns is None


def test_a_refused_scan_right_after_a_good_one_turns_the_light_over() -> None:
    it = signals()
    it.give(GOOD, 0)
    it.answered(10 * MS)
    assert it.give(BAD, 20 * MS) == [], "the good light is not answered yet"
    assert it.answered(30 * MS) == [command(BEEP, 17)]
    assert it.answered(40 * MS) == [command(LED_OFF, 1)]
    assert it.answered(50 * MS) == [command(LED_ON, 2)]
    it.answered(60 * MS)
    assert it.expire(450 * MS) == [command(LED_OFF, 2)]


def test_what_still_waits_gives_way_to_the_newest_scan() -> None:
    it = signals()
    it.give(GOOD, 0)
    it.give(BAD, 1 * MS)
    it.give(Signal(-1, 4), 2 * MS)
    assert it.answered(10 * MS) == [command(LED_ON, 4)]


def test_a_light_that_was_put_out_is_not_put_out_again() -> None:
    it = signals()
    it.give(Signal(-1, 1), 0)
    it.answered(1 * MS)
    assert it.give(Signal(3, 0), 2 * MS) == [command(BEEP, 3)]
    assert it.answered(3 * MS) == [command(LED_OFF, 1)]
    assert it.answered(4 * MS) == []
    assert it.expire(400 * MS) == []


def test_an_answer_to_nothing_of_ours_changes_nothing() -> None:
    assert signals().answered(0) == []


def test_a_new_connection_owes_nothing_to_the_old_one() -> None:
    it = signals()
    it.give(Signal(-1, 1), 0)
    it.reset()
    assert (it.lit, it.deadline_ns, it.expire(10_000 * MS)) == (0, None, [])
    assert (lights_out(0), lights_out(3)) == (b"", command(LED_OFF, 3))
