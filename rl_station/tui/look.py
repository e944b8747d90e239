"""How things look: colours for rich and for 16-colour terminals, and symbols that every console font has."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from textual.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by purpose, `#rrggbb`; each ground with the text that is readable on it."""

    ground: str
    text: str
    quiet: str
    panel: str
    bar: str
    bar_text: str
    task: str
    task_text: str
    key: str
    key_text: str
    place: str
    place_text: str
    good: str
    good_text: str
    warn: str
    warn_text: str
    bad: str
    bad_text: str
    info: str
    info_text: str
    good_ink: str
    warn_ink: str
    bad_ink: str


RICH = Palette(
    ground="#0d1117",
    text="#f0f3f6",
    quiet="#9aa5b4",
    panel="#161d27",
    bar="#222c3a",
    bar_text="#dce3ea",
    task="#123d7c",
    task_text="#ffffff",
    key="#dce3ea",
    key_text="#0d1117",
    place="#0b5d57",
    place_text="#ffffff",
    good="#17803d",
    good_text="#ffffff",
    warn="#f0b429",
    warn_text="#1a1300",
    bad="#c81e1e",
    bad_text="#ffffff",
    info="#2b3a4f",
    info_text="#f0f3f6",
    good_ink="#5ad67d",
    warn_ink="#f0b429",
    bad_ink="#ff7b72",
)

# Exactly the colours of the kernel console. Grounds come from its first eight: it has no bright ones.
SIXTEEN = Palette(
    ground="#000000",
    text="#ffffff",
    quiet="#aaaaaa",
    panel="#000000",
    bar="#aaaaaa",
    bar_text="#000000",
    task="#0000aa",
    task_text="#ffffff",
    key="#aaaaaa",
    key_text="#000000",
    place="#00aaaa",
    place_text="#000000",
    good="#00aa00",
    good_text="#ffffff",
    warn="#aa5500",
    warn_text="#ffffff",
    bad="#aa0000",
    bad_text="#ffffff",
    info="#000000",
    info_text="#aaaaaa",
    good_ink="#55ff55",
    warn_ink="#ffff55",
    bad_ink="#ff5555",
)


@dataclass(frozen=True, slots=True)
class Symbols:
    """One sign per meaning, beside a colour and a word: never the only carrier of it."""

    good: str
    warn: str
    bad: str
    info: str
    open: str
    partial: str
    missing: str
    extra: str
    foreign: str
    cursor: str
    bar: str


# Code page 437, so that the console's 512 glyphs hold them.
CONSOLE = Symbols("√", "!", "X", "i", "○", "►", "-", "+", "!", "█", "│")
ASCII = Symbols("v", "!", "X", "i", "o", ">", "-", "+", "!", "_", "|")


@dataclass(frozen=True, slots=True)
class Look:
    """What widgets need to draw. `ascii_only`: the terminal shows nothing beyond ASCII."""

    palette: Palette = RICH
    ascii_only: bool = False

    @property
    def symbols(self) -> Symbols:
        return ASCII if self.ascii_only else CONSOLE

    def ground(self, tone: str) -> tuple[str, str]:
        """Background and text colour of a tone: good, warn, bad; anything else is info."""
        colours = {
            "good": (self.palette.good, self.palette.good_text),
            "warn": (self.palette.warn, self.palette.warn_text),
            "bad": (self.palette.bad, self.palette.bad_text),
        }
        return colours.get(tone, (self.palette.info, self.palette.info_text))

    def ink(self, tone: str) -> str:
        """Text colour of a tone on the plain ground."""
        inks = {"good": self.palette.good_ink, "warn": self.palette.warn_ink, "bad": self.palette.bad_ink}
        return inks.get(tone, self.palette.text)

    def sign(self, tone: str) -> str:
        signs = {"good": self.symbols.good, "warn": self.symbols.warn, "bad": self.symbols.bad}
        return signs.get(tone, self.symbols.info)


def theme(look: Look) -> Theme:
    """The palette as Textual knows it: style sheets use `$rl-task`, `$rl-task-text` and so on."""
    palette = look.palette
    return Theme(
        name="station",
        primary=palette.task,
        foreground=palette.text,
        background=palette.ground,
        surface=palette.panel,
        panel=palette.panel,
        success=palette.good,
        warning=palette.warn,
        error=palette.bad,
        variables={f"rl-{name.replace('_', '-')}": colour for name, colour in asdict(palette).items()},
    )
