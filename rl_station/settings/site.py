"""A loaded site: everything in the configuration folder as values, or every problem that keeps it from being used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from rl_station.domain.carriers import CarrierTable
from rl_station.domain.checklist import Checklist
from rl_station.domain.kpi import Supervision
from rl_station.domain.reference import Bin, Client, Lane, Operator
from rl_station.domain.rework import WorkTable
from rl_station.domain.rules import RuleTable
from rl_station.settings.carrier_settings import carrier_table
from rl_station.settings.checklist_content import checklist, reason_checklist
from rl_station.settings.client_content import client
from rl_station.settings.content import announced_returns, product, tracking_keys
from rl_station.settings.cross_checks import cross_check
from rl_station.settings.device_settings import DevicesFile, PrinterModel
from rl_station.settings.models import SiteModel, StationModel
from rl_station.settings.parsed import Parsed, parse
from rl_station.settings.problems import ConfigError, Problem, nearest
from rl_station.settings.recall_content import recalls_of
from rl_station.settings.reference_tables import Facts, ReferenceTables
from rl_station.settings.rework_content import work_table
from rl_station.settings.rule_content import rule_table
from rl_station.settings.supervision_content import supervision
from rl_station.settings.vendor_content import vendor_table

T = TypeVar("T")


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """One workstation. `prefix` starts its licence plates; `scanners`, `scales`, `printers` are names of devices.toml."""

    id: str
    name: str
    prefix: str
    tasks: tuple[str, ...]
    default_lane: str
    scanners: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    zone: str = ""
    printers: tuple[str, ...] = ()


class Container(msgspec.Struct, frozen=True):
    """A known container. `kind`: tote, cage, pallet."""

    id: str
    kind: str
    name: str = ""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A returns centre as one of its stations knows it. `station` is the workstation this is; `pins` are hashes by operator."""

    folder: Path
    id: str
    name: str
    language: str
    station: Station
    stations: Mapping[str, Station]
    reference: ReferenceTables
    rules: RuleTable
    rework: WorkTable
    supervision: Supervision
    carriers: CarrierTable
    devices: DevicesFile
    printers: Mapping[str, PrinterModel]
    checklists: Mapping[str, Checklist]
    label_key: bytes
    pin_pepper: bytes
    pins: Mapping[str, str]
    default_client: str
    hold_bin: str
    weight_tolerance_g: int
    weight_tolerance_percent: int
    clients: tuple[Client, ...]
    operators: tuple[Operator, ...]
    lanes: tuple[Lane, ...]
    bins: tuple[Bin, ...]
    containers: tuple[Container, ...]


def load_site(config: Path, *, station: str | None = None, environ: Mapping[str, str] = os.environ) -> Site:
    """The site in this folder; `station` overrides host.toml and the environment.

    Raises ConfigError with everything that is wrong.
    """
    parsed, problems = examine(config, environ)
    chosen = pick_station(parsed, station, problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or chosen is None:
        raise ConfigError(errors)
    return _site(config, parsed, chosen)


def examine(config: Path, environ: Mapping[str, str], draft: Path | None = None) -> tuple[Parsed, list[Problem]]:
    """What the files say, and all that is wrong in them and between them; files that `draft` has are read from there."""
    for folder in (config, draft) if draft else (config,):
        if not folder.is_dir():
            raise ConfigError([Problem(str(folder), 0, "", "there is no such configuration folder")])
    problems: list[Problem] = []
    parsed = parse(config, environ, problems, draft)
    problems.extend(cross_check(parsed))
    return parsed, problems


def pick_station(parsed: Parsed, wanted: str | None, problems: list[Problem]) -> str | None:
    """Which of the stations this is; None, with the problem added, where that cannot be told."""
    if parsed.site is None or parsed.stations is None:
        return None
    name = wanted or parsed.site.station
    if not name and len(parsed.stations) == 1:
        name = next(iter(parsed.stations))
    if not name:
        known = ", ".join(parsed.stations)
        problems.append(parsed.layers["site"].problem(("station",), f"which station is this machine? One of: {known}"))
    elif wanted and name not in parsed.stations:
        problems.append(Problem("stations.toml", 0, name, "there is no such station", nearest(name, parsed.stations)))
    return name if name in parsed.stations else None


def _site(folder: Path, parsed: Parsed, chosen: str) -> Site:
    site = _there(parsed.site)
    stations = {id_: _as_station(id_, found) for id_, found in _there(parsed.stations).items()}
    carriers = carrier_table(_there(parsed.carriers))
    reference = ReferenceTables(_facts(parsed, site), partial(tracking_keys, carriers))
    return Site(
        folder=folder,
        id=site.id,
        name=site.name,
        language=site.language,
        station=stations[chosen],
        stations=stations,
        reference=reference,
        rules=rule_table(_there(parsed.rules)),
        rework=work_table(parsed.rework),
        supervision=supervision(parsed.supervision),
        carriers=carriers,
        devices=_there(parsed.devices),
        printers=_there(parsed.devices).printers,
        checklists=_checklists(parsed),
        label_key=site.label_key.encode(),
        pin_pepper=site.pin_pepper.encode(),
        pins={id_: found.pin for id_, found in _there(parsed.operators).items() if found.pin},
        default_client=site.default_client,
        hold_bin=site.hold_bin,
        weight_tolerance_g=site.weight_tolerance_g,
        weight_tolerance_percent=site.weight_tolerance_percent,
        clients=reference.facts.clients,
        operators=reference.facts.operators,
        lanes=reference.facts.lanes,
        bins=reference.facts.bins,
        containers=tuple(Container(id_, found.kind, found.name) for id_, found in _there(parsed.containers).items()),
    )


def _facts(parsed: Parsed, site: SiteModel) -> Facts:
    return Facts(
        clients=tuple(client(id_, model) for id_, model in _there(parsed.clients).items()),
        operators=tuple(
            Operator(id_, model.name, model.badge, model.language, model.roles)
            for id_, model in _there(parsed.operators).items()
        ),
        lanes=tuple(Lane(id_, model.name, model.categories) for id_, model in _there(parsed.lanes).items()),
        bins=tuple(
            Bin(id_, model.name, model.dispositions, model.clients, model.categories, model.weee)
            for id_, model in _there(parsed.bins).items()
        ),
        products=tuple(product(numbered.row) for numbered in _there(parsed.products)),
        returns=announced_returns(numbered.row for numbered in _there(parsed.returns)),
        recalls=recalls_of(_there(parsed.recalls), parsed.feeds),
        hold_bin=site.hold_bin,
        containers=tuple(_there(parsed.containers)),
        vendors=vendor_table(parsed.vendors or {}),
    )


def _checklists(parsed: Parsed) -> Mapping[str, Checklist]:
    """By id; what is asked about stated reasons is one more, where the site asks."""
    made = [checklist(id_, found) for id_, found in _there(parsed.checklists).items()]
    reasons = [] if parsed.reasons is None else [reason_checklist(parsed.reasons)]
    return {each.id: each for each in (*made, *reasons)}


def _as_station(id_: str, model: StationModel) -> Station:
    return Station(id=id_, **model.model_dump())


def _there(found: T | None) -> T:
    """A file without problems has been read; mypy cannot know."""
    if found is None:
        raise LookupError("a configuration file was not read and nobody said why")
    return found
