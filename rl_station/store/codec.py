"""Rows of the derived tables to and from SQLite: tuples stand there as JSON, truth values as 0 and 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from rl_station.store.database import Value

Row = TypeVar("Row", bound=msgspec.Struct)


class Codec(Generic[Row]):
    """For one row type, whose fields are the table's columns in order."""

    def __init__(self, row_type: type[Row]) -> None:
        fields = msgspec.structs.fields(row_type)
        self._type = row_type
        self.names = tuple(field.name for field in fields)
        self._decoders = {field.name: _decoder(field.type) for field in fields}

    def params(self, row: Row) -> dict[str, Value]:
        """The row as statement parameters."""
        return {name: _stored(getattr(row, name)) for name in self.names}

    def row(self, *values: Value) -> Row:
        """The row from its columns."""
        decoders = self._decoders
        return self._type(**{name: decoders[name](value) for name, value in zip(self.names, values, strict=True)})


def _stored(value: object) -> Value:
    if isinstance(value, tuple):
        return msgspec.json.encode(value).decode()
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"no column for {value!r}")


def _decoder(kind: type) -> Callable[[Value], object]:
    if kind in (str, int, int | None):
        return _as_it_stands
    if kind is bool:
        return bool
    decoder: msgspec.json.Decoder[object] = msgspec.json.Decoder(kind)
    return lambda value: decoder.decode(str(value))


def _as_it_stands(value: Value) -> object:
    return value
