"""The form for what a supervisor does: choice, reason, note, one after the other, by key."""

from __future__ import annotations

from rich.text import Text

from rl_station.tui.look import Look
from rl_station.tui.supervision.asking import Asking, Step
from rl_station.tui.supervisor_keys import deed
from rl_station.tui.widgets.drawn import Drawn, Rows, row, wrapped
from rl_station.tui.wording import Say, safe, screen
from rl_station.workflow.actions import Action

_LONGEST_NOTE = 200
_CAP = 4


class DeedOverlay(Drawn):
    """Sends nothing: `key` gives the action when it is whole. Keeps its own text, as `ManualOverlay` does."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, id="deed")
        self._asking: Asking | None = None
        self._about = ""
        self._say: Say = lambda said: said.code
        self.note = ""

    def open(self, asking: Asking, about: str, say: Say) -> None:
        """`about`: the subject, as people call it."""
        self._asking, self._about, self._say = asking, about, say
        self.note = ""
        self.display = True
        self._show()

    def close(self) -> None:
        self._asking, self.note = None, ""
        self.display = False

    def key(self, name: str, character: str | None) -> Action | None:
        """One key; the action once it is whole."""
        if self._asking is None:
            return None
        if self._asking.step is not Step.NOTE:
            self._asking = self._asking.answered(character or "")
        elif name == "enter":
            return self._asking.done(self.note)
        elif name == "backspace":
            self.note = self.note[:-1]
        elif name in {"ctrl+u", "delete"}:
            self.note = ""
        elif character and character.isprintable() and len(self.note) < _LONGEST_NOTE:
            self.note += character
        self._show()
        return None

    def _show(self) -> None:
        self.changed((self._asking, self._about, self.note, self._say(screen("cap.escape"))))

    def drawing(self, width: int, height: int) -> Rows:
        asking = self._asking
        if asking is None:
            return []
        label = f" {self._say(asking.doable.label)}" if asking.doable.label else ""
        title = f"{self._say(deed(asking.doable))}{label}: {safe(self._about)}"
        question = (
            f"deed.note_{'needed' if asking.needs_note else 'free'}" if not asking.offered else f"deed.{asking.step}"
        )
        rows = [*wrapped(title, width, "bold"), *wrapped(self._say(screen(question)), width), row()]
        if asking.offered:
            rows += [self._choice(each.key, self._say(each.label)) for each in asking.offered]
        else:
            room = max(1, width - 4)
            rows.append(row(f"> {safe(self.note)[-room:]}{self.look.symbols.cursor}", "bold"))
        keys = "deed.keys_choice" if asking.offered else "deed.keys_note"
        return [*rows, row(), *wrapped(self._say(screen(keys)), width)]

    def _choice(self, key: str, label: str) -> Text:
        palette = self.look.palette
        return row(key.upper().center(_CAP), f"bold {palette.key_text} on {palette.key}").append(f" {label}")
