"""Framing as a pure function of bytes and time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import FrameRefused, Read
from drivers.framing import Framer, Framing, symbology_of, terminators_named

MS = 1_000_000
WIRE = st.lists(
    st.one_of(
        st.sampled_from([b"\r", b"\n", b"\r\n", b"\x02", b"\x03", b"\x1d", b"A" * 9, b"]C1"]),
        st.binary(max_size=12),
    ),
    max_size=25,
).map(b"".join)
FRAMINGS = st.builds(
    Framing,
    terminators=st.sampled_from([(b"\r", b"\n"), (b"\r",), (b"\r\n",), (b"\r", b"\r\n"), (b"\n", b"\r\n"), (b"\x03",)]),
    idle_gap_ms=st.sampled_from([0, 0, 30]),
    prefix=st.sampled_from([b"", b"", b"\x02"]),
    suffix=st.sampled_from([b"", b"", b"\x03"]),
    max_length=st.sampled_from([1, 5, 20, 8192]),
)


def framed(framing: Framing, pieces: list[bytes], *, now_ns: int = 0) -> list[Read | FrameRefused]:
    framer = Framer("it", framing)
    reports: list[Read | FrameRefused] = []
    for piece in pieces:
        reports += framer.feed(piece, now_ns)
    deadline = framer.deadline_ns
    return reports + (framer.flush(deadline) if deadline is not None else [])


def codes(framing: Framing, *pieces: bytes) -> list[bytes]:
    return [report.data for report in framed(framing, list(pieces)) if isinstance(report, Read)]


@given(FRAMINGS, WIRE, st.lists(st.integers(0, 300), max_size=12))
def test_however_the_stream_is_cut_the_frames_are_the_same(framing: Framing, wire: bytes, cuts: list[int]) -> None:
    whole = framed(framing, [wire])
    ends = sorted({min(cut, len(wire)) for cut in cuts} | {0, len(wire)})
    assert framed(framing, [wire[a:b] for a, b in pairwise(ends)]) == whole
    assert framed(framing, [wire[at : at + 1] for at in range(len(wire))]) == whole


@given(st.lists(st.binary(min_size=1, max_size=40).filter(lambda code: not set(code) & set(b"\r\n")), max_size=10))
def test_no_byte_of_a_code_is_lost_or_changed(payloads: list[bytes]) -> None:
    assert codes(Framing(), b"\r\n".join([*payloads, b""])) == payloads


def test_crlf_alone_as_terminator_keeps_a_single_cr_in_the_data() -> None:
    assert codes(Framing(terminators=(b"\r\n",)), b"A\rB\nC\r", b"\nD\r\n") == [b"A\rB\nC", b"D"]


def test_cr_and_crlf_as_terminators_do_not_leave_a_line_feed_before_the_next_code() -> None:
    assert codes(Framing(terminators=(b"\r", b"\r\n")), b"A\r", b"\nB\r\n") == [b"A", b"B"]


def test_only_one_trailing_terminator_is_cut_off_after_an_idle_gap() -> None:
    framing = Framing(idle_gap_ms=30)
    assert codes(framing, b"A\rB\r\r") == [b"A\rB\r"]
    assert codes(framing, b"A\rB\r\n") == [b"A\rB"]


def test_two_codes_with_a_gap_between_are_two_even_if_nobody_flushed() -> None:
    framer = Framer("it", Framing(idle_gap_ms=30))
    framer.feed(b"ONE", 0)
    assert framer.deadline_ns == 30 * MS
    assert framer.flush(29 * MS) == []
    assert framer.feed(b"TWO", 30 * MS) == [Read("it", b"ONE", 0)]
    assert framer.flush(60 * MS) == [Read("it", b"TWO", 30 * MS)]
    assert framer.deadline_ns is None


def test_an_unfinished_code_is_refused_and_not_glued_to_the_next() -> None:
    framer = Framer("it", Framing(stale_ms=500))
    framer.feed(b"HALF", 0)
    assert framer.feed(b"WHOLE\r", 500 * MS) == [
        FrameRefused("it", "no terminator", 4, b"HALF"),
        Read("it", b"WHOLE", 500 * MS),
    ]


def test_what_is_too_long_is_refused_at_once_and_costs_no_memory() -> None:
    framer = Framer("it", Framing())
    reports = [report for _ in range(100) for report in framer.feed(b"\xff" * 4096, 0)]
    assert reports == [FrameRefused("it", "longer than 8192 bytes", 8193, b"\xff" * 64)]
    assert framer.feed(b"\xff\rNEXT\r", 0) == [Read("it", b"NEXT", 0)]


def test_the_symbology_identifier_is_found_only_where_it_belongs() -> None:
    assert symbology_of(b"]C101") == "]C1"
    assert symbology_of(b"]d2") == "]d2"
    assert [symbology_of(data) for data in (b"", b"]", b"]C", b"A]C1", b"]11x", b"]C\x1d1")] == [None] * 6


def test_a_framing_without_an_end_is_a_mistake() -> None:
    for wrong in ({"terminators": ()}, {"terminators": (b"",)}, {"max_length": 0}, {"stale_ms": 0}):
        with pytest.raises(ValueError, match=r"."):
            Framing(**wrong)


def test_terminators_go_by_name() -> None:
    assert terminators_named(("CR", "ETX", "CRLF")) == (b"\r", b"\x03", b"\r\n")
    with pytest.raises(ValueError, match="unknown terminator 'CRR'; valid: CR, LF"):
        terminators_named(("CRR",))
