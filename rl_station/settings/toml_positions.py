"""On which line every key of a TOML text stands; the standard library's parser does not tell.

The text has been parsed already, so this reader may trust its shape: it follows strings, comments and brackets, and looks at
nothing else. Source: TOML 1.0.0.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)


def positions(text: str) -> dict[Path, int]:
    """Line (from 1) of every table, key and array element, by its path: `("rules", 2, "when", "value")`."""
    return _Walk(text).document()


class _Walk:
    """One pass over one text: a cursor, and the lines found so far."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0
        self._arrays: dict[Path, int] = {}
        self._lines: dict[Path, int] = {(): 1}

    def document(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> Path:
        """A `[table]` or `[[array of tables]]` line; a part that is an array means its last element."""
        opening = 2 if self._text.startswith("[[", self._at) else 1
        self._at += opening
        parts = self._key()
        self._at += opening
        table: Path = ()
        for part in parts[:-1]:
            table = self._last((*table, part))
        table = (*table, parts[-1])
        if opening == 1:
            table = self._last(table)
        else:
            self._arrays[table] = self._arrays.get(table, -1) + 1
            self._note(table)
            table = (*table, self._arrays[table])
        self._note(table)
        return table

    def _last(self, table: Path) -> Path:
        self._note(table)
        return (*table, self._arrays[table]) if table in self._arrays else table

    def _pair(self, table: Path) -> None:
        parts = self._key()
        for depth in range(1, len(parts) + 1):
            self._note((*table, *parts[:depth]))
        self._at += 1
        self._skip(_SPACE)
        self._value((*table, *parts))

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            parts.append(self._key_part())
            self._skip(_SPACE)
            if self._peek() != ".":
                return parts
            self._at += 1

    def _key_part(self) -> str:
        quote = self._peek()
        word = self._take(_STRING if quote in "\"'" else _BARE)
        if quote == '"':
            return _ESCAPE.sub(_unescaped, word[1:-1])
        return word[1:-1] if quote == "'" else word

    def _value(self, path: Path) -> None:
        match self._peek():
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                self._take(_STRING)
            case _:
                self._take(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._more("]"):
            self._note((*path, index))
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._more("}"):
            self._pair(path)

    def _more(self, closing: str) -> bool:
        """Skip to the next element, or past the closing bracket."""
        self._skip(_BLANK)
        if self._peek() == ",":
            self._at += 1
            self._skip(_BLANK)
        if self._peek() not in (closing, ""):
            return True
        self._at += 1
        return False

    def _note(self, path: Path) -> None:
        if path not in self._lines:
            self._line += self._text.count("\n", self._counted, self._at)
            self._counted = self._at
            self._lines[path] = self._line

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        # A parsed text always matches; moving on by one keeps the reader from standing still if it were not so.
        self._at = found.end() if found else self._at + 1
        return found.group() if found else ""


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    if code[0] in "uU":
        return chr(int(code[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "e": "\x1b"}.get(code, code)
