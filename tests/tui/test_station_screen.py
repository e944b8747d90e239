"""The screen on its own: what a worker sees, and what each key gives to the station."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest
import sample_views as sample
from app_driving import flat, settled, shown, text_of, until
from scripted_port import DemoPort, GivenScan, ScriptedPort
from textual.pilot import Pilot

from rl_station.domain.messages import content, message
from rl_station.i18n import PSEUDO, screen_texts
from rl_station.tui.app import StationApp
from rl_station.tui.contract import Result, ResultTone, View
from rl_station.tui.look import Look
from rl_station.tui.modes import Mode, mode_of
from rl_station.workflow.inputs import Answered, Command, Commanded
from rl_station.workflow.prompt import Prompt

EVERY_VIEW = [
    sample.SIGN_IN,
    sample.MENU,
    sample.RECEIVE,
    sample.QUESTION,
    sample.FEW,
    sample.DESTINATION,
    sample.ALARM,
    sample.TRACE,
    sample.HOSTILE,
]
SIZES = [(80, 24), (120, 40), (200, 60), (40, 12), (20, 5)]


@pytest.mark.parametrize("size", SIZES)
async def test_every_kind_of_prompt_is_drawn_at_every_size(size: tuple[int, int]) -> None:
    async with shown(sample.SIGN_IN, size=size) as (app, pilot, port):
        async for seen in each_view(app, pilot, port):
            assert seen.strip()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_nine_answers_are_never_cut_off(size: tuple[int, int]) -> None:
    async with shown(sample.QUESTION, size=size) as (app, _, _):
        seen = flat(text_of(app))
        for choice in sample.QUESTION.prompt.choices:
            assert f" {choice.key} " in seen
            assert str(choice.label.mapping["text"]) in seen


async def test_nine_long_answers_push_the_facts_aside_before_they_are_cut() -> None:
    labels = [f"Answer {n} with rather many words about the state of the thing" for n in range(1, 10)]
    prompt = replace_prompt(sample.QUESTION, choices=sample.choices(*labels))
    async with shown(prompt) as (app, _, _):
        seen = text_of(app)
        assert all(label in seen for label in labels)


async def test_facts_that_do_not_all_fit_say_so() -> None:
    many = tuple(sample.fact(f"Fact {n}", f"value {n}") for n in range(30))
    async with shown(replace_prompt(sample.QUESTION, facts=many)) as (app, _, _):
        seen = text_of(app)
        assert "value 3" in seen
        assert "value 29" not in seen
        assert "..." in seen
        assert "Silicone case" in seen


async def test_the_first_of_three_steps_is_step_1() -> None:
    async with shown(replace_prompt(sample.QUESTION, progress=(0, 3))) as (app, pilot, port):
        assert "Step 1 of 3" in text_of(app)
        port.send([replace_prompt(sample.QUESTION, progress=(3, 3))])
        await until(pilot, lambda: "Step 3 of 3" in text_of(app))


async def test_a_long_instruction_is_shown_whole_at_80x24() -> None:
    words = "Scan the plate you have just put on the parcel, or take a new one if it was damaged while printing"
    async with shown(replace_prompt(sample.QUESTION, instruction=content(words))) as (app, _, _):
        assert words in flat(text_of(app))


async def test_the_screen_follows_a_resize() -> None:
    async with shown(sample.QUESTION, size=(80, 24)) as (app, pilot, _):
        assert "How does the display look?" in text_of(app)
        await pilot.resize_terminal(160, 50)
        await until(pilot, lambda: "█" in text_of(app))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "How does the display look?" in text_of(app))


async def test_digits_and_letters_answer_by_the_key_of_the_choice() -> None:
    many = replace_prompt(sample.QUESTION, choices=sample.choices(*(f"Option {n}" for n in range(11))))
    async with shown(many) as (_, pilot, port):
        for key in ("2", "9", "b", "B"):
            await pilot.press(key)
        await until(pilot, lambda: len(port.given) == 4)
        assert port.given == [Answered("2"), Answered("9"), Answered("B"), Answered("B")]


async def test_a_key_that_is_no_answer_here_gives_nothing() -> None:
    async with shown(sample.FEW) as (_, pilot, port):
        await pilot.press("7", "x", "tab", "ctrl+q", "ctrl+p", "ctrl+right_square_bracket", "ctrl+@", "ctrl+d", "f9")
        await until(pilot, lambda: len(port.given) == 1)
        assert port.given == [Commanded(Command.UNDO)]


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("enter", Command.OK),
        ("escape", Command.CANCEL),
        ("f2", Command.RECEIVE),
        ("f3", Command.INSPECT),
        ("f4", Command.SORT),
        ("f5", Command.TRACE),
        ("f8", Command.REPRINT),
        ("f9", Command.UNDO),
        ("f10", Command.DONE),
        ("f12", Command.MENU),
    ],
)
async def test_each_function_key_gives_its_command(key: str, command: Command) -> None:
    async with shown(sample.QUESTION) as (_, pilot, port):
        await pilot.press(key)
        await until(pilot, lambda: bool(port.given))
        assert port.given == [Commanded(command)]


async def test_f12_at_the_menu_signs_out() -> None:
    async with shown(sample.MENU) as (_, pilot, port):
        await pilot.press("f12")
        await until(pilot, lambda: port.given == [Commanded(Command.SIGN_OUT)])


async def test_the_instruction_of_the_next_step_replaces_the_last() -> None:
    async with shown(sample.QUESTION, sample.MENU, sample.TRACE) as (app, pilot, _):
        await pilot.press("1")
        await until(pilot, lambda: "RECEIVE" in text_of(app) and "Hello Dana" in text_of(app))
        await settled(pilot)
        assert "Protective film" not in text_of(app)


async def test_an_alarm_fills_the_screen_and_lets_nothing_but_ack_and_undo_through() -> None:
    async with shown(sample.ALARM, sample.ALARM, sample.MENU) as (app, pilot, port):
        seen = text_of(app)
        assert "Put the unit into" not in seen
        assert "every other scan is refused" in flat(seen)
        assert "Take the unit out again" in seen
        assert "RLCTOTE0009F" in seen
        await pilot.press("1", "f2", "f12", "escape", "space", "slash", "f1", "a", "f9", "enter")
        await until(pilot, lambda: len(port.given) == 2)
        assert port.given == [Commanded(Command.UNDO), Commanded(Command.ACK)]
        await until(pilot, lambda: "Hello Dana" in text_of(app))


async def test_an_alarm_covers_an_open_typing_line() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, port):
        await pilot.press("slash", "1")
        port.send([sample.ALARM])
        await until(pilot, lambda: app.station_screen.alarm.display)
        await pilot.press("enter")
        await until(pilot, lambda: port.given == [Commanded(Command.ACK)])
        assert not app.station_screen.manual.display


@pytest.mark.parametrize(
    ("tone", "word"),
    [(ResultTone.GOOD, "√ OK"), (ResultTone.WARN, "! LOOK"), (ResultTone.BAD, "X NO"), (ResultTone.INFO, "i NOTE")],
)
async def test_a_result_shows_sign_word_reason_and_what_was_scanned(tone: ResultTone, word: str) -> None:
    result = Result(tone, content("For this reason."), "1Z999AA10123456784", 99, content("Do this now."))
    async with shown(replace(sample.QUESTION, result=result)) as (app, _, _):
        seen = flat(text_of(app))
        assert f"{word} For this reason." in seen
        assert "Do this now. Scanned: 1Z999AA10123456784" in seen


async def test_good_rings_once_and_bad_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[ResultTone] = []
    async with shown(sample.QUESTION) as (app, pilot, port):
        monkeypatch.setattr(app, "bell", lambda: rung.append(ResultTone.GOOD))
        port.send([result_view(1, ResultTone.GOOD)])
        await until(pilot, lambda: len(rung) == 1)
        port.send([result_view(2, ResultTone.BAD)])
        await until(pilot, lambda: len(rung) == 3)
        port.send([result_view(2, ResultTone.BAD), result_view(3, ResultTone.INFO)])
        await until(pilot, lambda: app.view.result is not None and app.view.result.seq == 3)
        assert len(rung) == 3


async def test_markup_and_control_characters_of_a_scan_are_shown_as_they_are() -> None:
    async with shown(sample.HOSTILE, size=(120, 40)) as (app, _, _):
        seen = text_of(app)
        for literal in ("[b]bold[/b] <ESC>[31mred", "[/nothing]", "a<GS><BEL>b<CR><LF>c", "[@click=app.bell]x[/]"):
            assert literal in seen
        assert "<ESC>]0;evil<BEL>[red]<NUL>ÿ" in seen
        assert "[bold]Eve[/]" in seen
        assert "\x1b" not in seen


async def test_an_8_kb_scan_is_echoed_short() -> None:
    result = Result(ResultTone.BAD, content("Too long."), "A" * 4096 + "\x00" * 4096, 5)
    async with shown(replace(sample.QUESTION, result=result)) as (app, _, _):
        seen = text_of(app)
        assert "AAAA..." in seen
        assert "9 " in seen
        assert len(seen.splitlines()) == 24


async def test_a_code_typed_by_hand_is_marked_as_typed() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, port):
        await pilot.press("slash")
        await until(pilot, lambda: "Type the code as printed" in text_of(app))
        await pilot.press("1", "z", "slash", "space", "X", "backspace", "9", "f2", "ctrl+q", "tab")
        await until(pilot, lambda: "> 1z/ 9" in text_of(app))
        assert port.given == []
        await pilot.press("enter")
        await until(pilot, lambda: bool(port.given))
        assert port.given == [GivenScan(b"1z/ 9", "keyboard", True)]
        assert not app.station_screen.manual.display


async def test_escape_leaves_the_typing_line_and_gives_nothing() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, port):
        await pilot.press("slash", "1", "escape", "slash", "enter")
        await until(pilot, lambda: not app.station_screen.manual.display)
        assert port.given == []


async def test_help_tells_what_can_be_scanned_and_every_key_that_works() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, port):
        await pilot.press("f1")
        await until(pilot, lambda: "What may I do here?" in text_of(app))
        seen = flat(text_of(app))
        assert "a carrier's tracking number, a return label (RMA), a parcel plate" in seen
        assert "F9 undo" in seen
        await pilot.press("f1")
        await until(pilot, lambda: "What may I do here?" not in text_of(app))
        assert port.given == []


async def test_help_with_nine_answers_fits_80x24() -> None:
    async with shown(sample.QUESTION) as (app, pilot, _):
        await pilot.press("f1")
        await until(pilot, lambda: "Every answer and command also has a barcode" in flat(text_of(app)))


async def test_a_scan_closes_help() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, port):
        await pilot.press("f1")
        await until(pilot, lambda: app.station_screen.help.display)
        port.send([sample.QUESTION])
        await until(pilot, lambda: not app.station_screen.help.display)


async def test_the_clock_does_not_close_help() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, port):
        await pilot.press("f1")
        later = replace(sample.RECEIVE, status=replace(sample.READY, clock=sample.NOON + 60_000_000))
        port.send([later])
        await until(pilot, lambda: app.view == later)
        assert app.station_screen.help.display


async def test_space_fires_the_simulated_scanner_where_there_is_one() -> None:
    port = DemoPort([sample.RECEIVE])
    async with shown(port=port) as (app, pilot, _):
        assert "fire scanner" in text_of(app)
        await pilot.press("space", "space")
        await until(pilot, lambda: port.fired == 2)


async def test_space_does_nothing_at_a_real_station() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, port):
        assert "fire scanner" not in text_of(app)
        await pilot.press("space", "f9")
        await until(pilot, lambda: port.given == [Commanded(Command.UNDO)])


async def test_nothing_on_the_screen_can_take_the_focus() -> None:
    async with shown(sample.QUESTION) as (app, pilot, port):
        for view in EVERY_VIEW:
            port.send([view])
            await until(pilot, partial(showing, app, view))
            assert app.screen.focus_chain == []


async def test_no_screen_is_ever_added() -> None:
    async with shown(sample.SIGN_IN) as (app, pilot, port):
        widgets = len(list(app.screen.query("*")))
        for _ in range(20):
            for view in EVERY_VIEW:
                port.send([view])
        await until(pilot, lambda: app.view == EVERY_VIEW[-1])
        assert len(app.screen_stack) == 1
        assert len(list(app.screen.query("*"))) == widgets


async def test_a_flood_of_status_from_many_threads_ends_with_the_last_result_shown() -> None:
    async with shown(sample.QUESTION) as (app, pilot, port):
        flood = [replace(sample.QUESTION, status=replace(sample.READY, unsynced=n)) for n in range(300)]
        threads = [threading.Thread(target=port.send, args=(flood,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        last = threading.Thread(target=port.send, args=([result_view(500, ResultTone.GOOD)],))
        last.start()
        last.join()
        await until(pilot, lambda: "Result 500" in text_of(app))


async def test_every_result_of_a_burst_is_handled_even_if_the_screen_is_slower(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[ResultTone] = []
    async with shown(sample.QUESTION) as (app, pilot, port):
        monkeypatch.setattr(app, "_sound", heard.append)
        port.send(result_view(seq, ResultTone.GOOD) for seq in range(100, 200))
        await until(pilot, lambda: len(heard) == 100)


async def test_the_language_is_the_operators_from_sign_in_on() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, port):
        assert "undo" in text_of(app)
        port.send([replace(sample.RECEIVE, status=replace(sample.READY, language="de"))])
        await until(pilot, lambda: "rückgängig" in text_of(app))
        port.send([replace(sample.RECEIVE, status=replace(sample.READY, language="xx"))])
        await until(pilot, lambda: "undo" in text_of(app))


async def test_no_text_of_the_screen_reaches_it_untranslated() -> None:
    async with shown(sample.SIGN_IN, size=(200, 60)) as (app, pilot, port):
        async for seen in each_view(app, pilot, port, language=PSEUDO):
            said = [text for text in screen_texts.TEXTS.values() if len(text) > 4 and text not in repr(app.view)]
            assert [text for text in said if text in flat(seen)] == []


async def test_an_unknown_message_is_shown_by_its_code() -> None:
    async with shown(replace_prompt(sample.RECEIVE, detail=message("nobody.wrote_this", box="B7"))) as (app, _, _):
        assert "nobody.wrote_this B7" in text_of(app)


async def test_the_history_scrolls_by_key_and_starts_at_its_end() -> None:
    async with shown(sample.TRACE) as (app, pilot, port):
        await until(pilot, lambda: "Event 59 " in text_of(app))
        await pilot.press(*["pageup"] * 10)
        await until(pilot, lambda: "Event 0 " in text_of(app))
        await pilot.press("down")
        await until(pilot, lambda: "Event 0 " not in text_of(app))
        assert port.given == []


async def test_the_history_of_a_tote_at_the_sort_desk_scrolls_as_well() -> None:
    async with shown(replace_prompt(sample.TRACE, workflow="sort", step="history")) as (app, pilot, _):
        await until(pilot, lambda: "Event 59 " in text_of(app))
        assert "scroll" in text_of(app)
        await pilot.press(*["pageup"] * 10)
        await until(pilot, lambda: "Event 0 " in text_of(app))


async def test_the_end_of_a_history_stays_in_sight_when_the_terminal_gets_smaller() -> None:
    async with shown(sample.TRACE, size=(120, 40)) as (app, pilot, _):
        await until(pilot, lambda: "Event 59 " in text_of(app))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.size.width == 80 and "Event 40 " not in text_of(app))
        await until(pilot, lambda: "Event 59 " in text_of(app))


async def test_a_destination_fills_the_screen() -> None:
    async with shown(sample.DESTINATION, size=(120, 40)) as (app, _, _):
        rows = [row for row in text_of(app).splitlines() if "█" in row or "▀" in row]
        assert len(rows) >= 14


async def test_answers_below_a_destination_do_not_outshout_it() -> None:
    aside = replace_prompt(sample.DESTINATION, choices=sample.choices("No label now"))
    async with shown(aside) as (app, _, _):
        assert "1   No label now" in text_of(app)
        assert len([row for row in text_of(app).splitlines() if "█" in row]) >= 8


async def test_leaving_asks_first_and_no_scan_can_confirm_it() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, _):
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Leave the program?" in text_of(app))
        await pilot.press("enter", "1", "ctrl+c", "y", "escape")
        await until(pilot, lambda: "Leave the program?" not in text_of(app))
        await pilot.press("ctrl+c", "f10")
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 0


async def test_only_glyphs_of_a_512_glyph_console_are_used() -> None:
    async with shown(sample.SIGN_IN) as (app, pilot, port):
        async for seen in each_view(app, pilot, port):
            assert {char for char in seen if char not in "\nÿ" and not _in_code_page_437(char)} == set()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_terminal_without_utf8_gets_ascii_only(size: tuple[int, int]) -> None:
    async with shown(sample.SIGN_IN, size=size, look=Look(ascii_only=True)) as (app, pilot, port):
        async for seen in each_view(app, pilot, port):
            assert app.view is sample.HOSTILE or seen.isascii()


async def test_ctrl_q_and_the_palette_are_dead() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, port):
        await pilot.press("ctrl+q", "ctrl+p", "ctrl+backslash", "f9")
        await until(pilot, lambda: port.given == [Commanded(Command.UNDO)])
        assert app.is_running


def test_every_workflow_has_a_pane() -> None:
    modes = {name: mode_of(Prompt(workflow=name, step="", instruction=content(""))) for name in ("sort", "trace", "x")}
    assert modes == {"sort": Mode.GUIDED, "trace": Mode.TRACE, "x": Mode.GUIDED}


async def each_view(
    app: StationApp, pilot: Pilot[None], port: ScriptedPort, language: str = "en"
) -> AsyncIterator[str]:
    """The screen as text, for every sample view in turn."""
    for view in EVERY_VIEW:
        said = view if language == "en" else replace(view, status=replace(view.status, language=language))
        port.send([said])
        await until(pilot, partial(showing, app, said))
        await settled(pilot)
        yield text_of(app)


def showing(app: StationApp, view: View) -> bool:
    return app.view == view


def replace_prompt(view: View, **changes: object) -> View:
    """The view with other fields in its prompt, and nothing else on it."""
    fields = {name: getattr(view.prompt, name) for name in view.prompt.__struct_fields__}
    return replace(view, prompt=Prompt(**(fields | changes)))


def result_view(seq: int, tone: ResultTone) -> View:
    return replace(sample.QUESTION, result=Result(tone, content(f"Result {seq}"), "X", seq))


def _in_code_page_437(char: str) -> bool:
    try:
        char.encode("cp437")
    except UnicodeEncodeError:
        # Its control positions have pictures too, which Python does not map.
        return char in "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼…"
    return True
