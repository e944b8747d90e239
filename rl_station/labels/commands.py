"""Command bar codes: a wall sheet that replaces the keyboard, and the same codes as single labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rl_station.domain import site_codes
from rl_station.domain.checklist import Checklist
from rl_station.domain.grades import COSMETIC, FUNCTIONAL
from rl_station.labels.layout import A4, LABEL, Align, Box, Item, LabelError, Layout, Media, Text, moved
from rl_station.labels.parts import Area, captioned_bars
from rl_station.labels.symbols import narrowest
from rl_station.workflow.inputs import ANSWER_WORDS, Command

_TASKS = (
    *(Command.RECEIVE, Command.INSPECT, Command.SORT, Command.REWORK, Command.TRACE),
    *(Command.MENU, Command.DEVICES, Command.SIGN_OUT),
)
_PAGE_MARGIN = 10.0
_TITLE = 12.0
_HEADING = 9.0
_CELL_HEIGHT = 25.0
_GAP = 3.0
_MOST_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """The body of a command code and its caption in the reader's language."""

    body: str
    caption: str


@dataclass(frozen=True, slots=True)
class CommandGroup:
    title: str
    entries: tuple[CommandEntry, ...]


def command_bodies(checklists: Iterable[Checklist] = ()) -> dict[str, tuple[str, ...]]:
    """Every command a station takes, by group: `tasks`, `steps`, `answers`, `receive`, `inspect`, `rework`, `trace`, `sort`,
    `functional`, `cosmetic`, `checklist`.

    `checklist` holds what options of these checklists ask for beyond the others, in the order met.
    """
    groups = {
        "tasks": tuple(map(str, _TASKS)),
        "steps": tuple(str(command) for command in Command if command not in _TASKS),
        "answers": ("YES", "NO", *(f"ANSWER{key}" for key in "123456789ABCDEF")),
        **ANSWER_WORDS,
        "functional": FUNCTIONAL,
        "cosmetic": COSMETIC,
    }
    known = {body for bodies in groups.values() for body in bodies}
    options = (option for checklist in checklists for question in checklist.questions for option in question.options)
    groups["checklist"] = tuple(dict.fromkeys(o.command for o in options if o.command and o.command not in known))
    return groups


def command_label(entry: CommandEntry, media: Media = LABEL) -> Layout:
    """One command on a label of its own, to stick on a bench. Raises ValueError for a body no code can have."""
    code = site_codes.make(site_codes.COMMAND, entry.body)
    return Layout(
        media,
        (
            Text(3, 3, media.width - 6, 10, entry.caption, Align.CENTER, bold=True),
            *captioned_bars(Area(0, 16, media.width, media.height - 18), code),
        ),
    )


def command_sheet(groups: Sequence[CommandGroup], *, title: str, page: Media = A4) -> tuple[Layout, ...]:
    """Pages with every command as a bar code under its caption, group by group, in as many columns as the codes allow.

    Raises ValueError for a body no code can have, LabelError for one too long for the page.
    """
    inner = page.width - 2 * _PAGE_MARGIN
    columns = _columns(groups, inner)
    cell = (inner - (columns - 1) * _GAP) / columns
    pages: list[list[Item]] = []
    y = page.height
    for group in groups:
        for first in range(0, len(group.entries), columns):
            head = _HEADING if first == 0 else 0.0
            if y + head + _CELL_HEIGHT > page.height - _PAGE_MARGIN:
                pages.append([_title(title, inner)])
                y = _PAGE_MARGIN + _TITLE
                head = _HEADING
            if head:
                pages[-1].extend(_heading(group.title, y, inner))
            y += head
            for column, entry in enumerate(group.entries[first : first + columns]):
                pages[-1].extend(_cell(entry, _PAGE_MARGIN + column * (cell + _GAP), y, cell))
            y += _CELL_HEIGHT + _GAP
    return tuple(Layout(page, tuple(items)) for items in pages)


def _columns(groups: Sequence[CommandGroup], inner: float) -> int:
    bodies = [entry.body for group in groups for entry in group.entries]
    widest = max((narrowest(site_codes.make(site_codes.COMMAND, body)) for body in bodies), default=1.0)
    columns = min(_MOST_COLUMNS, int((inner + _GAP) // (widest + _GAP)))
    if columns < 1:
        raise LabelError(f"a command code of {widest:.0f} mm does not fit a page with {inner:.0f} mm")
    return columns


def _title(title: str, inner: float) -> Text:
    return Text(_PAGE_MARGIN, _PAGE_MARGIN, inner, 8, title, bold=True)


def _heading(title: str, y: float, inner: float) -> tuple[Item, ...]:
    return Text(_PAGE_MARGIN, y + 1.5, inner, 5, title, bold=True), Box(_PAGE_MARGIN, y + 7.2, inner, 0.4)


def _cell(entry: CommandEntry, x: float, y: float, width: float) -> list[Item]:
    code = site_codes.make(site_codes.COMMAND, entry.body)
    parts: tuple[Item, ...] = (
        Box(0, 0, width, _CELL_HEIGHT, 0.2),
        Text(2, 1.6, width - 4, 5, entry.caption, Align.CENTER, bold=True),
        *captioned_bars(Area(0, 8, width, _CELL_HEIGHT - 8.6), code, size=2.6),
    )
    return [moved(part, x, y) for part in parts]
