"""Reads every file of a configuration folder, each by itself; what the files say about each other is `cross_checks`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, RootModel

from rl_station.settings.carrier_settings import CarriersModel
from rl_station.settings.checklist_content import SHARED, scope_of
from rl_station.settings.checklist_models import ChecklistModel, ReasonsModel
from rl_station.settings.csv_models import ProductRow, ReturnRow
from rl_station.settings.csv_tables import Numbered, read_csv
from rl_station.settings.device_settings import DevicesFile
from rl_station.settings.documents import HOST_FILE, Document, Layers, layer, read_toml
from rl_station.settings.example_models import ExamplesModel
from rl_station.settings.models import (
    BinModel,
    BinsFile,
    ClientModel,
    ClientsFile,
    ContainerModel,
    ContainersFile,
    LaneModel,
    LanesFile,
    OperatorModel,
    OperatorsFile,
    SiteModel,
    StationModel,
    StationsFile,
)
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.recall_files import Feeds, read_feeds
from rl_station.settings.recall_models import RecallsModel
from rl_station.settings.rework_models import ReworkModel
from rl_station.settings.rule_models import RulesModel
from rl_station.settings.supervision_models import SupervisionModel
from rl_station.settings.validate import validate
from rl_station.settings.vendor_models import VendorModel, VendorsFile

CHECKLISTS = "checklists"
PRODUCTS_FILE = "products.csv"
RETURNS_FILE = "returns.csv"

MODELS: dict[str, type[BaseModel]] = {
    "site": SiteModel,
    "stations": StationsFile,
    "clients": ClientsFile,
    "operators": OperatorsFile,
    "lanes": LanesFile,
    "bins": BinsFile,
    "containers": ContainersFile,
    "recalls": RecallsModel,
    "dispositions": RulesModel,
    "carriers": CarriersModel,
    "devices": DevicesFile,
}
"""TOML files of the folder by name, with their models; the checklists come on top, one model for all."""

OPTIONAL: dict[str, type[BaseModel]] = {
    "rules_examples": ExamplesModel,
    "rework": ReworkModel,
    "reasons": ReasonsModel,
    "supervision": SupervisionModel,
    "vendors": VendorsFile,
}
"""Files that a site may do without."""

M = TypeVar("M", bound=BaseModel)
V = TypeVar("V", bound=BaseModel)


@dataclass(frozen=True)
class Parsed:
    """What the files say. None where a file could not be understood: nothing is concluded from it then."""

    layers: Mapping[str, Layers]
    site: SiteModel | None
    stations: Mapping[str, StationModel] | None
    clients: Mapping[str, ClientModel] | None
    operators: Mapping[str, OperatorModel] | None
    lanes: Mapping[str, LaneModel] | None
    bins: Mapping[str, BinModel] | None
    containers: Mapping[str, ContainerModel] | None
    recalls: RecallsModel | None
    feeds: Feeds
    rules: RulesModel | None
    carriers: CarriersModel | None
    devices: DevicesFile | None
    checklists: Mapping[str, ChecklistModel] | None
    examples: ExamplesModel | None
    rework: ReworkModel | None
    reasons: ReasonsModel | None
    supervision: SupervisionModel | None
    vendors: Mapping[str, VendorModel] | None
    products: tuple[Numbered[ProductRow], ...] | None
    returns: tuple[Numbered[ReturnRow], ...] | None

    @property
    def categories(self) -> tuple[str, ...] | None:
        """The categories that checklists are for, in the order of their files."""
        if self.checklists is None:
            return None
        scopes = (scope_of(id_, model) for id_, model in self.checklists.items())
        return tuple(dict.fromkeys(scope.category for scope in scopes if scope.category))


def read_layers(
    folder: Path,
    environ: Mapping[str, str],
    problems: list[Problem],
    only: Collection[str] = (),
    draft: Path | None = None,
) -> dict[str, Layers]:
    """Every readable TOML file of the folder by name, host.toml and the environment laid over it; or `only` these.

    A file that is in the folder `draft` is read from there.
    """
    host = _host(folder, problems)
    names = [*MODELS, *_optional_names(folder, draft), *checklist_names(folder, draft)]
    if host:
        problems.extend(_host_tables(host, names))
    layers: dict[str, Layers] = {}
    for name in only or names:
        document = read_toml(_home(folder, draft, f"{name}.toml"), f"{name}.toml")
        if isinstance(document, Problem):
            problems.append(document)
        else:
            layers[name] = layer(name, document, host, environ)
    return layers


def parse(folder: Path, environ: Mapping[str, str], problems: list[Problem], draft: Path | None = None) -> Parsed:
    """Everything in the folder, or in the draft of it; all that is wrong inside single files is added to `problems`."""
    layers = read_layers(folder, environ, problems, draft=draft)

    def one(name: str, model: type[M]) -> M | None:
        return validate(model, layers[name], problems) if name in layers else None

    def table(name: str, model: type[RootModel[dict[str, V]]]) -> Mapping[str, V] | None:
        found = one(name, model)
        return None if found is None else found.root

    return Parsed(
        layers=layers,
        site=one("site", SiteModel),
        stations=table("stations", StationsFile),
        clients=table("clients", ClientsFile),
        operators=table("operators", OperatorsFile),
        lanes=table("lanes", LanesFile),
        bins=table("bins", BinsFile),
        containers=table("containers", ContainersFile),
        recalls=one("recalls", RecallsModel),
        feeds=read_feeds(folder, problems),
        rules=one("dispositions", RulesModel),
        carriers=one("carriers", CarriersModel),
        devices=one("devices", DevicesFile),
        checklists=_checklists(checklist_names(folder, draft), layers, problems),
        examples=one("rules_examples", ExamplesModel),
        rework=one("rework", ReworkModel),
        reasons=one("reasons", ReasonsModel),
        supervision=one("supervision", SupervisionModel),
        vendors=table("vendors", VendorsFile),
        products=_rows(_home(folder, draft, PRODUCTS_FILE), PRODUCTS_FILE, ProductRow, problems),
        returns=_rows(_home(folder, draft, RETURNS_FILE), RETURNS_FILE, ReturnRow, problems),
    )


def _home(folder: Path, draft: Path | None, file: str) -> Path:
    """The folder that a file is read from."""
    return draft if draft is not None and (draft / file).exists() else folder


def _optional_names(folder: Path, draft: Path | None) -> tuple[str, ...]:
    return tuple(name for name in OPTIONAL if (_home(folder, draft, f"{name}.toml") / f"{name}.toml").exists())


def checklist_names(folder: Path, draft: Path | None = None) -> tuple[str, ...]:
    """The checklist files, and the two that have to be there."""
    found = {file.stem for each in (folder, draft) if each for file in (each / CHECKLISTS).glob("*.toml")}
    return tuple(f"{CHECKLISTS}/{name}" for name in sorted(found | set(SHARED)))


def _checklists(
    names: tuple[str, ...], layers: Mapping[str, Layers], problems: list[Problem]
) -> Mapping[str, ChecklistModel] | None:
    read = {name: validate(ChecklistModel, layers[name], problems) for name in names if name in layers}
    good = {name.removeprefix(f"{CHECKLISTS}/"): found for name, found in read.items() if found is not None}
    return good if len(good) == len(names) else None


R = TypeVar("R", ProductRow, ReturnRow)


def _rows(folder: Path, file: str, model: type[R], problems: list[Problem]) -> tuple[Numbered[R], ...] | None:
    before = len(problems)
    rows = read_csv(folder, file, model, problems)
    return rows if len(problems) == before else None


def _host(folder: Path, problems: list[Problem]) -> Document | None:
    if not (folder / HOST_FILE).exists():
        return None
    found = read_toml(folder, HOST_FILE)
    if isinstance(found, Problem):
        problems.append(found)
        return None
    return found


def _host_tables(host: Document, names: list[str]) -> Iterator[Problem]:
    valid = {name.partition("/")[0] for name in names}
    for key, value in host.data.items():
        line = host.lines.get((key,), 1)
        if key not in valid:
            yield Problem(HOST_FILE, line, key, "is not the name of a settings file", nearest(key, valid))
        elif not isinstance(value, Mapping):
            yield Problem(HOST_FILE, line, key, "has to be a table named after its file")
