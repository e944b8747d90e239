"""What may I do here: what can be scanned, and every key that does something now."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from rl_station.tui.keys import Offer
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, Rows, beside, row, wrapped
from rl_station.tui.wording import Say, screen
from rl_station.workflow.prompt import Prompt

_HEADS = 9
_TWO_COLUMNS_FROM = 60


class HelpOverlay(Drawn):
    """Closed by F1, Esc or the next scan."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, id="help")
        self._heads = ("", "", "", "", "")
        self._kinds: tuple[str, ...] = ()
        self._keys: tuple[tuple[str, str], ...] = ()

    def show(self, prompt: Prompt, offers: tuple[Offer, ...], say: Say) -> None:
        codes = ("help.title", "help.scan", "help.keys", "help.barcode", "help.no_scan")
        heads = tuple(say(screen(code)) for code in codes)
        kinds = tuple(dict.fromkeys(say(screen(f"kind.{kind}")) for kind in prompt.accepts))
        choices = tuple((choice.key.upper(), say(choice.label)) for choice in prompt.choices)
        keys = tuple(
            (offer.cap if isinstance(offer.cap, str) else say(offer.cap), say(offer.label))
            for offer in offers
            if offer.label != screen("key.answer")
        )
        if self.changed((heads, kinds, choices, keys)):
            self._heads = (heads[0], heads[1], heads[2], heads[3], heads[4])
            self._kinds, self._keys = kinds, (*choices, *keys)

    def drawing(self, width: int, height: int) -> Rows:
        title, scan, keys, barcode, no_scan = self._heads
        quiet = self.look.palette.quiet
        return [
            row(title, "bold"),
            row(),
            row(scan, quiet),
            *wrapped(", ".join(self._kinds) or no_scan, width),
            row(),
            row(keys, quiet),
            *self._key_rows(width, height - _HEADS),
            row(),
            *wrapped(barcode, width, quiet),
        ]

    def _key_rows(self, width: int, height: int) -> Rows:
        """One column, or two where one is too long."""
        if len(self._keys) <= height or width < _TWO_COLUMNS_FROM:
            return self._column(self._keys, width)
        half = -(-len(self._keys) // 2)
        left = self._column(self._keys[:half], width // 2 - 2)
        return beside(left, self._column(self._keys[half:], width - width // 2), width // 2)

    def _column(self, keys: tuple[tuple[str, str], ...], width: int) -> list[Text]:
        palette = self.look.palette
        wide = max((cell_len(cap) for cap, _ in self._keys), default=0)
        rows: list[Text] = []
        for cap, label in keys:
            key = row(f" {cap.ljust(wide)} ", f"bold {palette.key_text} on {palette.key}")
            rows += beside([key], wrapped(label, width - wide - 4), wide + 4)
        return rows
