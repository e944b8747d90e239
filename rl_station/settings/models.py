"""The shape of the site's own files: who works here, where, for whom. One model per table, a sentence under every field."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
"""An id that people type and files name: small letters, digits, hyphen, underscore."""

CodeBody = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")]
"""An id that stands in a barcode of ours: capital letters and digits, at most 20."""

PIN_HASH = (
    r"^(\$argon2id\$v=19\$m=(?:\d{4,5}|[12]\d{5}),t=[1-9]\d?,p=[1-8]\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{22,88})?$"
)
"""Argon2id as RFC 9106 and its reference implementation write it, within bounds that a station has the memory and time for."""

Text = Annotated[str, Field(min_length=1)]
Language = Literal["en", "de", "es"]
Task = Literal["receive", "inspect", "sort", "rework", "second_look", "trace"]
Role = Literal["worker", "inspector", "supervisor"]
Disposition = Literal[
    "resell",
    "refurbish",
    "repair",
    "replace",
    "recycle",
    "donate",
    "return_to_vendor",
    "liquidate",
    "destroy",
    "hold",
]

Weee = Literal["temperature_exchange", "screens", "lamps", "large", "small", "small_it"]
"""Categories of Directive 2012/19/EU (WEEE), Annex III, in its order."""


SECRETS = frozenset({"label_key", "pin", "pin_pepper"})
"""Keys whose values are never shown, neither in lists nor in complaints."""


class Table(BaseModel):
    """What all models share: unknown keys are mistakes, values do not change, numbers are not guessed from text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SiteModel(Table):
    """site.toml: the returns centre as a whole."""

    id: Slug = Field(description="Short name of the site; it stands in every record.")
    name: Text = Field(description="Name of the site as people say it.")
    language: Language = Field("en", description="Language of the sign-in screen; a worker's own follows at sign-in.")
    station: str = Field("", description="The station this machine is; usually set in host.toml or RL_STATION_STATION.")
    default_client: Slug = Field(description="Client of goods that nobody announced.")
    hold_bin: CodeBody = Field(description="Bin of everything that has no other place.")
    weight_tolerance_g: Annotated[int, Field(ge=0, le=100_000)] = Field(
        100, description="A weighed parcel may differ by so many grams from what was announced."
    )
    weight_tolerance_percent: Annotated[int, Field(ge=0, le=100)] = Field(
        5, description="It may differ by so many percent as well; the larger of the two counts."
    )
    label_key: Annotated[str, Field(min_length=16)] = Field(
        description="Secret that signs unit labels, the same at every station of the site; change the example's."
    )
    pin_pepper: Annotated[str, Field(pattern=r"^(.{16,})?$")] = Field(
        "",
        description="Secret that every PIN's hash is made with, 16 characters or more; needed where an operator has a PIN.",
    )


class StationModel(Table):
    """stations.toml: one workstation, its table named after its id."""

    name: Text = Field(description="Name of the station as people say it.")
    prefix: Annotated[str, Field(pattern=r"^[A-Z0-9]{3}$")] = Field(
        description="Three characters that start every licence plate of this station; unique, never given to another."
    )
    tasks: Annotated[tuple[Task, ...], Field(min_length=1)] = Field(
        strict=False, description="What is done here; the first is offered first."
    )
    default_lane: CodeBody = Field(description="Lane of parcels whose content is unknown.")
    scanners: tuple[str, ...] = Field((), strict=False, description="Names of scanners in devices.toml.")
    scales: tuple[str, ...] = Field((), strict=False, description="Names of scales in devices.toml.")
    readers: tuple[str, ...] = Field((), strict=False, description="Names of tag readers in devices.toml.")
    zone: str = Field(
        "", description="Name of its own zone in devices.toml; none: all that its readers see which no zone claims."
    )
    printers: tuple[str, ...] = Field(
        (), strict=False, description="Names of printers in devices.toml; first is used first."
    )


SopText = Annotated[str, Field(min_length=1, max_length=160)]
"""Short enough to be read with a parcel in the other hand."""

CompanyPrefix = Annotated[str, Field(pattern=r"^[0-9]{6,12}$")]


SopStep = Literal["receive", "inspect", "sort"]
LabelField = Literal["client", "grade", "return", "order", "sku", "gtin", "serial", "brand", "packaging", "reason"]
_LABEL_FIELDS = 3


class ProcedureModel(Table):
    """What a client wants to be kept in mind at one step."""

    text: SopText = Field(description="What the worker reads.")
    text_de: SopText | None = Field(None, description="The same in German.")
    text_es: SopText | None = Field(None, description="The same in Spanish.")


class ClientModel(Table):
    """clients.toml: one merchant, its table named after its id."""

    name: Text = Field(description="Name of the merchant as it stands on labels.")
    company_prefixes: Annotated[tuple[CompanyPrefix, ...], Field(strict=False)] = Field(
        (), description="GS1 company prefixes of the brands it sells, 6 to 12 digits; RFID tags are written with them."
    )
    region: str = Field("", pattern=r"^[A-Za-z0-9_-]{0,32}$", description="Where it sells; rules ask for it.")
    channels_allowed: tuple[str, ...] = Field(
        (), strict=False, description="Channels of dispositions.toml it sells through; none: all of them."
    )
    channels_prohibited: tuple[str, ...] = Field(
        (), strict=False, description="Channels of dispositions.toml that none of its goods may go through."
    )
    carriers: tuple[str, ...] = Field(
        (),
        strict=False,
        description="Couriers of carriers.toml that bring its parcels; one by another is noted. None: any.",
    )
    label: Annotated[tuple[LabelField, ...], Field(max_length=_LABEL_FIELDS)] = Field(
        (), strict=False, description="Fields of its unit labels, at most three; none: client, grade, return."
    )
    packaging: Literal["", "own", "neutral", "any"] = Field(
        "", description="What its goods may be sold in: its own box only, a neutral one, or any; rules ask for it."
    )
    sop: dict[SopStep, ProcedureModel] = Field(
        default={}, description="What whoever works on its goods reads at receive, inspect and sort."
    )


class OperatorModel(Table):
    """operators.toml: one person, its table named after the id that stands in records."""

    name: Text = Field(description="Name shown on the screen.")
    badge: CodeBody = Field(description="Body of the badge's barcode; unique.")
    language: Language = Field("en", description="Language of the screen for this person.")
    roles: Annotated[tuple[Role, ...], Field(min_length=1)] = Field(
        ("worker",), strict=False, description="What this person may do."
    )
    pin: Annotated[str, Field(pattern=PIN_HASH)] = Field(
        "",
        description="Hash of the PIN that a supervisor types, as `rl-station operators pin` prints it; none: no such screen.",
    )


class LaneModel(Table):
    """lanes.toml: one bench or queue, its table named after the id in its barcode."""

    name: Text = Field(description="Name of the lane as it stands on its sign.")
    categories: tuple[str, ...] = Field((), strict=False, description="Categories worked on here; none: anything.")


class BinModel(Table):
    """bins.toml: one place units are sorted to, its table named after the id in its barcode."""

    name: Text = Field(description="Name of the bin as it stands on its sign.")
    dispositions: Annotated[tuple[Disposition, ...], Field(min_length=1)] = Field(
        strict=False, description="Dispositions sorted into this bin."
    )
    clients: tuple[str, ...] = Field((), strict=False, description="Only goods of these clients; none: everybody's.")
    categories: tuple[str, ...] = Field((), strict=False, description="Only these categories; none: all.")
    weee: tuple[Weee, ...] = Field(
        (), strict=False, description="Only electrical equipment of these WEEE categories; none: everything."
    )


class ContainerModel(Table):
    """containers.toml: one known tote, cage or pallet, its table named after the id in its barcode."""

    kind: Literal["tote", "cage", "pallet"] = Field(description="What it is.")
    name: str = Field("", description="Name on its sign, if it has one besides its id.")


class StationsFile(RootModel[dict[Slug, StationModel]]):
    """stations.toml: the workstations by id."""


class ClientsFile(RootModel[dict[Slug, ClientModel]]):
    """clients.toml: the merchants by id."""


class OperatorsFile(RootModel[dict[Slug, OperatorModel]]):
    """operators.toml: the people by id."""


class LanesFile(RootModel[dict[CodeBody, LaneModel]]):
    """lanes.toml: the lanes by id."""


class BinsFile(RootModel[dict[CodeBody, BinModel]]):
    """bins.toml: the bins by id."""


class ContainersFile(RootModel[dict[CodeBody, ContainerModel]]):
    """containers.toml: the known containers by id."""
