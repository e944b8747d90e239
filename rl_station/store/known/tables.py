"""The tables of `known.db`: items by kind and key, and the codes that lead to them, each in a generation.

A whole copy fills a generation of its own beside the one in force. Everything here can be fetched again.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table

metadata = MetaData()

SCHEMA = 3
"""Raised with every change of these tables or of what `codes` finds an item by: an older file is fetched anew."""


def _text(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, String, primary_key=primary_key, nullable=False)


def _number(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=primary_key, autoincrement=False, nullable=False)


state = Table(
    "state",
    metadata,
    _number("one", primary_key=True),
    _text("owner"),
    _number("current"),
    _text("cursor"),
    _number("loading"),
    _text("loading_cursor"),
    _number("last"),
    _number("small"),
    _number("contact_at"),
    _number("hlc"),
)
"""The one row: `current` generation (0: none) with its cursor, the one being `loading` (0: none) with its, and the `last` made.

`small` rises whenever an item of `KEPT` changes; `contact_at` is when the centre last answered (microseconds UTC, this station's
clock); `hlc` the newest hybrid clock of another station's work that this station's own clock finds possible.
"""

item = Table(
    "item",
    metadata,
    _number("generation", primary_key=True),
    _text("kind", primary_key=True),
    _text("key", primary_key=True),
    Column("value", LargeBinary, nullable=True),
)
"""`value` is the item's JSON; NULL where the centre says that there is none any more."""

code = Table(
    "code",
    metadata,
    _number("generation", primary_key=True),
    _text("field", primary_key=True),
    _text("code", primary_key=True),
    _number("at", primary_key=True),
    _text("key", primary_key=True),
    sqlite_with_rowid=False,
)
"""What leads to an item, as `codes.Code`. `at` is a hybrid clock where the items of a code have an order, else 0."""

TABLES = (state, item, code)

KEPT = ("client", "operator", "lane", "bin", "recall", "recall_reversed", "rules")
"""Kinds that are few, or asked for at every step: a reader keeps them in memory."""
