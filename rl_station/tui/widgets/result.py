"""How the last input went: a colour, a sign, a word, the reason, and what was scanned."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from rl_station.tui.big_text import largest
from rl_station.tui.contract import Result
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn
from rl_station.tui.wording import Say, safe, screen, short

_AT_MOST = 7
_TALL_FROM = 30
_WORD_WIDTH = 30
_WORD_ROWS = 4


class ResultPanel(Drawn):
    """Changes colour with every answer; stays until the next."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._tone = ""
        self._word = ""
        self._text = ""
        self._hands = ""
        self._echo = ""

    def show(self, result: Result | None, say: Say) -> None:
        if result is None:
            shown = ("none", "", say(screen("result.none")), "", "")
        else:
            echo = say(screen("result.echo", scan=short(safe(result.echo)))) if result.echo else ""
            hands = say(result.hands) if result.hands else ""
            shown = (str(result.tone), say(screen(f"result.{result.tone}")), say(result.message), hands, echo)
        if self.changed(shown):
            self._tone, self._word, self._text, self._hands, self._echo = shown
            for tone in ("good", "warn", "bad", "info", "none"):
                self.set_class(tone == self._tone, f"-{tone}")

    def room(self) -> int:
        return _AT_MOST

    def drawing(self, width: int, height: int) -> RenderableType:
        if not self._word:
            return Text(self._text)
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column()
        told = Text(self._text, style="bold")
        if self._hands:
            told.append(f"\n{self._hands}")
        if self._echo:
            told.append(f"\n{self._echo}", style="not bold")
        table.add_row(self._sign(), told)
        return table

    def _sign(self) -> Text:
        word = f"{self.look.sign(self._tone)} {self._word}"
        if self.app.size.height >= _TALL_FROM:
            rows = largest(self._word, _WORD_WIDTH, _WORD_ROWS, ascii_only=self.look.ascii_only, most=1)
            if rows:
                return Text("\n".join(rows), no_wrap=True)
        return Text(word, style="bold")
