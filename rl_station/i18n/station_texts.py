"""What the running station and its labels say: code to English text."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # What happened to an input that no workflow saw.
    "station.duplicate_ignored": "The same code twice at once: counted one time",
    "station.fault": "Something went wrong inside the station. Go by the instruction above, and call IT",
    "station.label_failed": "The label did not print (%(reason)s). Go on working; REPRINT later",
    "station.slow_disk": "The disk does not answer",
    "station.disk_low": "The disk is full in %(hours)s hours of work: call IT",
    "station.disk_full": "The disk is FULL: nothing can be stored, call IT",
    "station.new_epoch": "This data folder was restored or copied: a new log epoch has begun, tell IT",
    "station.too_long": "That code is too long to be one (%(length)s characters). Scan the right label",
    # Why the store could not take an input.
    "store.refused": "NOT STORED: %(reason)s. This scan does not count; call IT, then scan it again",
    "store.full": "the disk is full",
    "store.io": "the disk reports errors",
    "store.read_only": "the disk is write-protected",
    "store.damaged": "the database is damaged",
    "store.busy": "another program holds the database",
    "store.closed": "the station is stopping",
    "store.failed": "the database refused",
    # Captions on labels.
    "caption.parcel": "PARCEL",
    "caption.container": "CONTAINER",
    "caption.manifest": "MANIFEST",
    "caption.client": "Client",
    "caption.lane": "Lane",
    "caption.grade": "Grade",
    "caption.return": "Return",
    "caption.units": "Units",
    "caption.plate": "Plate",
    "caption.product": "Product",
    "caption.serial": "Serial",
    "caption.bin": "BIN",
    "caption.takes": "Takes: %(dispositions)s",
    # The sheet of command barcodes.
    "sheet.commands": "Commands",
    "sheet.tasks": "Tasks",
    "sheet.steps": "Steps",
    "sheet.answers": "Answers",
    "sheet.functional": "Functional grade",
    "sheet.cosmetic": "Cosmetic grade",
    "sheet.checklist": "Answers of the checklists",
    "sheet.answer": "Answer %(key)s",
    "sheet.plates": "Plates",
    "sheet.badges": "Badges",
    "command.OK": "OK",
    "command.CANCEL": "Cancel",
    "command.UNDO": "Undo",
    "command.ACK": "I have seen it",
    "command.REPRINT": "Print again",
    "command.DONE": "Done",
    "command.MENU": "Tasks",
    "command.SIGNOUT": "Sign out",
    "command.YES": "Yes",
    "command.NO": "No",
}
