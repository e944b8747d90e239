"""From keys to characters, layout by layout, with the keys that a scanner of that country really strikes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from keyboard_bench import ALT, ALTGR, CAPS, CTRL, ENTER, KEY, KP_ENTER, SHIFT, SYN, TAB, event, stroke

from drivers.scanner.evdev_typing import Typist, Unreadable
from drivers.scanner.keymaps import LAYOUTS, layout_named

# Places on a keyboard, by what a US keyboard has there.
ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE, ZERO, MINUS, EQUAL = range(2, 14)
Q, W, E, R, T, Y, U, I, O, P, BRACKET, CLOSING = range(16, 28)  # noqa: E741 - the names on the keys
A, S, D, F, G, H, J, K, L, SEMICOLON, QUOTE, GRAVE = range(30, 42)
BACKSLASH, Z, X, C, V, B, N, M, COMMA, DOT, SLASH = range(43, 54)
SPACE, LESS = 57, 86
PAD_DIGITS = (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)


def text(layout: str, *strokes: tuple[int, ...]) -> str:
    pieces = list(Typist(layout_named(layout)).take(b"".join(stroke(*each) for each in strokes)))
    assert not [piece for piece in pieces if isinstance(piece, Unreadable)]
    return "".join(str(piece) for piece in pieces)


def test_a_us_scanner_types_a_tracking_number() -> None:
    assert text("us", (ONE,), (Z, SHIFT), (NINE,), (A, SHIFT), (MINUS,), (SIX, SHIFT), (ENTER,)) == "1Z9A-^\r"


def test_an_azerty_scanner_is_read_right_with_its_own_layout() -> None:
    """The complaint: `A1-Q9;.` comes out as `QA6...`, because the keys were read as those of another country."""
    strokes = [(Q, SHIFT), (ONE, SHIFT), (SIX,), (A, SHIFT), (NINE, SHIFT), (SEMICOLON,), (COMMA,), (COMMA, SHIFT)]
    assert text("fr", *strokes) == "A1-Q9m;."
    assert text("us", *strokes) == "Q!6A(;,<"


def test_a_qwertz_scanner_is_read_right_with_its_own_layout() -> None:
    strokes = [(Y, SHIFT), (Z, SHIFT), (SLASH,), (SLASH, SHIFT), (SEVEN, SHIFT), (LESS,), (MINUS,), (SEMICOLON,)]
    assert text("de", *strokes) == "ZY-_/<ßö"


@pytest.mark.parametrize(
    ("layout", "stroke_", "sign"),
    [
        ("de", (Q, ALTGR), "@"),
        ("de", (SEVEN, ALTGR), "{"),
        ("de", (ZERO, ALTGR), "}"),
        ("de", (MINUS, ALTGR), "\\"),
        ("de", (LESS, ALTGR), "|"),
        ("de", (CLOSING, ALTGR), "~"),
        ("de", (E, ALTGR), "€"),
        ("de", (Q, CTRL, ALT), "@"),
        ("de", (BACKSLASH, SHIFT), "'"),
        ("de", (83,), ","),
        ("fr", (ZERO, ALTGR), "@"),
        ("fr", (THREE, ALTGR), "#"),
        ("fr", (NINE, ALTGR), "^"),
        ("fr", (EQUAL, ALTGR), "}"),
        ("fr", (EIGHT,), "_"),
        ("fr", (TWO,), "é"),
        ("fr", (SLASH, SHIFT), "§"),
        ("fr", (83,), "."),
        ("uk", (TWO, SHIFT), '"'),
        ("uk", (THREE, SHIFT), "£"),
        ("uk", (QUOTE, SHIFT), "@"),
        ("uk", (BACKSLASH,), "#"),
        ("uk", (LESS,), "\\"),
        ("uk", (FOUR, ALTGR), "€"),
        ("uk", (E, SHIFT, ALTGR), "É"),
        ("us", (QUOTE, SHIFT), '"'),
        ("us", (BACKSLASH, SHIFT), "|"),
    ],
)
def test_a_sign_on_a_higher_level_of_its_key(layout: str, stroke_: tuple[int, ...], sign: str) -> None:
    assert text(layout, stroke_) == sign


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_can_type_what_codes_are_made_of(layout: str) -> None:
    levels = LAYOUTS[layout]
    typable = {*levels.plain.values(), *levels.shift.values(), *levels.altgr.values()}
    assert {chr(code) for code in range(32, 127)} <= typable


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_sign_stands_on_two_keys_of_the_same_level(layout: str) -> None:
    keypad = {*range(71, 84), 55, 98, 117, 96}
    for level in (LAYOUTS[layout].plain, LAYOUTS[layout].shift):
        signs = [sign for key, sign in level.items() if key not in keypad]
        assert [pair for pair in pairwise(sorted(signs)) if pair[0] == pair[1] and pair[0] not in "<>|"] == []


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("control", [CTRL, 97])
def test_ctrl_and_closing_bracket_is_the_group_separator_in_every_country(layout: str, control: int) -> None:
    assert text(layout, (CLOSING, control)) == "\x1d"


@pytest.mark.parametrize(
    ("layout", "stroke_", "sign"),
    [
        ("us", (SIX, CTRL, SHIFT), "\x1e"),
        ("us", (SIX, CTRL), "\x1e"),
        ("us", (MINUS, CTRL, SHIFT), "\x1f"),
        ("us", (BACKSLASH, CTRL), "\x1c"),
        ("us", (BRACKET, CTRL), "\x1b"),
        ("us", (TWO, CTRL, SHIFT), "\x00"),
        ("us", (D, CTRL), "\x04"),
        ("us", (B, CTRL, SHIFT), "\x02"),
        ("de", (Z, CTRL), "\x19"),
        ("de", (SIX, CTRL, SHIFT), "\x1e"),
        ("de", (SLASH, CTRL, SHIFT), "\x1f"),
        ("fr", (Q, CTRL), "\x01"),
        ("uk", (BACKSLASH, CTRL), "\x1c"),
    ],
)
def test_control_characters_keep_their_value(layout: str, stroke_: tuple[int, ...], sign: str) -> None:
    assert text(layout, stroke_) == sign


def test_digits_of_the_keypad_are_digits_whatever_num_lock_says() -> None:
    num_lock = 69
    pad = [(key,) for key in PAD_DIGITS]
    assert text("fr", *pad, (num_lock,), *pad) == "0123456789" * 2
    assert text("us", (98,), (55,), (74,), (78,), (83,)) == "/*-+."


def test_both_enter_keys_and_tab_end_what_they_end() -> None:
    assert text("us", (ENTER,), (KP_ENTER,), (TAB,)) == "\r\r\t"


def test_caps_lock_turns_letters_round_until_it_is_pressed_again() -> None:
    strokes = [(A,), (CAPS,), (A,), (A, SHIFT), (ONE,), (CAPS,), (A,)]
    assert text("us", *strokes) == "aAa1a"


def test_caps_lock_is_a_shift_lock_in_france_and_germany() -> None:
    assert text("fr", (CAPS,), (ONE,), (TWO,), (Q,), (COMMA,)) == "12A."
    assert text("de", (CAPS,), (ONE,), (QUOTE,), (SLASH,)) == "!Ä-"


def test_an_accent_waits_for_its_letter() -> None:
    assert text("fr", (BRACKET,), (E,)) == "ê"
    assert text("fr", (BRACKET, SHIFT), (U,)) == "ü"
    assert text("de", (EQUAL,), (E, SHIFT)) == "É"
    assert text("de", (GRAVE,), (SPACE,), (X,)) == "^x"
    assert text("fr", (SEVEN, ALTGR), (SPACE,), (TWO, ALTGR), (SPACE,)) == "`~"
    assert text("de", (GRAVE,), (X,)) == "^x"
    assert text("de", (GRAVE,), (GRAVE,), (SPACE,)) == "^^"
    assert text("de", (GRAVE,), (ENTER,)) == "^\r"


def alt_number(digits: str) -> bytes:
    pad = b"".join(stroke(PAD_DIGITS[int(digit)]) for digit in digits)
    return event(KEY, ALT, 1) + event(SYN, 0, 0) + pad + event(KEY, ALT, 0) + event(SYN, 0, 0)


@pytest.mark.parametrize(
    ("digits", "sign"), [("029", "\x1d"), ("29", "\x1d"), ("065", "A"), ("0228", "ä"), ("132", "ä")]
)
def test_alt_and_a_number_of_the_keypad_is_one_character(digits: str, sign: str) -> None:
    typed = list(Typist(layout_named("fr")).take(stroke(A) + alt_number(digits) + stroke(PAD_DIGITS[7])))
    assert typed == ["q", sign, "7"]


def test_alt_with_far_too_many_digits_is_survived() -> None:
    assert len(list(Typist(layout_named("us")).take(alt_number("9" * 5000)))) == 1


def test_a_key_that_stays_down_types_once() -> None:
    held = event(KEY, A, 1) + event(SYN, 0, 0) + (event(KEY, A, 2) + event(SYN, 0, 0)) * 20 + event(KEY, A, 0)
    assert list(Typist(layout_named("us")).take(held)) == ["a"]


def test_rolled_over_keys_are_typed_in_the_order_they_went_down() -> None:
    rolled = event(KEY, A, 1) + event(KEY, B, 1) + event(KEY, A, 0) + event(KEY, B, 0)
    assert list(Typist(layout_named("us")).take(rolled)) == ["a", "b"]


def test_one_of_two_shift_keys_is_enough() -> None:
    right = 54
    both = event(KEY, SHIFT, 1) + event(KEY, right, 1) + event(KEY, SHIFT, 0) + stroke(A) + event(KEY, right, 0)
    assert list(Typist(layout_named("us")).take(both + stroke(A))) == ["A", "a"]


def test_events_may_be_torn_anywhere() -> None:
    data = stroke(A, SHIFT) + stroke(B)
    for cut in range(len(data)):
        typist = Typist(layout_named("us"))
        assert "".join(map(str, [*typist.take(data[:cut]), *typist.take(data[cut:])])) == "Ab"


def test_keys_that_the_kernel_lost_make_the_code_unreadable_and_nothing_after_it() -> None:
    lost = event(SYN, 3, 0) + event(KEY, B, 1) + event(SYN, 0, 0)
    typed = list(Typist(layout_named("us")).take(stroke(A) + event(KEY, SHIFT, 1) + lost + stroke(C)))
    assert typed == ["a", Unreadable("keys were lost, the computer was too busy"), "c"]


def test_a_key_without_a_character_is_told_and_not_left_out() -> None:
    f8 = 66
    assert list(Typist(layout_named("us")).take(stroke(f8))) == [
        Unreadable("key 66 types nothing on this keyboard layout")
    ]


def test_a_layout_that_nobody_knows_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="unknown keyboard layout 'be'; valid: us, uk, de, fr"):
        layout_named("be")
