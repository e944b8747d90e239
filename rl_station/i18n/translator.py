"""A message becomes a sentence in one language. Never raises: a worker is better served by a code than by a crash."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from rl_station.domain.messages import Message, Parameter
from rl_station.i18n.catalogue import texts
from rl_station.i18n.pseudo import pseudo

LOCALES = Path(__file__).parent / "locales"
DOMAIN = "rl_station"
PSEUDO = "qps"
"""A made-up language, longer than any other, that shows which text was never sent through here."""
LANGUAGES = ("en", "de", "es")

_CONTENT = "text"
_MOMENTS = frozenset({"at", "since", "when"})
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Translator:
    """Texts of one language, a BCP 47 tag; its region and languages nobody translated fall back to English."""

    language: str = "en"

    def text(self, message: Message) -> str:
        """The sentence for this message; an unknown code is shown as it is.

        A parameter that begins with `@` names another message, translated first; `@a, @b` names several. A whole number called
        `at`, `since` or `when` is a moment in microseconds UTC, shown in local time.
        """
        if message.code == _CONTENT:
            return str(message.mapping.get("text", ""))
        english = texts().get(message.code)
        if english is None:
            return " ".join([message.code, *(str(value) for _, value in message.params)])
        values = _Values({name: self._parameter(name, value) for name, value in message.params})
        return _filled(self._translated(english), values) or _filled(english, values) or message.code

    def _translated(self, english: str) -> str:
        if self.language == PSEUDO:
            return pseudo(english)
        return _translations(self.language.partition("-")[0].partition("_")[0]).gettext(english)

    def _parameter(self, name: str, value: Parameter) -> str:
        if isinstance(value, str):
            return ", ".join(self._named(part) for part in value.split(", ")) if value.startswith("@") else value
        return _moment(value) if name in _MOMENTS else str(value)

    def _named(self, value: str) -> str:
        known = value.startswith("@") and value[1:] in texts()
        return self.text(Message(value[1:])) if known else value


class _Values(dict[str, str]):
    """Shows the name of a parameter that was not given, instead of failing."""

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def _filled(template: str, values: Mapping[str, str]) -> str:
    try:
        return template % values
    except (TypeError, ValueError):
        return ""


def _moment(microseconds: int) -> str:
    try:
        return datetime.fromtimestamp(microseconds // _MICROSECONDS).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return str(microseconds)


@cache
def _translations(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALES, [language], fallback=True)
