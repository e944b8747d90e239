"""What a condition compares with what: the names and values that stand beside each other in an expression.

A condition may be sound and still never hold, because a value is misspelt. Only plain comparisons are read: `name == "a"`,
`name in ["a", "b"]`, `"a" in name`, `any(name, ["a"])`, `name > 1`, and the same the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

Value = str | int | bool

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<number>\d+)(?![\w.])|(?P<name>[A-Za-z_]\w*)|(?P<sign>[=!<>]=|&&|\|\||.))"""
)
_SIGNS = ("==", "!=", "<", "<=", ">", ">=", "in")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Compared(NamedTuple):
    """`name` stands beside `values`; `sign` as if the name were on the left, `has` for `"a" in name` and `any`."""

    name: str
    sign: str
    values: tuple[Value, ...]


class _Token(NamedTuple):
    kind: str
    text: str


class _Side(NamedTuple):
    """A name or a constant, and where the next token stands."""

    name: str
    values: tuple[Value, ...]
    end: int


def compared(source: str) -> Iterator[Compared]:
    """Every plain comparison of the expression."""
    tokens = [_token(found) for found in _TOKEN.finditer(source.strip())]
    for place in range(len(tokens)):
        found = _pair(tokens, place)
        if found is not None:
            yield found


def _token(found: re.Match[str]) -> _Token:
    kind = found.lastgroup or ""
    return _Token(kind, found[kind])


def _pair(tokens: list[_Token], place: int) -> Compared | None:
    if place and tokens[place - 1].text in (".", "-"):
        return None
    if [token.text for token in tokens[place : place + 2]] == ["any", "("]:
        return _any(tokens, place + 2)
    left = _side(tokens, place)
    sign = tokens[left.end].text if left and left.end < len(tokens) else ""
    right = _side(tokens, left.end + 1) if left and sign in _SIGNS else None
    if left is None or right is None or bool(left.name) == bool(right.name):
        return None
    if left.name:
        return Compared(left.name, sign, right.values)
    return Compared(right.name, "has" if sign == "in" else _MIRRORED.get(sign, sign), left.values)


def _any(tokens: list[_Token], place: int) -> Compared | None:
    left = _side(tokens, place)
    right = _side(tokens, left.end + 1) if left and left.end < len(tokens) and tokens[left.end].text == "," else None
    if left is None or right is None or bool(left.name) == bool(right.name):
        return None
    return Compared(left.name or right.name, "has", left.values or right.values)


def _side(tokens: list[_Token], place: int) -> _Side | None:
    if place >= len(tokens):
        return None
    kind, text = tokens[place]
    if kind == "name" and text not in ("true", "false"):
        return _Side(text, (), end=place + 1)
    if text == "[":
        return _list(tokens, place + 1)
    value = _value(tokens[place])
    return None if value is None else _Side("", (value,), end=place + 1)


def _list(tokens: list[_Token], place: int) -> _Side | None:
    values: list[Value] = []
    while place < len(tokens) and tokens[place].text != "]":
        value = _value(tokens[place])
        if value is None and tokens[place].text != ",":
            return None
        values.extend([] if value is None else [value])
        place += 1
    return _Side("", tuple(values), end=place + 1)


def _value(token: _Token) -> Value | None:
    match token.kind:
        case "text":
            return token.text[1:-1]
        case "number":
            return int(token.text)
        case "name" if token.text in ("true", "false"):
            return token.text == "true"
        case _:
            return None
