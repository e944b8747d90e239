"""Two short questions of the screen itself: a code typed by hand, and whether to leave."""

from __future__ import annotations

from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, Rows, row, wrapped
from rl_station.tui.wording import Say, screen

_LONGEST = 200


class ManualOverlay(Drawn):
    """A line to type a code into. Keeps its own text: Textual's Input mixes up what comes fast, and wants the focus."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, id="manual")
        self._texts = ("", "")
        self.typed = ""

    def open(self, say: Say) -> None:
        self._texts = (say(screen("manual.title")), say(screen("manual.note")))
        self.typed = ""
        self.display = True
        self.changed((self._texts, self.typed))

    def close(self) -> str:
        """Hides the line and gives what stands in it."""
        typed, self.typed = self.typed, ""
        self.display = False
        return typed

    def key(self, name: str, character: str | None) -> None:
        """One key of somebody typing."""
        if name == "backspace":
            self.typed = self.typed[:-1]
        elif name in {"ctrl+u", "delete"}:
            self.typed = ""
        elif character and character.isprintable() and len(self.typed) < _LONGEST:
            self.typed += character
        self.changed((self._texts, self.typed))

    def drawing(self, width: int, height: int) -> Rows:
        title, note = self._texts
        room = max(1, width - 4)
        line = row(f"> {self.typed[-room:]}{self.look.symbols.cursor}", "bold")
        return [row(title, "bold"), row(), line, row(), *wrapped(note, width)]


class LeaveOverlay(Drawn):
    """Asks before the program ends. F10 leaves: no scan contains that key."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, id="leave")
        self._texts = ("", "", "", "")

    def open(self, say: Say) -> None:
        codes = ("leave.title", "leave.note", "key.leave", "key.stay")
        title, note, leave, stay = (say(screen(code)) for code in codes)
        self._texts = (title, note, leave, f"{say(screen('cap.escape'))}  {stay}")
        self.display = True
        self.changed(self._texts)

    def drawing(self, width: int, height: int) -> Rows:
        title, note, leave, stay = self._texts
        return [row(title, "bold"), row(), *wrapped(note, width), row(), row(f"F10  {leave}      {stay}", "bold")]
