"""What can come in at a station: a scan, an answer, a command; and the tags that came into its field or left it."""

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
    RETAG = "RETAG"
    DONE = "DONE"
    RECEIVE = "RECEIVE"
    INSPECT = "INSPECT"
    SORT = "SORT"
    REWORK = "REWORK"
    TRACE = "TRACE"
    MENU = "MENU"
    DEVICES = "DEVICES"
    SIGN_OUT = "SIGNOUT"


ANSWER_WORDS = {
    "receive": (
        *("NOCODE", "BLIND", "ANOTHER", "ALL", "NOLABEL", "NOWEIGHT"),
        *("SAFE", "LEAK", "SMOKE", "HEAT", "SWELLING", "SMELL"),
        *("INTACT", "DENTED", "WET", "TORN", "OPENED"),
    ),
    "inspect": (
        "NOSERIAL",
        "START",
        "OTHER",
        "CLOSE",
        "GOON",
        "SEALED",
        "COMPLETE",
        "DAMAGED",
        "MISSING",
        "SWAPPED",
        "OTHERTAG",
        "PUTASIDE",
        "AGREE",
        "RECALLED",
        "NOTRECALLED",
        "LOTRECALLED",
        "OTHERLOT",
        "NOLOT",
    ),
    "rework": ("FINISHED", "FAILED", "NOTNEEDED", "SURE"),
    "trace": ("SETASIDE", "NOTMEANT", "DECIDEANEW"),
    "sort": ("PALLET", "SHIP", "SHIPNOW", "SHOW", "CLOSEANYWAY"),
}
"""Answers with a command barcode of their own, besides the positional ones, the grades and those of the checklists."""


class Scanned(msgspec.Struct, frozen=True, tag=True):
    scan: Scan


class Answered(msgspec.Struct, frozen=True, tag=True):
    """A choice of the prompt, by its key (`1`), id (`yes`) or command body (`ANSWER1`, `YES`)."""

    choice: str


class Commanded(msgspec.Struct, frozen=True, tag=True):
    command: Command


class Tag(msgspec.Struct, frozen=True):
    """A tag in the station's field. `epc` in capital hexadecimal; `at`: when it appeared, microseconds since 1970 UTC."""

    epc: str
    at: int


class TagsObserved(msgspec.Struct, frozen=True, tag=True):
    """What changed in the field since the last time. Never refused; where it changes nothing, it leaves no event either.

    A tag that appeared and is `gone` as well was there in between.
    """

    appeared: tuple[Tag, ...] = ()
    gone: tuple[str, ...] = ()


class WeightSettled(msgspec.Struct, frozen=True, tag=True):
    """Something has come to rest on the scale; what, the deciders ask of `Knowledge.scale`. Never refused."""


Deed = Scanned | Answered | Commanded
"""What a worker does."""

Input = Deed | TagsObserved | WeightSettled
