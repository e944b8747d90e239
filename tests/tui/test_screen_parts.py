"""The pure parts of the screen: large letters, what keys offer, the status line, wording, which views may be skipped."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
import sample_views as sample
from rich.color import Color, ColorSystem

from rl_station.domain.messages import content
from rl_station.tui.big_text import largest
from rl_station.tui.contract import DeviceLine, Link, Result, ResultTone, Status, View
from rl_station.tui.keys import Local, Offer, action, offers
from rl_station.tui.look import ASCII, CONSOLE, RICH, SIXTEEN, Look, Palette
from rl_station.tui.messages import TerminalLost, ViewArrived
from rl_station.tui.situation import device_remarks, sync_remark
from rl_station.tui.supervisor_keys import Steer, supervisor_action
from rl_station.tui.wording import safe, screen, short, speaker
from rl_station.workflow.inputs import Answered, Command, Commanded
from rl_station.workflow.prompt import Prompt

SAY = speaker("en")


# --- large letters ----------------------------------------------------------------------------------------------------


def test_every_capital_digit_and_sign_of_a_code_can_be_drawn() -> None:
    drawn = {char: largest(char, 80, 4) for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./,:+()!?&#_'ÄÖÜÑÁÉÍÓÚ¿¡"}
    assert [char for char, rows in drawn.items() if rows is None] == []
    assert len(set(drawn.values())) == len(drawn)


def test_letters_stay_within_the_room_and_use_it() -> None:
    for width, height in ((40, 6), (80, 12), (200, 40)):
        rows = largest("R-27", width, height)
        assert rows is not None
        assert max(map(len, rows)) <= width
        assert height / 2 <= len(rows) <= height


def test_words_wrap_but_are_never_split() -> None:
    assert largest("SCAN PARCEL", 30, 6) is not None
    assert largest("UNSPLITTABLE", 30, 60) is None


def test_what_cannot_be_drawn_is_left_to_plain_text() -> None:
    assert largest("扫描包裹", 80, 24) is None
    assert largest("", 80, 24) is None


def test_lower_case_and_sharp_s_are_drawn_as_capitals() -> None:
    assert largest("größe", 80, 6) == largest("GRÖSSE", 80, 6)


def test_ascii_letters_need_no_block_characters() -> None:
    rows = largest("BIN 7", 80, 12, ascii_only=True)
    assert rows is not None
    assert "".join(rows).isascii()


# --- keys -------------------------------------------------------------------------------------------------------------


def caps(view: View, *, can_fire: bool = False) -> list[str]:
    return [
        offer.cap if isinstance(offer.cap, str) else SAY(offer.cap) for offer in offers(view.prompt, can_fire=can_fire)
    ]


def test_the_hints_name_only_what_works_now() -> None:
    assert caps(sample.SIGN_IN) == ["/", "F6", "F1"]
    assert caps(sample.MENU) == ["1-4", "F2", "F3", "F4", "F5", "/", "F12", "F6", "F1"]
    assert caps(sample.RECEIVE) == ["F9", "/", "F12", "F6", "F1"]
    assert caps(sample.QUESTION) == ["1-9", "Esc", "F9", "F12", "F6", "F1"]
    assert caps(sample.ALARM) == ["Enter", "F9"]
    assert caps(sample.TRACE, can_fire=True) == ["Space", "/", "Up Down", "F12", "F6", "F1"]


def test_commands_that_work_besides_the_choices_are_hinted_at() -> None:
    commands = (Command.DONE, Command.OK, Command.REPRINT)
    prompt = Prompt(workflow="inspect", step="close", instruction=content(""), commands=commands)
    assert [SAY(offer.label) for offer in offers(prompt, can_fire=False)] == [
        *("OK", "done", "reprint"),
        *("tasks", "devices", "help"),
    ]


def test_help_is_always_the_last_hint_so_that_it_is_never_crowded_out() -> None:
    views = (sample.SIGN_IN, sample.MENU, sample.RECEIVE, sample.QUESTION, sample.TRACE)
    assert {offers(view.prompt, can_fire=True)[-1] for view in views} == {Offer("F1", screen("key.help"))}


def test_nothing_but_typing_help_and_the_devices_work_before_sign_in() -> None:
    keys = ("f2", "f9", "f10", "f12", "enter", "escape", "f1", "slash", "f6")
    found = [action(key, None, sample.SIGN_IN.prompt, can_fire=False) for key in keys]
    assert found == [None, None, None, None, None, None, Local.HELP, Local.TYPE, Local.DEVICES]


def test_an_answer_key_wins_over_a_command() -> None:
    prompt = Prompt(workflow="x", step="", instruction=content(""), choices=sample.choices("One"))
    assert action("1", "1", prompt, can_fire=True) == Answered("1")
    assert action("2", "2", prompt, can_fire=True) is None
    assert action("enter", "\r", prompt, can_fire=True) == Commanded(Command.OK)


# --- status -----------------------------------------------------------------------------------------------------------


def told(status: Status) -> str:
    return " ".join(part if isinstance(part, str) else SAY(part) for part in sync_remark(status).parts)


def waiting(count: int | None, link: Link, age_s: int | None = None) -> Status:
    oldest = None if age_s is None else sample.NOON - age_s * 1_000_000
    return replace(sample.READY, unsynced=count, link=link, oldest_at=oldest)


@pytest.mark.parametrize(
    ("status", "text", "tone"),
    [
        (waiting(0, Link.UP), "all sent", "good"),
        (waiting(0, Link.DOWN), "nothing waits, server unreachable", "info"),
        (waiting(0, Link.UNKNOWN), "nothing waits, server not reached yet", "info"),
        (waiting(None, Link.UP), "unsent count unknown", "warn"),
        (waiting(7, Link.NONE), "7 kept here, no central server", "info"),
        (waiting(7, Link.UP, 30), "7 not sent, oldest 30 s", "info"),
        (waiting(7, Link.UP, 7200), "7 not sent, oldest 2 h", "warn"),
        (waiting(7, Link.UP), "7 not sent, oldest of unknown age", "warn"),
        (waiting(7, Link.DOWN, 300), "7 not sent, oldest 5 min, server unreachable", "warn"),
        (waiting(7, Link.DOWN, -5), "7 not sent, oldest 0 s, server unreachable", "warn"),
        (waiting(7, Link.DOWN, 3 * 86400), "7 not sent, oldest 3 d, server unreachable", "warn"),
    ],
)
def test_the_count_of_unsent_events_never_hides_a_problem(status: Status, text: str, tone: str) -> None:
    assert told(status) == text
    assert sync_remark(status).tone == tone


def test_devices_in_trouble_stand_first_with_their_reason() -> None:
    devices = (
        DeviceLine("a", "ready"),
        DeviceLine("b", "opening"),
        DeviceLine("c", "absent", "no such device"),
        DeviceLine("d", "lost", "unplugged"),
        DeviceLine("e", "ready"),
    )
    remarks = device_remarks(replace(sample.READY, devices=devices))
    said = [" ".join(part if isinstance(part, str) else SAY(part) for part in remark.parts) for remark in remarks]
    assert said == ["d lost (unplugged)", "c absent (no such device)", "b opening", "2 devices ready"]
    assert [remark.tone for remark in remarks] == ["bad", "warn", "info", "good"]


def test_a_station_without_devices_says_so() -> None:
    (remark,) = device_remarks(replace(sample.READY, devices=()))
    assert remark.tone == "warn"


# --- colours ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("palette", [RICH, SIXTEEN], ids=["rich", "sixteen"])
def test_tones_stay_apart_and_readable_in_16_colours(palette: Palette) -> None:
    look = Look(palette)

    def sixteen(colour: str) -> int | None:
        return Color.parse(colour).downgrade(ColorSystem.STANDARD).number

    grounds = [sixteen(look.ground(tone)[0]) for tone in ("good", "warn", "bad")]
    assert len(set(grounds)) == 3
    pairs = [look.ground(tone) for tone in ("good", "warn", "bad", "info")]
    pairs += [(palette.task, palette.task_text), (palette.place, palette.place_text), (palette.bar, palette.bar_text)]
    pairs += [(palette.key, palette.key_text), (palette.ground, palette.text), (palette.ground, palette.quiet)]
    for ground, ink in pairs:
        assert sixteen(ground) != sixteen(ink)


def test_the_console_palette_is_made_of_console_colours_with_plain_grounds() -> None:
    grounds = [
        getattr(SIXTEEN, name) for name in ("ground", "bar", "task", "key", "place", "good", "warn", "bad", "info")
    ]
    assert {Color.parse(colour).downgrade(ColorSystem.STANDARD).number for colour in grounds} <= set(range(8))


def test_both_symbol_sets_are_drawable() -> None:
    assert all(symbol.isascii() for symbol in (getattr(ASCII, name) for name in ASCII.__slots__))
    assert all(
        len(symbol.encode("cp437", "replace")) == 1 for symbol in (getattr(CONSOLE, n) for n in CONSOLE.__slots__)
    )


# --- wording ----------------------------------------------------------------------------------------------------------


def test_text_for_the_screen_has_no_control_characters_and_no_emoji() -> None:
    assert safe("a\x1b[31m\x1d\x9b\u202eb") == "a<ESC>[31m<GS><9B><202E>b"
    assert safe("toy \U0001f9f8\ufe0f car\u200b") == "toy  car"


def test_a_long_scan_is_shown_by_its_beginning_and_its_end() -> None:
    assert short("A" * 100 + "Z") == "A" * 28 + "..." + "A" * 27 + "Z"
    assert short("short") == "short"


def test_f7_writes_a_tag_where_one_is_offered_and_takes_to_rework_elsewhere() -> None:
    offered = msgspec.structs.replace(sample.QUESTION.prompt, commands=(Command.RETAG,))
    assert action("f7", None, offered, can_fire=False) == Commanded(Command.RETAG)
    assert action("f7", None, sample.QUESTION.prompt, can_fire=False) == Commanded(Command.REWORK)
    assert action("f7", None, sample.MENU.prompt, can_fire=False) == Commanded(Command.REWORK)


def test_caps_lock_makes_no_key_another() -> None:
    assert action("upper_n", "N", sample.MENU.prompt, can_fire=True, can_pull=True) == Local.NETWORK
    assert supervisor_action("upper_v", sample.MENU.prompt, ()) is Steer.SITE


# --- messages ---------------------------------------------------------------------------------------------------------


def arrived(seq: int | None) -> ViewArrived:
    result = None if seq is None else Result(ResultTone.GOOD, content(""), "", seq)
    return ViewArrived(replace(sample.RECEIVE, result=result))


def test_a_view_may_be_skipped_only_if_no_result_is_lost_with_it() -> None:
    assert arrived(None).can_replace(arrived(None))
    assert arrived(None).can_replace(arrived(3))
    assert arrived(3).can_replace(arrived(3))
    assert not arrived(3).can_replace(arrived(4))
    assert not arrived(3).can_replace(arrived(None))
    assert not arrived(3).can_replace(TerminalLost())
