"""What our workarounds stand on. When one of these fails after an upgrade, the workaround beside it may go, or must change."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import sample_views as sample
from app_driving import shown
from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message_pump import MessagePump
from textual.screen import Screen

import rl_station.tui
from rl_station.tui.terminal_input import _NOT_WRITTEN, PasteFilter, StationDriver

SOURCES = sorted(Path(rl_station.tui.__file__).parent.rglob("*.py"))


def test_textual_is_the_version_our_driver_was_written_against() -> None:
    assert version("textual") == "8.2.8"


def test_textual_still_ends_the_input_on_a_byte_that_is_not_utf8() -> None:
    assert 'getincrementaldecoder("utf-8")()' in inspect.getsource(LinuxDriver.run_input_thread)
    assert 'errors="replace"' in inspect.getsource(StationDriver.run_input_thread)


def test_textual_still_lets_an_unterminated_paste_swallow_keys() -> None:
    keys = list(XTermParser().feed("\x1b[200~half a paste\x1b[20~1"))
    assert not [event for event in keys if isinstance(event, events.Key)]


def test_our_filter_takes_paste_marks_out_wherever_the_reads_are_split() -> None:
    typed = b"ab\x1b[200~cd\x1b[201~ef\x1b[20~\x1b"
    for cut in range(len(typed) + 1):
        paste = PasteFilter()
        assert paste.feed(typed[:cut]) + paste.feed(typed[cut:]) + paste.flush() == b"abcdef\x1b[20~\x1b"
        assert not paste.waiting


def test_textual_still_writes_what_our_driver_holds_back() -> None:
    source = inspect.getsource(LinuxDriver)
    for sequence in _NOT_WRITTEN:
        assert sequence.replace("\x1b", "\\x1b") in source
    assert 'f"\\x1b[>{KITTY_PROTOCOL_FLAG}u"' in source


def test_textual_still_draws_on_standard_error() -> None:
    assert "self._file = sys.__stderr__" in inspect.getsource(LinuxDriver.__init__)
    assert "WriterThread(self._file)" in inspect.getsource(LinuxDriver.start_application_mode)


def test_the_methods_our_driver_replaces_still_exist() -> None:
    for name in ("write", "run_input_thread", "_get_terminal_size", "_request_terminal_sync_mode_support"):
        assert name in vars(LinuxDriver), name


def test_textual_still_binds_quit_and_the_palette_and_we_inherit_neither() -> None:
    assert any("ctrl+q" in str(binding) for binding in App.BINDINGS)
    assert any("ctrl+c" in str(binding) for binding in Screen.BINDINGS)


async def test_neither_app_nor_screen_has_a_binding() -> None:
    async with shown(sample.RECEIVE) as (app, _, _):
        assert app._bindings.key_to_bindings == {}
        assert app.screen._bindings.key_to_bindings == {}
        assert app.ENABLE_COMMAND_PALETTE is False


def test_textual_asks_the_older_message_whether_it_may_be_dropped() -> None:
    assert "message.can_replace(pending)" in inspect.getsource(MessagePump._process_messages_loop)


def test_no_widget_that_leaks_or_wants_the_focus_is_used() -> None:
    used = set()
    for source in SOURCES:
        text = source.read_text()
        assert "push_screen" not in text and "switch_screen" not in text, source.name
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("textual.widgets"):
                used |= {alias.name for alias in node.names}
    assert used == {"ContentSwitcher"}


def test_the_package_loads_no_textual_until_it_runs() -> None:
    code = "import sys, rl_station.tui; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
