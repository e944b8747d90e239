"""How the last input went: a colour, a sign, a word, the reason, and what was scanned."""

from __future__ import annotations

from rl_station.tui.big_text import largest
from rl_station.tui.contract import Result
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, Rows, beside, row, wrapped
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

    def drawing(self, width: int, height: int) -> Rows:
        if not self._word:
            return [row(self._text)]
        sign = self._sign()
        at = max(each.cell_len for each in sign) + 2
        told = wrapped(self._text, width - at, "bold")
        if self._hands:
            told += wrapped(self._hands, width - at, "bold")
        if self._echo:
            told += wrapped(self._echo, width - at)
        return beside(sign, told, at)

    def _sign(self) -> Rows:
        if self.app.size.height >= _TALL_FROM:
            large = largest(self._word, _WORD_WIDTH, _WORD_ROWS, ascii_only=self.look.ascii_only, most=1)
            if large:
                return [row(each) for each in large]
        return [row(f"{self.look.sign(self._tone)} {self._word}", "bold")]
