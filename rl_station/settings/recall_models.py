"""The shape of recalls.toml, and of a row of a recall list as CSV."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rl_station.settings.csv_models import Flag, Gtins, Row, Words
from rl_station.settings.models import Table, Text

Day = Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\d)?$")]
Digits = Annotated[str, Field(pattern=r"^\d{8,14}$")]
Texts = tuple[Text, ...]


class RecallModel(Table):
    """One recalled article."""

    reference: Text = Field(description="Number of the recall notice.")
    hazard: Text = Field(description="What can happen, in a few words for the inspector.")
    gtin: Digits | Literal[""] = Field("", description="GTIN of the article.")
    gtins: tuple[Digits, ...] = Field((), strict=False, description="Its GTINs, where it has several.")
    brand: str = Field("", description="Brand on the article: with `models`, for articles whose GTIN is not known.")
    models: Texts = Field((), strict=False, description="Models as they stand in article names or numbers.")
    title: str = Field("", description="Headline of the notice.")
    remedy: str = Field("", description="What the maker offers or asks for.")
    date: Day = Field("", description="Date of the notice, YYYY-MM-DD.")
    lot: str = Field("", description="Recalled lot; none: every lot.")
    lots: Texts = Field((), strict=False, description="Recalled lots, where there are several.")
    made_from: Day = Field("", description="First day of manufacture that is meant (AI 11).")
    made_to: Day = Field("", description="Last day of manufacture that is meant.")
    expires_from: Day = Field("", description="First expiry date that is meant (AI 17).")
    expires_to: Day = Field("", description="Last expiry date that is meant.")

    @model_validator(mode="after")
    def _means_something(self) -> RecallModel:
        if not (self.gtin or self.gtins or (self.brand and self.models)):
            raise ValueError("needs a gtin, or a brand with models")
        return self


class RecallsModel(Table):
    """recalls.toml: the site's own part of the offline snapshot of recalls; what was imported lies in recalls/."""

    snapshot: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] = Field(
        description="Date of the snapshot, YYYY-MM-DD."
    )
    warn_after_days: int = Field(30, ge=1, description="A snapshot that is older than so many days is warned of.")
    recalls: tuple[RecallModel, ...] = Field((), strict=False, description="The recalled articles.")


class RecallRow(Row):
    """One row of a recall list as CSV."""

    reference: Text = Field(description="Number of the recall notice.")
    title: str = Field("", description="Headline of the notice.")
    hazard: str = Field("", description="What can happen.")
    remedy: str = Field("", description="What the maker offers or asks for.")
    date: Day = Field("", description="Date of the notice, YYYY-MM-DD.")
    gtins: Gtins = Field((), description="GTINs, separated by spaces.")
    brand: str = Field("", description="Brand on the article.")
    models: Words = Field((), description="Models, separated by spaces.")
    lots: Words = Field((), description="Recalled lots, separated by spaces; none: every lot.")
    free_text: Flag = Field(False, description="The lots are not all of them: yes or no.")
    made_from: Day = Field("", description="First day of manufacture that is meant.")
    made_to: Day = Field("", description="Last day of manufacture that is meant.")
    expires_from: Day = Field("", description="First expiry date that is meant.")
    expires_to: Day = Field("", description="Last expiry date that is meant.")
