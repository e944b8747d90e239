"""Printers: a ZPL printer on the network or on a device file, and a folder that takes the place of one.

They deliver finished jobs whole or say why not; what stands on a label is none of their business.
"""

from drivers.printer.file import FilePrinter
from drivers.printer.zpl import ZplPrinter

__all__ = ["FilePrinter", "ZplPrinter"]
