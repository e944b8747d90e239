"""`rl-station labels`: printable sheets of command codes, plates, badges, bins and containers."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.domain import site_codes
from rl_station.domain.messages import message
from rl_station.i18n import Translator, texts
from rl_station.labels import (
    CommandEntry,
    CommandGroup,
    ContainerFace,
    Layout,
    bin_label,
    command_bodies,
    command_sheet,
    container_label,
    operator_badge,
    parcel_plate,
    sheet_to_pdf,
    sheet_to_png,
    sheet_to_zpl,
    tiled,
)
from rl_station.settings import Site
from rl_station.station.preprinted import PlatesUsedUpError, reserve_plates

_LABEL_DPI = 203
_SPELT = {
    "safe": "none",
    "nocode": "no_code",
    "nolabel": "unlabelled",
    "noserial": "no_serial",
    "noweight": "no_weight",
    "goon": "go_on",
    "other": "something_else",
    "pallet": "consolidate",
    "putaside": "put_aside",
    "recalled": "recall_yes",
    "notrecalled": "recall_no",
    "lotrecalled": "lot_yes",
    "otherlot": "lot_no",
    "nolot": "lot_unreadable",
    "setaside": "set_aside",
    "notmeant": "not_meant",
    "decideanew": "decide_anew",
    "start": "timer_start",
    "shipnow": "ship_now",
}
"""Choices whose command is spelt differently from their id."""


def labels(args: Namespace) -> int:
    """Write one sheet to --output (PDF, PNG or ZPL by its ending); PDF to a file named after the sheet otherwise."""
    site = opening.site(args)
    output: Path = args.output or Path(f"{args.what}.pdf")
    render = RENDERERS.get(output.suffix.lower())
    if render is None:
        raise UsageError(f"{output}: the name has to end in {', '.join(RENDERERS)}")
    made = tuple(_MAKERS[args.what](site, args))
    pages = made if args.what == "commands" or output.suffix.lower() == ".zpl" else tiled(made)
    written = _write(output, render(pages))
    if args.json:
        print_json({"labels": args.what, "files": [str(file) for file in written]})
    else:
        print("\n".join(map(str, written)))
    return Exit.FINE


def _write(output: Path, files: list[bytes]) -> list[Path]:
    """One file under its own name; further pages numbered."""
    written: list[Path] = []
    for number, content in enumerate(files, 1):
        target = output if number == 1 else output.with_stem(f"{output.stem}-{number}")
        try:
            target.write_bytes(content)
        except OSError as error:
            raise UsageError(f"{target}: {error.strerror}") from error
        written.append(target)
    return written


RENDERERS: dict[str, Callable[[tuple[Layout, ...]], list[bytes]]] = {
    ".pdf": lambda pages: [sheet_to_pdf(pages, title="rl_station")],
    ".png": lambda pages: list(sheet_to_png(pages)),
    ".zpl": lambda pages: [sheet_to_zpl(pages, _LABEL_DPI)],
}


def _commands(site: Site, args: Namespace) -> Iterator[Layout]:
    text = Translator(site.language).text
    groups = [
        CommandGroup(text(message(f"sheet.{name}")), tuple(CommandEntry(body, _caption(body, text)) for body in bodies))
        for name, bodies in command_bodies(site.checklists.values()).items()
        if bodies
    ]
    yield from command_sheet(groups, title=f"{site.name}: {text(message('sheet.commands'))}")


def _caption(body: str, text: Callable[..., str]) -> str:
    if body.startswith("ANSWER"):
        return text(message("sheet.answer", key=body.removeprefix("ANSWER")))
    word = _SPELT.get(body.lower(), body.lower())
    rooms = ("task", "choice", "condition", "hazard", "packaging")
    known = (f"command.{body}", f"grade.{body}", *(f"{room}.{word}" for room in rooms))
    return next((text(message(code)) for code in known if code in texts()), body.capitalize())


def _plates(site: Site, args: Namespace) -> Iterator[Layout]:
    caption = Translator(site.language).text(message("caption.parcel"))
    folder = opening.data(args)
    try:
        codes = reserve_plates(folder, site.station.prefix, args.count)
    except PlatesUsedUpError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from error
    yield from (parcel_plate(code, heading=caption) for code in codes)


def _badges(site: Site, args: Namespace) -> Iterator[Layout]:
    for operator in site.operators:
        code = site_codes.make(site_codes.BADGE, operator.badge)
        yield operator_badge(code, name=operator.name, site=site.name, role=", ".join(operator.roles))


def _bins(site: Site, args: Namespace) -> Iterator[Layout]:
    text = Translator(site.language).text
    for bin_ in site.bins:
        takes = ", ".join(text(message(f"disposition.{each}")) for each in bin_.dispositions)
        code = site_codes.make(site_codes.DESTINATION, bin_.id)
        yield bin_label(code, name=bin_.name, heading=bin_.id, note=takes)
    for lane in site.lanes:
        code = site_codes.make(site_codes.DESTINATION, lane.id)
        yield bin_label(code, name=lane.name, heading=text(message("caption.lane")))


def _containers(site: Site, args: Namespace) -> Iterator[Layout]:
    heading = Translator(site.language).text(message("caption.container"))
    for container in site.containers:
        code = site_codes.make(site_codes.CONTAINER, container.id)
        yield container_label(ContainerFace(code=code, name=container.name or container.id, heading=heading))


_MAKERS: dict[str, Callable[[Site, Namespace], Iterator[Layout]]] = {
    "commands": _commands,
    "plates": _plates,
    "badges": _badges,
    "bins": _bins,
    "containers": _containers,
}
