"""The shape of one row of the bulk files, and how a cell becomes a value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rl_station.settings.models import Slug, Text, Weee


def _words(cell: object) -> object:
    return tuple(cell.split()) if isinstance(cell, str) else cell


def _flag(cell: object) -> object:
    return {"": False, "no": False, "yes": True}.get(cell, cell) if isinstance(cell, str) else cell


def _whole(cell: object) -> object:
    """Without this `899.00` would be taken for 899 cents."""
    if isinstance(cell, str) and not (cell.isascii() and cell.isdigit()):
        raise ValueError(f"has to be a whole number, not {cell!r}")
    return cell


LARGEST = 10**12

Whole = Annotated[int, BeforeValidator(_whole), Field(le=LARGEST)]
"""No count and no price is larger; what is, would not fit into the store."""

Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
"""Several values in one cell, separated by spaces."""

Flag = Annotated[bool, BeforeValidator(_flag), Field(strict=True)]
"""`yes`, `no`, or empty for no."""

Gtins = Annotated[tuple[Annotated[str, Field(pattern=r"^\d{8}$|^\d{12,14}$")], ...], BeforeValidator(_words)]


ReasonCode = Literal[
    "CO", "CV", "DM", "DP", "DR", "EI", "EO", "EW", "LP", "NA", "OP", "PE", "PF", "PW", "SD", "SP", "SR", "ST", "WG"
]
"""Why goods come back: the codes of X12 element 1293 that are in use here."""


class Row(BaseModel):
    """What all rows share. Empty cells take the default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProductRow(Row):
    """products.csv: one trade item of one client."""

    client: Slug = Field(description="Whose article it is.")
    sku: Text = Field(description="The client's article number; unique per client.")
    name: Text = Field(description="Name for people.")
    category: Slug = Field(description="A checklist's name.")
    gtins: Gtins = Field((), description="Every GTIN it is sold under, separated by spaces.")
    brand: str = Field("", description="Brand on the article.")
    value: Whole = Field(0, ge=0, description="Original price in minor units (cents).")
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")
    serialized: Flag = Field(False, description="Carries a serial number that has to be read: yes or no.")
    data_bearing: Flag = Field(False, description="Can hold a person's data: yes or no.")
    group: str = Field("", pattern=r"^[a-z0-9_-]{0,32}$", description="Product group, narrower than the category.")
    battery: Literal["", "lithium_ion", "lithium_metal", "nimh", "alkaline"] = Field(
        "", description="Chemistry of the battery in it, if any."
    )
    channels: Words = Field((), description="Channels it may be sold through, separated by spaces; none: its client's.")
    weee: Literal["", Weee] = Field("", description="WEEE category (Annex III) of electrical equipment.")


class ReturnRow(Row):
    """returns.csv: one line of an announced return; the rows of one return stand together and agree in what they share."""

    rma: Text = Field(description="Number of the return.")
    client: Slug = Field(description="Whose goods come back.")
    order: str = Field("", description="The customer's order number.")
    status: Literal["open", "cancelled"] = Field("open", description="Cancelled returns are held when they arrive.")
    tracking: Words = Field((), description="Tracking numbers, separated by spaces.")
    sscc: Words = Field((), description="SSCCs of its boxes, separated by spaces.")
    parcels: Whole = Field(1, ge=1, description="How many boxes it comes in.")
    customer_note: str = Field("", description="What the customer wrote.")
    weight_g: Whole = Field(
        0, ge=0, description="What its box weighs in grams, by the shop or the carrier; only for a return in one box."
    )
    line: Whole = Field(ge=1, description="Number of the line in the return.")
    sku: Text = Field(description="The client's article number.")
    quantity: Whole = Field(1, ge=1, description="How many units.")
    serials: Words = Field((), description="Serial numbers that were shipped, separated by spaces.")
    epcs: Words = Field((), description="EPCs that were shipped, as hexadecimal, separated by spaces.")
    reason: Literal["", ReasonCode] = Field("", description="Why it comes back: X12 element 1293.")
    wish: Literal["refund", "exchange", "repair"] = Field("refund", description="What the customer wants.")


SHARED = ("client", "order", "status", "tracking", "sscc", "parcels", "customer_note", "weight_g")
"""Columns that every row of one return must agree in."""
