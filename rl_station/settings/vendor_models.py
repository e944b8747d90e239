"""The shape of vendors.toml: what each vendor takes back from a client, and what it pays."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, RootModel

from rl_station.domain.vendors import NO_QUOTA
from rl_station.settings.models import Slug, Table, Text


class TermsModel(Table):
    """What was agreed to. For an article, what is not said here is as for the brands of its client."""

    returns: Literal["forced", "eligible", "prohibited"] | None = Field(
        None, description="Whether goods go back: forced, eligible (the rules decide), prohibited; none: eligible."
    )
    blocked_by: tuple[Slug, ...] | None = Field(
        None, strict=False, description="Flags of the checklists with which a unit does not go back."
    )
    credit: Annotated[int, Field(ge=0, le=100)] | None = Field(
        None, description="What the vendor pays, in per cent of the price new; none: 0, not known."
    )
    approval: bool | None = Field(None, description="Whether somebody has to agree first; the rules say who.")
    destroy: bool | None = Field(
        None, description="Debit and destroy: nothing travels, the vendor is debited and the unit destroyed here."
    )


class ClientTermsModel(TermsModel):
    """What was agreed to for the goods of one client."""

    brands: tuple[Text, ...] = Field((), strict=False, description="Brands on the articles, as in products.csv.")
    quota: Annotated[int, Field(ge=0, lt=NO_QUOTA)] | None = Field(
        None,
        description="Units of this client that it takes in a calendar month (UTC), all brands together; none: any.",
    )
    products: dict[Text, TermsModel] = Field(
        default={}, description="Single articles with terms of their own, by the client's article number."
    )


class VendorModel(Table):
    """vendors.toml: one vendor, its table named after its id."""

    name: Text = Field(description="Name of the vendor as people say it.")
    clients: Annotated[dict[Slug, ClientTermsModel], Field(min_length=1)] = Field(
        description="What was agreed to, by client."
    )


class VendorsFile(RootModel[dict[Slug, VendorModel]]):
    """vendors.toml: the vendors by id; a site that sends nothing back does without the file."""
