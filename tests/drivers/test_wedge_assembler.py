"""Scans told from typing in one stream of bytes; time is given, not measured."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import FrameRefused, Keys, Read
from drivers.scanner.wedge_assembler import Burst, Piece, WedgeAssembler

MS = 1_000_000
LONG_AFTER = 3_600_000 * MS


class Terminal:
    """An input thread in slow motion: `at` moves the clock, flushing on the way as the real one does."""

    def __init__(self, burst: Burst | None = None) -> None:
        self.assembler = WedgeAssembler("wedge", burst)
        self.now_ns = 0
        self.pieces: list[Piece] = []

    def wait(self, milliseconds: float) -> Terminal:
        until = self.now_ns + int(milliseconds * MS)
        while (deadline := self.assembler.deadline_ns) is not None and deadline <= until:
            self.pieces += self.assembler.flush(deadline)
        self.now_ns = until
        return self

    def chunk(self, data: bytes) -> Terminal:
        self.pieces += self.assembler.feed(data, self.now_ns)
        return self

    def typed(self, data: bytes, gap_ms: float) -> Terminal:
        for byte in data:
            self.chunk(bytes([byte])).wait(gap_ms)
        return self

    @property
    def codes(self) -> list[bytes]:
        return [piece.data for piece in self.pieces if isinstance(piece, Read)]

    @property
    def keys(self) -> bytes:
        return b"".join(piece.data for piece in self.pieces if isinstance(piece, Keys))

    @property
    def refused(self) -> list[str]:
        return [piece.reason for piece in self.pieces if isinstance(piece, FrameRefused)]

    def settled(self) -> tuple[list[bytes], bytes, list[str]]:
        """Codes, keys and reasons of refusals once everything is decided."""
        self.wait(5000)
        assert not self.assembler.waiting
        return self.codes, self.keys, self.refused


def some_codes(count: int, length: int) -> list[bytes]:
    dice = random.Random(count)  # noqa: S311 - test data
    return [bytes(dice.choices(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./+%$ \x1d", k=length)) for _ in range(count)]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\x1bOM"])
def test_two_hundred_scans_back_to_back_in_one_chunk_are_read_exactly(end: bytes) -> None:
    codes = some_codes(200, 60)
    assert Terminal().chunk(b"".join(code + end for code in codes)).settled() == (codes, b"", [])


@pytest.mark.parametrize("size", [1, 7, 61, 4096])
def test_it_does_not_matter_how_the_chunks_are_cut(size: int) -> None:
    codes = some_codes(200, 60)
    stream = b"".join(code + b"\r" for code in codes)
    terminal = Terminal()
    for at in range(0, len(stream), size):
        terminal.chunk(stream[at : at + size]).wait(1)
    assert terminal.settled() == (codes, b"", [])


@pytest.mark.parametrize("gap_ms", [0, 1, 5, 15, 29])
def test_a_scanner_may_take_up_to_thirty_milliseconds_a_character(gap_ms: float) -> None:
    assert Terminal().typed(b"1Z999AA10123456784\r", gap_ms).settled() == ([b"1Z999AA10123456784"], b"", [])


@pytest.mark.parametrize("gap_ms", [33, 45, 70, 120, 300])
def test_typing_is_keys_in_the_order_typed(gap_ms: float) -> None:
    assert Terminal().typed(b"1Z999AA10123456784\r", gap_ms).settled() == ([], b"1Z999AA10123456784\r", [])


def test_a_held_key_shows_while_it_is_held() -> None:
    assert len(Terminal().typed(b"a" * 40, 33).keys) >= 35


def test_a_key_is_passed_on_after_sixty_milliseconds_at_most() -> None:
    assert Terminal().chunk(b"2").wait(60).keys == b"2"


def test_enter_and_backspace_alone_are_passed_on_at_once() -> None:
    assert Terminal().chunk(b"\r").chunk(b"\x7f").keys == b"\r\x7f"


def test_a_few_fast_keys_and_enter_are_not_a_scan() -> None:
    assert Terminal().chunk(b"1234\r").settled() == ([], b"1234\r", [])


def test_a_held_key_is_typing() -> None:
    assert Terminal().typed(b"a" * 40, 33).settled() == ([], b"a" * 40, [])
    assert Terminal().typed(b"a" * 40, 20).settled() == ([], b"a" * 40, [])


def test_one_stall_of_the_machine_does_not_spoil_a_scan() -> None:
    terminal = Terminal().typed(b"1Z999AA1", 2).wait(200).typed(b"0123456784\r", 2)
    assert terminal.settled() == ([b"1Z999AA10123456784"], b"", [])


# A single key pressed long before a scan is a key: only a torn beginning of five characters and more is known for one.
TORN = [(after, ms) for after in (1, 3, 4, 5, 10, 17) for ms in (62, 100, 251, 400, 900) if after >= 5 or ms <= 100]


@pytest.mark.parametrize(("torn_after", "stall_ms"), TORN)
def test_a_scan_torn_by_a_stall_is_never_read_short(torn_after: int, stall_ms: float) -> None:
    code = b"1Z999AA10123456784"
    terminal = Terminal().chunk(code[:torn_after]).wait(stall_ms).chunk(code[torn_after:] + b"\r")
    assert terminal.settled()[0] in ([], [code])


def test_the_end_of_a_torn_scan_does_not_press_keys() -> None:
    terminal = Terminal().chunk(b"1Z999AA101234567").wait(300).chunk(b"84\r")
    assert terminal.settled() == ([], b"", ["no terminator", "rest of a broken scan"])
    terminal = Terminal().chunk(b"1Z999AA10123456784").wait(300).chunk(b"\r").wait(100).chunk(b"NEXTONE\r")
    assert terminal.settled() == ([b"NEXTONE"], b"", ["no terminator"])


def test_the_scan_after_a_torn_one_is_read() -> None:
    terminal = Terminal().chunk(b"1Z999AA101").wait(300).chunk(b"23456784\r").wait(100).chunk(b"NEXTONE\r")
    assert terminal.settled()[0] == [b"NEXTONE"]


def test_a_scanner_without_terminator_is_refused_and_presses_no_keys() -> None:
    assert Terminal().typed(b"1234567890", 2).settled() == ([], b"", ["no terminator"])


@pytest.mark.parametrize(
    "code",
    [
        b"AB\x11CDE\x03\x1a",
        b"]d2010952123456788\x1d21SN1\x1d10LOT",
        b"\x1d0109521234567881",
        b"[)>\x1e06\x1d1JUN\x1e\x04",
        b"NUL\x00NUL\x00",
        b"\xe9\xff\xfe\x80\xc3",
        b"AB\x1bCDEF",
        b"\x1bABCDEF",
        b"ABCDEF\x1b",
        b"\x1b\x1bABCD",
        b"AB\x1b\x1b\x1bCDEF",
        b"ABCDE\x7f\x08FG",
        b"ABCDEF\x1b[",
        b"ABCDEF\x1b[1;",
        b"tab\tinside",
        bytes(byte for byte in range(1, 256) if byte not in b"\r\n"),
    ],
)
def test_hostile_bytes_inside_a_scan_are_data(code: bytes) -> None:
    assert Terminal().chunk(code + b"\r" + code + b"\r").settled() == ([code, code], b"", [])
    assert Terminal().typed(code + b"\r", 3).settled() == ([code], b"", [])


@pytest.mark.parametrize(
    "sequence",
    [b"\x1b[A", b"\x1bOP", b"\x1b[15~", b"\x1b[[A", b"\x1b[1;5C", b"\x1b[27;2;13~", b"\x1b[Z", b"\x1b[93;5u", b"\x1bx"],
)
def test_escape_sequences_of_real_keys_pass_as_keys(sequence: bytes) -> None:
    terminal = Terminal().chunk(sequence).wait(500).chunk(b"ABCDEF\r").wait(500).chunk(sequence)
    assert terminal.settled() == ([b"ABCDEF"], sequence * 2, [])


def test_a_lone_escape_is_a_key() -> None:
    assert Terminal().chunk(b"\x1b").wait(60).keys == b"\x1b"


def test_a_sequence_in_pieces_reaches_the_key_parser_whole() -> None:
    assert Terminal().chunk(b"\x1b").wait(5).chunk(b"[").wait(5).chunk(b"15~").settled() == ([], b"\x1b[15~", [])


def test_a_key_typed_just_before_an_arrow_keeps_its_place() -> None:
    assert Terminal().chunk(b"2").wait(20).chunk(b"\x1b[A").settled() == ([], b"2\x1b[A", [])


@pytest.mark.parametrize("sequence", [b"\x1b[A", b"\x1bOP", b"\x1b[[A", b"\x1b[15~"])
def test_a_key_pressed_during_a_scan_spoils_it_and_passes(sequence: bytes) -> None:
    terminal = Terminal().chunk(b"1Z999AA1").chunk(sequence).chunk(b"0123456784\r")
    assert terminal.settled() == ([], sequence, ["key inside the scan"])


def test_a_code_that_begins_like_a_key_is_not_read_without_its_beginning() -> None:
    assert Terminal().chunk(b"\x1b[A0123456784\r").settled()[0] == []
    assert Terminal().chunk(b"AB\x1b[A0123456784\r").settled()[0] == []


def test_a_report_of_the_terminal_does_not_disturb_a_scan() -> None:
    for report in (b"\x1b[I", b"\x1b[48;24;80;480;640t", b"\x1b[?2026;2$y", b"\x1b[<0;3;4M"):
        terminal = Terminal().chunk(b"1Z999AA1" + report + b"0123456784\r")
        assert terminal.settled() == ([b"1Z999AA10123456784"], report, [])


def test_a_control_byte_in_kitty_disguise_is_the_control_byte() -> None:
    assert Terminal().chunk(b"0109521234567881\x1b[93;5u21SN1\r").settled()[0] == [b"0109521234567881\x1d21SN1"]


def test_a_bracketed_paste_passes_whole() -> None:
    paste = b"\x1b[200~pasted\rtext 123456\x1b[201~"
    assert Terminal().chunk(paste).settled() == ([], paste, [])
    assert Terminal().chunk(paste).wait(300).chunk(b"ABCDEF\r").settled() == ([b"ABCDEF"], paste, [])


def test_an_unterminated_paste_does_not_swallow_what_follows() -> None:
    terminal = Terminal().chunk(b"\x1b[200~").wait(100).chunk(b"ABCDEF\r").wait(1000).chunk(b"2").wait(100)
    assert terminal.settled() == ([b"ABCDEF"], b"2", [])


def test_typing_after_a_paste_mark_is_still_typing_though_it_was_held_back() -> None:
    terminal = Terminal().chunk(b"\x1b[200~").wait(100).chunk(b"ABCD").wait(100).chunk(b"EFGH\r")
    assert terminal.settled() == ([], b"ABCDEFGH\r", [])


def test_a_code_with_a_paste_mark_in_front_is_refused_and_the_next_is_read() -> None:
    codes = some_codes(200, 60)
    stream = b"\x1b[200~ABCDEF\r" + b"".join(code + b"\r" for code in codes)
    assert Terminal().chunk(stream).settled() == (codes, b"", ["rest of a broken scan"])


def test_a_paste_mark_inside_a_scan_never_reaches_the_key_parser() -> None:
    assert Terminal().chunk(b"ABCDEF\x1b[200~GHI\rNEXTONE\r").settled() == (
        [b"NEXTONE"],
        b"",
        ["key inside the scan"],
    )


def test_crlf_is_one_end_and_presses_no_enter() -> None:
    assert Terminal().chunk(b"ABCDEF\r").wait(10).chunk(b"\n").settled() == ([b"ABCDEF"], b"", [])
    assert Terminal().chunk(b"ABCDEF\r").wait(200).chunk(b"\r").settled() == ([b"ABCDEF"], b"\r", [])


def test_what_is_too_long_is_refused_once_and_the_next_scan_is_read() -> None:
    terminal = Terminal().chunk(b"AB" * 10_000 + b"\r" + b"NEXTONE\r")
    assert terminal.settled() == ([b"NEXTONE"], b"", ["longer than 8192 bytes"])
    terminal = Terminal().chunk(b"AB" * 10_000).wait(2000).chunk(b"NEXTONE\r")
    assert terminal.settled() == ([b"NEXTONE"], b"", ["longer than 8192 bytes"])


def test_with_a_prefix_a_scan_is_certain_at_any_speed_and_length() -> None:
    burst = Burst(prefix=b"\x02")
    assert Terminal(burst).typed(b"\x02A1\r", 100).settled() == ([b"A1"], b"", [])


def test_with_a_prefix_a_burst_without_it_is_refused_and_typing_still_works() -> None:
    burst = Burst(prefix=b"~", suffix=b"#")
    assert Terminal(burst).chunk(b"ABCDEF\r").settled() == ([], b"", ["prefix missing"])
    assert Terminal(burst).chunk(b"~ABCDEF\r").settled() == ([], b"", ["suffix missing"])
    assert Terminal(burst).chunk(b"~ABCDEF#\r").settled() == ([b"ABCDEF"], b"", [])
    assert Terminal(burst).typed(b"abcdefgh\r", 100).settled() == ([], b"abcdefgh\r", [])


def test_text_of_an_input_method_is_typing() -> None:
    text = "退货中心".encode()
    assert Terminal().chunk(text).settled() == ([], text, [])


WILD = st.lists(
    st.tuples(
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from([b"\x1b[200~", b"\x1b[201~", b"\x1b[A", b"\x1b[I", b"\x1bOM", b"\x1b", b"\r", b"ABCDEF\r"]),
        ),
        st.sampled_from([0, 0, 0, 1, 10, 30, 61, 100, 250, 600, 2000]),
    ),
    max_size=30,
)


@given(WILD, st.sampled_from([Burst(), Burst(prefix=b"\x02", suffix=b"\x03"), Burst(max_length=8)]))
def test_anything_at_any_time_is_survived_and_the_next_scan_is_read(
    stream: list[tuple[bytes, int]], burst: Burst
) -> None:
    terminal = Terminal(burst)
    for data, pause_ms in stream:
        terminal.chunk(data).wait(pause_ms)
    terminal.settled()
    before = len(terminal.codes)
    terminal.chunk(burst.prefix + b"EXACTLY" + burst.suffix + b"\r").settled()
    assert terminal.codes[before:] == [b"EXACTLY"]


@given(st.lists(st.tuples(st.sampled_from(b"abc123\x1b[A\t\x7f"), st.integers(61, 900)), max_size=40))
def test_typing_arrives_byte_for_byte(presses: list[tuple[int, int]]) -> None:
    terminal = Terminal()
    for byte, pause_ms in presses:
        terminal.chunk(bytes([byte])).wait(pause_ms)
    assert terminal.settled() == ([], bytes(byte for byte, _ in presses), [])


PLAIN = st.sampled_from([byte for byte in range(256) if byte not in b"\r\n\x1b\x7f\x08"])


@given(st.lists(PLAIN, min_size=5, max_size=200).map(bytes))
def test_any_scan_without_escape_is_read_exactly(code: bytes) -> None:
    assert Terminal().chunk(code + b"\r").settled() == ([code], b"", [])
