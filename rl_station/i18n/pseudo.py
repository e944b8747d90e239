"""A language that is English in disguise: accented, bracketed, 40 % longer. Text without it was never translated."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(r"(%\(\w+\)[sd]|%%)")
_ACCENTS = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")
_SLACK = 0.4


def pseudo(text: str) -> str:
    """The text with accents, placeholders kept, and padded as a long language would be."""
    parts = [part if _PLACEHOLDER.fullmatch(part) else part.translate(_ACCENTS) for part in _PLACEHOLDER.split(text)]
    return f"[{''.join(parts)}{'~' * round(len(text) * _SLACK)}]"
