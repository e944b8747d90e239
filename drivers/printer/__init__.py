"""Printers for labels (ZPL) and receipts (ESC/POS), on the network or a device file, and a folder that takes their place.

They deliver finished jobs whole or say why not; what stands on a label is none of their business. The receipt printer is
imported by its own name, since it needs what others do without.
"""

from drivers.printer.file import FilePrinter
from drivers.printer.zpl import ZplPrinter

__all__ = ["FilePrinter", "ZplPrinter"]
