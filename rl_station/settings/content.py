"""Makes domain values of what the models read: reference data, checklists and rules with their content versions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from rl_station.domain.carriers import CarrierTable, identify
from rl_station.domain.checklist import Checklist, Option, Question
from rl_station.domain.reference import AnnouncedLine, AnnouncedReturn, Product, Recall
from rl_station.domain.rules import Condition, Rule, RuleTable
from rl_station.settings.content_models import (
    ChecklistModel,
    ConditionModel,
    OptionModel,
    QuestionModel,
    RulesModel,
)
from rl_station.settings.csv_models import ProductRow, ReturnRow
from rl_station.settings.models import RecallsModel

# The shortest code with routing in front of the number; only these are looked into, to keep loading quick.
_ROUTED = 22

_TRANSLATED = ("de", "es")


def gtin14(digits: str) -> str:
    """A GTIN of any length as 14 digits (GS1 General Specifications 3.3.2)."""
    return digits.zfill(14)


def tracking_key(text: str) -> str:
    """A tracking number as scans are looked up: in capitals."""
    return text.upper()


def tracking_keys(carriers: CarrierTable, number: str) -> tuple[str, ...]:
    """The number as announced and, where it is a whole routing code (`420`, ZIP, number), the number inside."""
    if len(number) < _ROUTED:
        return (number,)
    inside = [key for candidate in identify(carriers, number) for key in candidate.lookup_keys]
    return tuple(dict.fromkeys((number, *inside)))


def checklist(id_: str, model: ChecklistModel) -> Checklist:
    made = Checklist(id_, model.title, tuple(_question(question) for question in model.questions))
    return msgspec.structs.replace(made, version=_version(made))


def rule_table(model: RulesModel) -> RuleTable:
    rules = tuple(
        Rule(
            rule.id,
            rule.disposition,
            rule.reason,
            tuple(condition for field, found in rule.when.items() for condition in _conditions(field, found)),
        )
        for rule in model.rules
    )
    return RuleTable(rules, _version(rules))


def product(row: ProductRow) -> Product:
    fields = row.model_dump()
    return Product(**{**fields, "gtins": tuple(gtin14(gtin) for gtin in row.gtins)})


def recalls(model: RecallsModel) -> tuple[Recall, ...]:
    return tuple(Recall(gtin14(recall.gtin), recall.reference, recall.hazard, recall.lot) for recall in model.recalls)


def announced_returns(rows: Iterable[ReturnRow]) -> tuple[AnnouncedReturn, ...]:
    """One value per RMA, its lines in the order of the file."""
    groups: dict[str, list[ReturnRow]] = {}
    for row in rows:
        groups.setdefault(row.rma, []).append(row)
    return tuple(_announced(group) for group in groups.values())


def _announced(rows: list[ReturnRow]) -> AnnouncedReturn:
    first = rows[0]
    return AnnouncedReturn(
        rma=first.rma,
        client=first.client,
        order=first.order,
        lines=tuple(
            AnnouncedLine(
                line=row.line,
                sku=row.sku,
                quantity=row.quantity,
                serials=row.serials,
                epcs=tuple(epc.upper() for epc in row.epcs),
                reason=row.reason,
                wish=row.wish,
            )
            for row in rows
        ),
        status=first.status,
        tracking=tuple(tracking_key(number) for number in first.tracking),
        sscc=first.sscc,
        parcels=first.parcels,
        customer_note=first.customer_note,
        weight=first.weight_g,
    )


def _question(model: QuestionModel) -> Question:
    return Question(
        id=model.id,
        text=model.text,
        options=tuple(_option(option) for option in model.options),
        texts=_texts(model),
        help=model.help,
    )


def _option(model: OptionModel) -> Option:
    return Option(
        id=model.id,
        text=model.text,
        texts=_texts(model),
        next=model.next,
        functional=model.functional or "",
        cosmetic=model.cosmetic or "",
        packaging=model.packaging or "",
        flags=model.flags,
        command=model.command or "",
    )


def _texts(model: QuestionModel | OptionModel) -> tuple[tuple[str, str], ...]:
    found: Mapping[str, str] = {language: getattr(model, f"text_{language}") for language in _TRANSLATED}
    return tuple((language, text) for language, text in found.items() if text)


def _conditions(field: str, model: ConditionModel) -> Iterator[Condition]:
    if model.in_ is not None:
        yield Condition(field, "in", model.in_)
    if model.not_in is not None:
        yield Condition(field, "not_in", model.not_in)
    if model.at_least is not None:
        yield Condition(field, "at_least", (str(model.at_least),))
    if model.at_most is not None:
        yield Condition(field, "at_most", (str(model.at_most),))
    if model.present is not None:
        yield Condition(field, "present", ("yes" if model.present else "no",))


def _version(content: Checklist | tuple[Rule, ...]) -> str:
    """A short hash that changes whenever the content does."""
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:12]
