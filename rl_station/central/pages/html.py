"""HTML out of values: whatever is not markup already is escaped, so that no name and no code can say anything to a browser."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import TypeAlias
from urllib.parse import quote, urlencode

_VOID = frozenset({"input", "link", "meta"})
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
"""Control characters, and those that turn the direction of what stands around them or cannot be seen."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Part: TypeAlias = str | int | Iterable["Part"] | None
"""What can stand between two tags: text, a number, nothing, or several of them."""


def join(*parts: Part) -> Markup:
    """The parts as HTML, one after the other."""
    return Markup("".join(map(_one, parts)))


def tag(name: str, /, *parts: Part, **attributes: str | int | bool | None) -> Markup:
    """An element. Attributes that are None or False are left out; `class_` and `data_from` stand for `class`, `data-from`."""
    opened = f"<{name}{''.join(_attribute(*each) for each in attributes.items())}>"
    return Markup(opened if name in _VOID else f"{opened}{join(*parts)}</{name}>")


def text(value: object) -> str:
    """As it may be shown: what cannot be seen, or hides what can, is made visible, and every character can be sent."""
    found = _HIDDEN.sub(lambda hidden: f"<{ord(hidden[0]):02X}>", str(value))
    return found.encode("utf-8", "replace").decode()


def href(*path: str, **query: object) -> str:
    """An address of ours; empty parameters and those of 0 are left out.."""
    asked = urlencode({name: str(value) for name, value in query.items() if value}, errors="replace")
    where = "/" + "/".join(quote(part, safe="", errors="replace") for part in path)
    return f"{where}?{asked}" if asked else where


def link(where: str, *parts: Part, **attributes: str | int | bool | None) -> Markup:
    return tag("a", *parts, href=where, **attributes)


def _one(part: Part) -> str:
    if part is None:
        return ""
    if isinstance(part, Markup):
        return part
    if isinstance(part, str | int):
        return escape(text(part))
    return join(*part)


def _attribute(name: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    shown = name.rstrip("_").replace("_", "-")
    return f" {shown}" if value is True else f' {shown}="{escape(text(value))}"'
