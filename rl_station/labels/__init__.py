"""Labels: what stands where on plates, badges and sheets, drawn as ZPL, pixels or PDF, and the queue before each printer.

Layouts take plain, already translated strings; nothing here decides, translates, reads settings or opens a device.
"""

from rl_station.labels.badges import operator_badge
from rl_station.labels.commands import CommandEntry, CommandGroup, command_bodies, command_label, command_sheet
from rl_station.labels.layout import A4, CARD, LABEL, TALL_LABEL, LabelError, Layout, Media, tiled
from rl_station.labels.pixels import to_png
from rl_station.labels.places import ContainerFace, Table, bin_label, container_label, container_manifest
from rl_station.labels.plates import UnitFace, parcel_plate, unit_label
from rl_station.labels.sheets import sheet_to_pdf, sheet_to_png, sheet_to_zpl
from rl_station.labels.spool import Job, LabelPrinter, Printed, PrintFailed, Retry, Spool
from rl_station.labels.zpl import to_zpl

__all__ = [
    "A4",
    "CARD",
    "LABEL",
    "TALL_LABEL",
    "CommandEntry",
    "CommandGroup",
    "ContainerFace",
    "Job",
    "LabelError",
    "LabelPrinter",
    "Layout",
    "Media",
    "PrintFailed",
    "Printed",
    "Retry",
    "Spool",
    "Table",
    "UnitFace",
    "bin_label",
    "command_bodies",
    "command_label",
    "command_sheet",
    "container_label",
    "container_manifest",
    "operator_badge",
    "parcel_plate",
    "sheet_to_pdf",
    "sheet_to_png",
    "sheet_to_zpl",
    "tiled",
    "to_png",
    "to_zpl",
    "unit_label",
]
