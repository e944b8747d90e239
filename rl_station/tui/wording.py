"""Text as the screen may show it: translated, without control characters, without what breaks the columns of a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable

from rl_station.domain.messages import Message, Parameter, message
from rl_station.domain.scan import shown
from rl_station.i18n import Translator

Say = Callable[[Message], str]

# Variation selectors and pictographs: terminals do not agree on their width.
_UNEVEN = re.compile("[\ufe00-\ufe0f\u200b-\u200f\U0001f000-\U0001faff]")


def speaker(language: str) -> Say:
    """Says messages in a language, safe for the terminal."""
    translator = Translator(language)
    return lambda said: safe(translator.text(said))


def safe(text: str) -> str:
    """Control characters by name (`<GS>`), no emoji."""
    return shown(_UNEVEN.sub("", text))


def short(text: str, most: int = 60) -> str:
    """A scan as it is echoed: the beginning and the end of a long one."""
    if len(text) <= most:
        return text
    half = (most - 3) // 2
    return f"{text[:half]}...{text[-half:]}"


def screen(code: str, **params: Parameter) -> Message:
    """One of the screen's own messages."""
    return message(f"screen.{code}", **params)
