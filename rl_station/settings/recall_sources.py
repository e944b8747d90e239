"""Reads recall lists as they are published: CPSC, openFDA and CSV.

CPSC: Recall Retrieval Web Services Programmers Guide (saferproducts.gov), a JSON list of recalls. openFDA: enforcement reports
(/food, /drug and /device/enforcement), `results` with a `meta` beside it. Fields nobody uses may be missing or of any shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from rl_station.domain.identifiers import parse_gtin
from rl_station.domain.recalls import Recall
from rl_station.settings.csv_tables import read_csv
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.recall_content import recall_of_row
from rl_station.settings.recall_models import RecallRow

_LIST = re.compile(r"\s*(?:[,;/|\n]|\band\b|\bor\b)\s*", re.IGNORECASE)
_CODES = re.compile(r"\b(?:UPC|GTIN|EAN|barcode)s?\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w-])\d(?:[ -]?\d){7,13}(?![\w-])")
_LOTS = re.compile(
    r"\b(?:lots?|batch(?:es)?)\b[\s#:.]*(?:(?:numbers?|nos?|codes?)\b[\s#:.]*)?"
    r"((?:[A-Z0-9][A-Z0-9-]*(?:\s*(?:,|;|&|\band\b)\s*)?)+)",
    re.IGNORECASE,
)
_LOT = re.compile(r"[A-Z0-9-]*\d[A-Z0-9-]*", re.IGNORECASE)


class Published(msgspec.Struct, frozen=True):
    """A list as it was read. `snapshot`: its own date (YYYY-MM-DD), empty where it has none; `passed`: notices that name
    neither a GTIN nor a model, so that nothing can be compared with them.
    """

    source: str
    snapshot: str
    recalls: tuple[Recall, ...]
    passed: tuple[str, ...] = ()


def read_published(path: Path, source: str, problems: list[Problem]) -> Published | None:
    """The recalls of a file; None, with what is wrong added to `problems`, where it is not such a list."""
    source = source or ("csv" if path.suffix.casefold() == ".csv" else "")
    if source == "csv":
        return _csv(path, problems)
    try:
        document = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        problems.append(Problem(str(path), 0, "", f"cannot be read: {error.strerror}"))
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        problems.append(Problem(str(path), 0, "", f"is not JSON: {error}"))
        return None
    found = source or ("openfda" if isinstance(document, dict) and "results" in document else "cpsc")
    return _openfda(path, document, problems) if found == "openfda" else _cpsc(path, document, problems)


def _csv(path: Path, problems: list[Problem]) -> Published | None:
    before = len(problems)
    rows = read_csv(path.parent, path.name, RecallRow, problems)
    if len(problems) > before:
        return None
    return _published("csv", "", [recall_of_row(numbered.row) for numbered in rows])


def _cpsc(path: Path, document: object, problems: list[Problem]) -> Published | None:
    if not isinstance(document, list):
        problems.append(Problem(str(path), 0, "", "is no list of recalls, as CPSC publishes them"))
        return None
    return _each("cpsc", "", path, document, _cpsc_recall, ("RecallNumber", "Products", "ProductUPCs"), problems)


def _cpsc_recall(entry: Mapping[str, object]) -> Recall:
    products = [*_tables(entry, "Products")]
    models = [part for product in products for part in _parts(_text(product, "Model"))]
    names = [_text(product, "Name") for product in products]
    makers = [_text(maker, "Name") for kind in ("Manufacturers", "Importers") for maker in _tables(entry, kind)]
    return Recall(
        reference=_text(entry, "RecallNumber"),
        title=_text(entry, "Title"),
        hazard=" ".join(_text(hazard, "Name") for hazard in _tables(entry, "Hazards")),
        remedy=" ".join(_text(remedy, "Name") for remedy in _tables(entry, "Remedies")),
        date=_day(_text(entry, "RecallDate")),
        gtins=_gtins(_text(code, "UPC") for code in _tables(entry, "ProductUPCs")),
        brands=_present([*names, _text(entry, "Title"), *makers]),
        models=_present(models or names),
    )


def _openfda(path: Path, document: object, problems: list[Problem]) -> Published | None:
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(results, list):
        problems.append(
            Problem(str(path), 0, "results", "is no list of enforcement reports, as openFDA publishes them")
        )
        return None
    meta = document.get("meta")
    snapshot = _day(_text(meta, "last_updated")) if isinstance(meta, dict) else ""
    known = ("recall_number", "product_description", "code_info", "reason_for_recall")
    return _each("openfda", snapshot, path, results, _openfda_recall, known, problems)


def _openfda_recall(entry: Mapping[str, object]) -> Recall:
    """GTINs and lots stand in sentences. A recall that is `Terminated` is over for the agency, not for the goods."""
    told = _text(entry, "product_description")
    codes = f"{_text(entry, 'code_info')} {_text(entry, 'more_code_info')}"
    kind = _text(entry, "classification")
    reason = _text(entry, "reason_for_recall")
    sentences = [text for text in (told, codes) if _CODES.search(text)]
    return Recall(
        reference=_text(entry, "recall_number"),
        title=told,
        hazard=f"{kind}: {reason}" if kind else reason,
        date=_day(_text(entry, "recall_initiation_date") or _text(entry, "report_date")),
        gtins=_gtins(found[0] for text in sentences for found in _DIGITS.finditer(text)),
        brands=_present([told, _text(entry, "recalling_firm")]),
        models=_present([told.partition(",")[0]]),
        lots=_present(lot[0] for found in _LOTS.finditer(codes) for lot in _LOT.finditer(found[1])),
        free_text=True,
    )


def _each(  # noqa: PLR0913, PLR0917 - one place where entries are looked at, whoever published them
    source: str,
    snapshot: str,
    path: Path,
    entries: Iterable[object],
    read: Callable[[Mapping[str, object]], Recall],
    known: tuple[str, ...],
    problems: list[Problem],
) -> Published | None:
    found: list[Recall] = []
    before = len(problems)
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or not isinstance(entry.get(known[0]), str) or not entry[known[0]]:
            keys = [key for key in entry if isinstance(key, str)] if isinstance(entry, dict) else []
            hint = nearest(known[0], keys)
            problems.append(Problem(str(path), 0, f"[{number}].{known[0]}", "is missing", hint))
        else:
            found.append(read(entry))
    return _published(source, snapshot, found) if len(problems) == before else None


def _published(source: str, snapshot: str, recalls: list[Recall]) -> Published:
    """Those that something can be compared with, and the numbers of the others."""
    usable = tuple(recall for recall in recalls if recall.gtins or (recall.brands and recall.models))
    passed = tuple(recall.reference for recall in recalls if not (recall.gtins or (recall.brands and recall.models)))
    return Published(source, snapshot, usable, passed)


def _tables(entry: Mapping[str, object], key: str) -> Iterator[Mapping[str, object]]:
    values = entry.get(key)
    yield from (value for value in values if isinstance(value, dict)) if isinstance(values, list) else ()


def _text(entry: Mapping[str, object], key: str) -> str:
    value = entry.get(key)
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""


def _parts(text: str) -> list[str]:
    return [part for part in _LIST.split(text) if part]


def _gtins(texts: Iterable[str]) -> tuple[str, ...]:
    """GTINs written with or without spaces, as 14 digits; what has a wrong check digit is none."""
    found = (parse_gtin(re.sub(r"\D", "", text)) for text in texts)
    return tuple(dict.fromkeys(gtin for gtin in found if gtin))


def _day(text: str) -> str:
    """`20260630`, `2026-06-30T00:00:00` and `2026-06-30` as YYYY-MM-DD; empty for anything else."""
    found = re.match(r"(\d{4})-?(\d\d)-?(\d\d)", text)
    return "-".join(found.groups()) if found else ""


def _present(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
