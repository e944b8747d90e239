"""What may I do here: what can be scanned, and every key that does something now."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rl_station.tui.keys import Offer
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn
from rl_station.tui.wording import Say, screen
from rl_station.workflow.prompt import Prompt


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

    def drawing(self, width: int, height: int) -> RenderableType:
        title, scan, keys, barcode, no_scan = self._heads
        quiet = self.look.palette.quiet
        told = Text(", ".join(self._kinds)) if self._kinds else Text(no_scan)
        rows = Table.grid(padding=(0, 2, 0, 0), expand=True)
        pairs = 2 if width >= 60 and len(self._keys) > height - 9 else 1  # noqa: PLR2004
        for _ in range(pairs):
            rows.add_column(no_wrap=True)
            rows.add_column(ratio=1)
        half = -(-len(self._keys) // pairs)
        for at in range(half):
            rows.add_row(*(cell for pair in self._keys[at::half] for cell in self._key(*pair)))
        return Group(
            Text(title, style="bold"),
            Text(f"\n{scan}", style=quiet),
            told,
            Text(f"\n{keys}", style=quiet),
            rows,
            Text(f"\n{barcode}", style=quiet),
        )

    def _key(self, cap: str, label: str) -> tuple[Text, Text]:
        palette = self.look.palette
        return Text(f" {cap} ", style=f"bold {palette.key_text} on {palette.key}"), Text(label)
