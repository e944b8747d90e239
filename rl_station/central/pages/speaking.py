"""What pages say, in the language of who reads them."""

from __future__ import annotations

from collections.abc import Mapping

from rl_station.domain.messages import message
from rl_station.i18n import LANGUAGES, Translator, texts

_MOST_WISHES = 20


class Speaker:
    """Says message codes in one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._translator = Translator(self.language)

    def __call__(self, code: str, /, **params: str | int) -> str:
        # A parameter that begins with `@` would name another message: what others typed may not.
        guarded = {name: f"\u2060{value}" if _names(value) else value for name, value in params.items()}
        return self._translator.text(message(code, **guarded)).replace("\u2060", "")

    def named(self, room: str, name: str) -> str:
        """The word for a queue, a stage, a kind of trouble; the name itself where nobody has a word for it."""
        code = f"{room}.{name}"
        return self(code) if code in texts() else name


def speaker(headers: Mapping[str, str]) -> Speaker:
    """In the language that a browser asks for first among ours (RFC 9110 12.5.4, the order it stands in)."""
    wishes = headers.get("accept-language", "").split(",")[:_MOST_WISHES]
    tags = (wish.partition(";")[0].strip().lower().partition("-")[0] for wish in wishes)
    return Speaker(next((tag for tag in tags if tag in LANGUAGES), LANGUAGES[0]))


def _names(value: str | int) -> bool:
    return isinstance(value, str) and "@" in value
