"""Recalls: which notices mean a unit, and what has to be asked before that is certain.

By GTIN where the notice names one; else by brand and model, which a person has to confirm, because notices are written for
readers: the CPSC itself says that searching by UPC alone misses goods. Lots and dates narrow a notice where the unit's are known.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec

GTIN, BRAND_MODEL = "gtin", "brand_model"
MODEL, LOT = "model", "lot"
_LONGEST_MODEL = 8
_LONGEST_PART = 60
_DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_WORD = re.compile(r"[^\W_]+")


class Recall(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One notice, or one article of it.

    `gtins` are 14 digits. `brands` may be whole sentences that a brand stands in; `models` are names as printed. No `lots`: every
    lot; `free_text`: they were read out of a sentence, so a lot that is not among them is asked about. Dates YYYY-MM-DD, the
    first and the last that is meant, empty where open.
    """

    reference: str
    title: str = ""
    hazard: str = ""
    remedy: str = ""
    date: str = ""
    gtins: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    free_text: bool = False
    made_from: str = ""
    made_to: str = ""
    expires_from: str = ""
    expires_to: str = ""


class Reversal(msgspec.Struct, frozen=True, kw_only=True):
    """A recall that does not hold (any more), and why."""

    reference: str
    reason: str
    date: str


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a unit. `names` are what its model may stand in; dates YYYY-MM-DD, empty where unknown."""

    gtins: tuple[str, ...] = ()
    brand: str = ""
    names: tuple[str, ...] = ()
    lot: str = ""
    made: str = ""
    expires: str = ""


class Hit(msgspec.Struct, frozen=True):
    """A notice that may mean a unit. `how`: gtin, brand_model; `ask`: model, lot, or nothing where it is certain."""

    recall: Recall
    how: str
    ask: str = ""


class RecallTable(msgspec.Struct, frozen=True, kw_only=True):
    """The offline snapshot. `snapshot` is the oldest of its parts (YYYY-MM-DD); older than `warn_after_days` it is warned of.

    `recalls` are those that stand; `reversals` by reference those that do not. Made by `recall_table`.
    """

    recalls: tuple[Recall, ...] = ()
    snapshot: str = ""
    warn_after_days: int = 30
    reversals: Mapping[str, Reversal] = {}
    version: str = ""
    by_gtin: Mapping[str, tuple[Recall, ...]] = {}
    by_word: Mapping[str, tuple[Recall, ...]] = {}

    def of(self, reference: str) -> tuple[Recall, ...]:
        """The standing notices with this reference."""
        return tuple(recall for recall in self.recalls if recall.reference == reference)


def recall_table(
    recalls: Iterable[Recall], snapshot: str = "", warn_after_days: int = 30, reversals: Iterable[Reversal] = ()
) -> RecallTable:
    """The table with what it is searched by. Of several reversals of one recall the last counts."""
    reversed_ = {each.reference: each for each in reversals}
    standing = tuple(each for each in recalls if each.reference not in reversed_)
    by_gtin: dict[str, list[Recall]] = {}
    by_word: dict[str, list[Recall]] = {}
    for recall in standing:
        for gtin in dict.fromkeys(recall.gtins):
            by_gtin.setdefault(gtin, []).append(recall)
        if recall.models:
            for word in {word for brand in recall.brands for word in words(brand)}:
                by_word.setdefault(word, []).append(recall)
    content = msgspec.json.encode((standing, sorted(reversed_.values(), key=lambda each: each.reference)))
    return RecallTable(
        recalls=standing,
        snapshot=snapshot,
        warn_after_days=warn_after_days,
        reversals=reversed_,
        version=hashlib.sha256(content).hexdigest()[:12],
        by_gtin={gtin: tuple(found) for gtin, found in by_gtin.items()},
        by_word={word: tuple(found) for word, found in by_word.items()},
    )


def recall_key(recall: Recall) -> str:
    """What an article of a notice is kept under, e.g. by the central server: the reference, the article, the first lot."""
    article = recall.gtins[0] if recall.gtins else " ".join((*recall.brands[:1], *recall.models[:1]))
    return "/".join(part[:_LONGEST_PART] for part in (recall.reference, article, *recall.lots[:1]))


def words(text: str) -> tuple[str, ...]:
    """Letters and digits in lower case, without accents."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return tuple(_WORD.findall(plain.casefold()))


def find(table: RecallTable, article: Article) -> tuple[Hit, ...]:
    """Every notice that may mean the article, the certain ones first; one for each reference."""
    hits = sorted(_hits(table, article), key=lambda hit: (hit.ask != "", hit.how != GTIN))
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.recall.reference, hit)
    return tuple(first.values())


def means_lot(recall: Recall, lot: str) -> bool:
    """Whether a lot, as it was read, is one of those recalled."""
    return not recall.lots or _key(lot) in {_key(each) for each in recall.lots}


def dated(recall: Recall) -> bool:
    """Whether a notice means only what was made, or expires, within some span."""
    return any((recall.made_from, recall.made_to, recall.expires_from, recall.expires_to))


def age_days(snapshot: str, now: int) -> int | None:
    """Whole days since a snapshot at `now` (microseconds since 1970 UTC); None without a date, never negative."""
    try:
        taken = date.fromisoformat(snapshot).toordinal() - _EPOCH
    except ValueError:
        return None
    return max(0, now // _DAY_US - taken)


def _hits(table: RecallTable, article: Article) -> Iterator[Hit]:
    for recall in (recall for gtin in article.gtins for recall in table.by_gtin.get(gtin, ())):
        ask = _left_to_ask(recall, article)
        if ask is not None:
            yield Hit(recall, GTIN, ask)
    brand = words(article.brand)
    names = _spellings(article.names) if brand else frozenset()
    for recall in table.by_word.get(brand[0], ()) if brand else ():
        if _left_to_ask(recall, article) is not None and _same_model(recall, brand, names):
            yield Hit(recall, BRAND_MODEL, MODEL)


def _left_to_ask(recall: Recall, article: Article) -> str | None:
    """What is not known yet; None where lot or date say that the article is not meant."""
    if _outside(article.made, recall.made_from, recall.made_to):
        return None
    if _outside(article.expires, recall.expires_from, recall.expires_to):
        return None
    if not recall.lots:
        return ""
    if not article.lot:
        return LOT
    if means_lot(recall, article.lot):
        return ""
    return MODEL if recall.free_text else None


def _outside(known: str, first: str, last: str) -> bool:
    return bool(known) and ((bool(first) and known < first) or (bool(last) and known > last))


def _same_model(recall: Recall, brand: tuple[str, ...], names: frozenset[str]) -> bool:
    if not any(_within(brand, words(text)) for text in recall.brands):
        return False
    return any(model in names for text in recall.models if (model := _without(words(text), brand)))


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[start : start + len(part)] == part for start in range(len(whole) - len(part) + 1))


def _without(model: tuple[str, ...], brand: tuple[str, ...]) -> str:
    """A model as one word, without the brand in front of it."""
    return "".join(model[len(brand) :] if model[: len(brand)] == brand else model)


def _spellings(names: Iterable[str]) -> frozenset[str]:
    """All runs of whole words, written as one: `HT-200` is found in `Kettle HT 200`, and not in `HT-2000`."""
    found: set[str] = set()
    for name in names:
        parts = words(name)
        for start in range(len(parts)):
            found.update(
                "".join(parts[start:end]) for end in range(start + 1, min(start + _LONGEST_MODEL, len(parts)) + 1)
            )
    return frozenset(found)


def _key(lot: str) -> str:
    return "".join(words(lot))
