"""What must hold for reference data before it is taken, and the form it is kept in: one function for each kind. Pure.

Each gives the value as it is kept and raises NotTakenError, which says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace
from pydantic import BaseModel, TypeAdapter, ValidationError

from rl_station.domain.identifiers import has_gs1_check_digit, parse_sscc
from rl_station.domain.recalls import Recall, Reversal
from rl_station.domain.reference import (
    AnnouncedLine,
    AnnouncedReturn,
    Bin,
    Lane,
    Operator,
    Procedure,
    Product,
    SaidClient,
)
from rl_station.settings.content import gtin14, tracking_key
from rl_station.settings.csv_models import ProductRow, ReturnRow
from rl_station.settings.models import BinModel, ClientModel, CodeBody, LaneModel, OperatorModel, Slug
from rl_station.settings.problems import Problem
from rl_station.settings.recall_models import RecallRow
from rl_station.settings.validate import checked

MOST = 10**12
"""The largest number in a value."""

_SLUG: TypeAdapter[str] = TypeAdapter(Slug)
_CODE: TypeAdapter[str] = TypeAdapter(CodeBody)


class NotTakenError(ValueError):
    """This value cannot be taken; the message says why."""


def client(value: SaidClient) -> SaidClient:
    """What it leaves out is not held against anything: the site may have set it."""
    _id_fits(_SLUG, value.id)
    whole = value.over(None)
    steps = [each.step for each in whole.sop]
    if len(set(steps)) < len(steps):
        raise NotTakenError("sop: says something twice at one step")
    both = sorted(set(whole.channels_allowed) & set(whole.channels_prohibited))
    if both:
        raise NotTakenError(f"channels_prohibited: {both[0][:40]!r} is among the allowed ones")
    _fits(ClientModel, {**_fields(whole, ("id", "sop")), "sop": {each.step: _procedure(each) for each in whole.sop}})
    return value


def _procedure(value: Procedure) -> dict[str, str]:
    """As a table of clients.toml."""
    return {"text": value.text, **{f"text_{language}": text for language, text in value.texts}}


def operator(value: Operator) -> Operator:
    _id_fits(_SLUG, value.id)
    _fits(OperatorModel, _fields(value))
    return value


def lane(value: Lane) -> Lane:
    _id_fits(_CODE, value.id)
    _fits(LaneModel, _fields(value))
    return value


def bin_(value: Bin) -> Bin:
    _id_fits(_CODE, value.id)
    _fits(BinModel, _fields(value))
    return value


def product(value: Product) -> Product:
    _fits(ProductRow, _fields(value))
    _in_range(value=value.value)
    return replace(value, gtins=tuple(_gtin(gtin) for gtin in value.gtins))


def recall(value: Recall) -> Recall:
    _fits(RecallRow, {**_fields(value, ("brands",)), "brand": " ".join(value.brands)})
    if not value.gtins and not (value.brands and value.models):
        raise NotTakenError("needs a gtin, or a brand with models")
    return replace(value, gtins=tuple(_gtin(gtin) for gtin in value.gtins))


def reversal(value: Reversal) -> Reversal:
    if not value.reason.strip():
        raise NotTakenError("needs a reason")
    return value


def announced(value: AnnouncedReturn) -> AnnouncedReturn:
    numbers = [line.line for line in value.lines]
    if not numbers:
        raise NotTakenError("announces no line")
    if len(set(numbers)) < len(numbers):
        raise NotTakenError("has two lines of one number")
    for sscc in value.sscc:
        if parse_sscc(sscc) is None:
            raise NotTakenError(f"{sscc[:40]!r} is not an SSCC: 18 digits with a check digit")
    _in_range(parcels=value.parcels, weight=value.weight)
    shared = {**_fields(value, ("lines", "weight")), "weight_g": value.weight}
    lines = tuple(_line(shared, line) for line in value.lines)
    return replace(value, lines=lines, tracking=tuple(tracking_key(number) for number in value.tracking))


def _line(shared: Mapping[str, object], line: AnnouncedLine) -> AnnouncedLine:
    _fits(ReturnRow, {**shared, **_fields(line)})
    _in_range(line=line.line, quantity=line.quantity)
    for name, found in (("serials", line.serials), ("epcs", line.epcs)):
        if len(found) > line.quantity:
            raise NotTakenError(f"line {line.line} has {len(found)} {name} for a quantity of {line.quantity}")
    return replace(line, epcs=tuple(_epc(epc) for epc in line.epcs))


def _in_range(**numbers: int) -> None:
    for name, number in numbers.items():
        if number > MOST:
            raise NotTakenError(f"{name}: {number} is more than {MOST}")


def _gtin(text: str) -> str:
    if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", text) or not has_gs1_check_digit(text):
        raise NotTakenError(f"{text[:40]!r} is not a GTIN: 8 or 12 to 14 digits with a check digit")
    return gtin14(text)


def _epc(text: str) -> str:
    if len(text) % 4 or not re.fullmatch(r"[0-9A-Fa-f]+", text):
        raise NotTakenError(f"{text[:60]!r} is not an EPC: hexadecimal in words of 16 bits")
    return text.upper()


def _fits(model: type[BaseModel], data: Mapping[str, object]) -> None:
    """Hold a value against the model of the settings: a program may say no more than a file could."""
    problems: list[Problem] = []
    checked(model, data, _problem, problems)
    if problems:
        raise NotTakenError("; ".join(f"{problem.key}: {problem.message}" for problem in problems[:5]))


def _fields(value: msgspec.Struct, without: tuple[str, ...] = ("id",)) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__struct_fields__ if name not in without}


def _problem(path: tuple[str | int, ...], message: str, hint: str) -> Problem:
    return Problem("", 0, str(path[0]) if path else "", message, hint)


def _id_fits(form: TypeAdapter[str], id_: str) -> None:
    try:
        form.validate_python(id_)
    except ValidationError as error:
        raise NotTakenError(f"the id {id_[:40]!r} does not have the form of one") from error
