"""What the central server says, kept in a file of its own (`known.db`) beside the station's log.

One thread writes, the engine reads. Nothing here is the truth: everything can be fetched again, so no error of this file is ever
the worker's.
"""

from rl_station.store.known.codes import parcel_code, product_code, vendor_code
from rl_station.store.known.file import FILE
from rl_station.store.known.reader import KnownReader, LedTo, Said
from rl_station.store.known.writer import CHUNK, KnownWriter

__all__ = ["CHUNK", "FILE", "KnownReader", "KnownWriter", "LedTo", "Said", "parcel_code", "product_code", "vendor_code"]
