"""Makes the recall table of recalls.toml and what was imported beside it."""

from __future__ import annotations

from rl_station.domain.recalls import Recall, RecallTable, recall_table
from rl_station.settings.content import gtin14
from rl_station.settings.recall_files import Feeds
from rl_station.settings.recall_models import RecallModel, RecallRow, RecallsModel


def recalls_of(model: RecallsModel, feeds: Feeds) -> RecallTable:
    """Everything that stands. The table is as old as the oldest of its parts."""
    parts = [model.snapshot, *(feed.header.snapshot for feed in feeds.feeds)]
    own = [_recall(recall) for recall in model.recalls]
    imported = [recall for feed in feeds.feeds for recall in feed.recalls]
    return recall_table((*own, *imported), min(parts), model.warn_after_days, feeds.reversals)


def recall_of_row(row: RecallRow) -> Recall:
    fields = row.model_dump()
    brands = (fields.pop("brand"),)
    gtins = tuple(gtin14(gtin) for gtin in fields.pop("gtins"))
    return Recall(**fields, gtins=gtins, brands=tuple(filter(None, brands)))


def _recall(model: RecallModel) -> Recall:
    fields = model.model_dump(exclude={"gtin", "gtins", "brand", "lot", "lots"})
    return Recall(
        **fields,
        gtins=tuple(gtin14(gtin) for gtin in (model.gtin, *model.gtins) if gtin),
        brands=tuple(filter(None, (model.brand,))),
        lots=tuple(filter(None, (model.lot, *model.lots))),
    )
