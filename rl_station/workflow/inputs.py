"""What can come in at a station: a scan, an answer, a command."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from rl_station.domain.scan import Scan


class Command(StrEnum):
    """Reserved commands; each has a key and a command barcode of the same name (answers come as `Answered`)."""

    OK = "OK"
    CANCEL = "CANCEL"
    UNDO = "UNDO"
    ACK = "ACK"
    REPRINT = "REPRINT"
    DONE = "DONE"
    RECEIVE = "RECEIVE"
    INSPECT = "INSPECT"
    SORT = "SORT"
    TRACE = "TRACE"
    MENU = "MENU"
    SIGN_OUT = "SIGNOUT"


ANSWER_WORDS = {
    "receive": (
        *("NOCODE", "BLIND", "ANOTHER", "ALL", "NOLABEL", "SAFE", "LEAK", "SMOKE", "HEAT", "SWELLING", "SMELL"),
        *("INTACT", "DENTED", "WET", "TORN", "OPENED"),
    ),
    "inspect": ("NOSERIAL", "OTHER", "CLOSE", "GOON", "SEALED", "COMPLETE", "DAMAGED", "MISSING"),
    "sort": ("PALLET", "SHIP", "SHIPNOW", "SHOW"),
}
"""Answers with a command barcode of their own, besides the positional ones, the grades and those of the checklists."""


class Scanned(msgspec.Struct, frozen=True, tag=True):
    scan: Scan


class Answered(msgspec.Struct, frozen=True, tag=True):
    """A choice of the prompt, by its key (`1`), id (`yes`) or command body (`ANSWER1`, `YES`)."""

    choice: str


class Commanded(msgspec.Struct, frozen=True, tag=True):
    command: Command


Input = Scanned | Answered | Commanded
