"""Bytes to LLRP messages: whatever happens to one, its neighbours are found."""

from __future__ import annotations

import struct
from contextlib import suppress
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llrp_peer import epc, now_us, report, reported, tag

from drivers.rfid import simulated_messages as says
from drivers.rfid.llrp.codec import CodecError, codec
from drivers.rfid.llrp.framing import MAX_MESSAGE, Broken, Framer
from drivers.rfid.llrp.messages import Report
from drivers.rfid.llrp.wire import HEADER, MessageType, WireError, message, parameters, tlv, tv

CODEC = codec()
KEEPALIVE = message(MessageType.KEEPALIVE, 1)
EVENT = says.event(255, struct.pack(">BH", 0, 2), now_us())
ANSWER = says.answer(MessageType.SET_READER_CONFIG_RESPONSE, 12)
SEEN = 1_795_000_000_000_000


def cut(data: bytes, at: list[int]) -> list[bytes]:
    ends = [0, *sorted(place % (len(data) + 1) for place in at), len(data)]
    return [data[begin:end] for begin, end in pairwise(ends)]


def framed(pieces: list[bytes]) -> list[bytes | Broken]:
    framer = Framer()
    return [found for piece in pieces for found in framer.feed(piece)]


def tags_in(found: list[bytes | Broken]) -> list[str]:
    """The EPCs of all reports that can be decoded."""
    epcs: list[str] = []
    for each in found:
        if isinstance(each, bytes):
            try:
                decoded = CODEC.decode(each)
            except CodecError:
                continue
            if isinstance(decoded, Report):
                epcs += [tag.epc for tag in decoded.tags]
    return epcs


def good(number: int, size: int) -> bytes:
    return report(*(tag(10 * number + each, seen_us=SEEN) for each in range(size)))


def numbered(sizes: list[int]) -> tuple[list[bytes], list[list[str]]]:
    """Reports with so many tags each, and the EPCs in each."""
    messages = [good(number, size) for number, size in enumerate(sizes)]
    return messages, [[epc(10 * number + each) for each in range(size)] for number, size in enumerate(sizes)]


sizes = st.lists(st.integers(1, 4), min_size=2, max_size=6)
splits = st.lists(st.integers(0, 4000), max_size=12)


@given(sizes, splits)
def test_however_a_stream_is_split_it_is_read_the_same(of: list[int], at: list[int]) -> None:
    messages, epcs = numbered(of)
    mixed = [each for number, one in enumerate(messages) for each in (one, (KEEPALIVE, EVENT, ANSWER)[number % 3])]
    found = framed(cut(b"".join(mixed), at))
    assert found == mixed
    assert tags_in(found) == [*chain.from_iterable(epcs)]


@given(sizes, splits, st.data())
def test_one_changed_byte_costs_at_most_its_own_message(of: list[int], at: list[int], data: st.DataObject) -> None:
    messages, epcs = numbered(of)
    which = data.draw(st.integers(0, len(of) - 1))
    torn = bytearray(messages[which])
    torn[data.draw(st.integers(0, len(torn) - 1))] ^= data.draw(st.integers(1, 255))
    found = tags_in(framed(cut(b"".join([*messages[:which], bytes(torn), *messages[which + 1 :], KEEPALIVE]), at)))
    assert_around(found, epcs[:which], epcs[which + 1 :])


@given(sizes, splits, st.data())
def test_bytes_lost_out_of_a_message_cost_at_most_that_message(
    of: list[int], at: list[int], data: st.DataObject
) -> None:
    messages, epcs = numbered(of)
    which = data.draw(st.integers(0, len(of) - 2))
    begin = data.draw(st.integers(0, len(messages[which]) - 1))
    end = data.draw(st.integers(begin + 1, len(messages[which])))
    torn = messages[which][:begin] + messages[which][end:]
    # As many bytes as the torn message says it has may have to come before the next one is found.
    found = tags_in(framed(cut(b"".join([*messages[:which], torn, *messages[which + 1 :], *[good(999, 4)] * 3]), at)))
    assert_around(found, epcs[:which], epcs[which + 1 :])


@given(sizes, splits, st.binary(min_size=1, max_size=60), st.data())
def test_bytes_that_belong_nowhere_cost_no_message(
    of: list[int], at: list[int], garbage: bytes, data: st.DataObject
) -> None:
    messages, epcs = numbered(of)
    which = data.draw(st.integers(0, len(of)))
    found = tags_in(framed(cut(b"".join([*messages[:which], garbage, *messages[which:], *[good(999, 4)] * 20]), at)))
    assert_around(found, epcs[:which], epcs[which:])


def assert_around(found: list[str], before: list[list[str]], after: list[list[str]]) -> None:
    """All good tags in their order, whatever was made of the bad ones between."""
    expected = [*chain.from_iterable([*before, *after])]
    remaining = iter(found)
    assert all(each in remaining for each in expected), f"missing of {expected}: found {found}"


@given(st.binary(max_size=400), splits)
def test_no_bytes_whatever_make_it_raise_or_remember_more_than_one_message(noise: bytes, at: list[int]) -> None:
    framer = Framer()
    for piece in cut(noise, at):
        for _ in framer.feed(piece):
            pass
    for found in framed(cut(noise, at)):
        if isinstance(found, bytes):
            with suppress(CodecError):
                CODEC.decode(found)


@given(st.binary(max_size=120), st.sampled_from(list(MessageType)))
def test_the_codec_raises_nothing_but_its_own_error(body: bytes, kind: MessageType) -> None:
    for nested in (body, tlv(240, body), tlv(246, body), tlv(287, body), tlv(246, tlv(256, body))):
        try:
            CODEC.decode(message(kind, 1, nested))
        except CodecError as error:
            assert str(int(kind)) in str(error) or "report" in str(error)


def test_the_longest_message_is_taken_and_one_byte_more_is_not() -> None:
    longest = message(999, 1, bytes(MAX_MESSAGE - HEADER.size))
    assert framed([longest]) == [longest]
    (broken, *rest) = framed([message(999, 1, bytes(MAX_MESSAGE - HEADER.size + 1)) + reported(1)])
    assert isinstance(broken, Broken)
    assert tags_in(rest) == [epc(1)]


def test_a_length_that_is_too_long_shows_when_the_next_message_begins_not_when_it_is_filled() -> None:
    framer = Framer()
    swollen = bytearray(reported(1))
    swollen[2:6] = (500_000).to_bytes(4, "big")
    assert list(framer.feed(bytes(swollen))) == []
    found = list(framer.feed(reported(2)))
    assert isinstance(found[0], Broken)
    assert tags_in(found) == [epc(2)]


def test_one_bad_stretch_is_told_once() -> None:
    found = framed([bytes((each,)) for each in reported(1) + b"\x00" * 300 + reported(2)])
    assert [isinstance(each, Broken) for each in found] == [False, True, False]


def test_a_long_report_is_read_whole() -> None:
    many = report(*(tag(number, seen_us=SEEN) for number in range(5000)))
    assert tags_in([many]) == [epc(number) for number in range(5000)]


def test_parameters_know_their_extent() -> None:
    data = tv(1, b"\x00\x01") + tlv(240, tv(6, b"\xc0"))
    assert [(each.kind, each.start, each.body, each.end) for each in parameters(data)] == [(1, 0, 1, 3), (240, 3, 7, 9)]


@pytest.mark.parametrize(
    "data", [b"\x95\x00", b"\x00\xf0\x00\x03", b"\x00\xf0\x00\x09\x00", b"\x04\x3d\x00\x0a", b"\x00"]
)
def test_what_is_no_parameter_is_said(data: bytes) -> None:
    with pytest.raises(WireError):
        list(parameters(data))
