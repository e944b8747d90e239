"""The station's store: the chained event log and the tables derived from it, in SQLite, durable before it is called done.

Opening, appending, reading, checking, rebuilding, backing up and migrating live here; no decision, no screen, no network.
"""

from rl_station.store.checking import Problem, Report, check_folder
from rl_station.store.errors import StoreError, StoreFull
from rl_station.store.facts import Epoch
from rl_station.store.figures import StoreFigures
from rl_station.store.folder import holder
from rl_station.store.log import Head
from rl_station.store.reader import Reader, open_reader
from rl_station.store.rebuilding import rebuild_folder
from rl_station.store.rows import OwnEvent, Placed, StoreRows
from rl_station.store.space import Space
from rl_station.store.store import Store
from rl_station.store.unsynced import Unsynced

__all__ = [
    "Epoch",
    "Head",
    "OwnEvent",
    "Placed",
    "Problem",
    "Reader",
    "Report",
    "Space",
    "Store",
    "StoreError",
    "StoreFigures",
    "StoreFull",
    "StoreRows",
    "Unsynced",
    "check_folder",
    "holder",
    "open_reader",
    "rebuild_folder",
]
