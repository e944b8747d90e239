"""Reads ZPL as a printer does, written from the programming guide and not from our generator."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMAND = re.compile(rb"([\^~])(A0|[A-Z][A-Z0-9@])([^\^~]*)", re.DOTALL)
_HEX = re.compile(rb"_([0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Field:
    """One ^FO...^FS: its origin, the commands in it with their parameters, and its data as printed."""

    x: int
    y: int
    commands: tuple[tuple[str, str], ...]
    data: str

    def parameters(self, name: str) -> list[str] | None:
        return next((text.split(",") for command, text in self.commands if command == name), None)


@dataclass(frozen=True)
class Format:
    """One ^XA...^XZ."""

    head: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]


def interpret(zpl: bytes) -> list[Format]:
    formats: list[Format] = []
    head: list[tuple[str, str]] = []
    fields: list[Field] = []
    current: list[tuple[str, str]] = []
    data = ""
    in_field = False
    for prefix, name_bytes, rest in _COMMAND.findall(zpl):
        name = (prefix + name_bytes).decode()
        if name == "^XA":
            head, fields = [], []
        elif name == "^XZ":
            formats.append(Format(tuple(head), tuple(fields)))
        elif name == "^FO":
            in_field, current, data = True, [(name, rest.decode())], ""
        elif name == "^FD":
            data = _data(rest, hexadecimal=any(command == "^FH" for command, _ in current))
        elif name == "^FS":
            x, y = (int(number) for number in current[0][1].split(","))
            blocked = any(command == "^FB" for command, _ in current)
            fields.append(Field(x, y, tuple(current[1:]), data.replace("\\\\", "\\") if blocked else data))
            in_field = False
        elif in_field:
            current.append((name, rest.decode()))
        else:
            head.append((name, rest.decode().strip()))
    return formats


def _data(raw: bytes, *, hexadecimal: bool) -> str:
    plain = _HEX.sub(lambda match: bytes.fromhex(match[1].decode()), raw) if hexadecimal else raw
    return plain.decode("utf-8")
